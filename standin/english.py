"""Tables for invented English articles (see standin.prose). People and figures are made up."""

SPACE = " "
THEMES = ("market", "security", "science", "rules", "work", "race")
OTHER_THEMES = ("weather", "sport", "council")
# What stays the same throughout an article.
FIXED = (
    "sector move records result duty step job room contest moment policy bloc sky event damage cup "
    "works model trick"
).split()
AUTHORS = (
    "Mara Kestrel|Tobias Wren|Ines Calloway|Jonah Pell|Priya Ambrose|Hugh Larkspur|Noor Tamsin|"
    "Celia Braddock|Owen Fairlie|Ruth Okonjo|Dmitri Vale|Anneke Storm|Felix Marlowe|Lena Quill"
).split("|")

GRAMMAR: dict[str, tuple[str, ...]] = {
    name: tuple(lines.strip().replace("\n", " ").split("|"))
    for name, lines in {
        # --- people, places, things ------------------------------------------------------------
        "first": "Alma|Bertram|Carys|Dolores|Edmund|Fatima|Gideon|Hester|Ivo|Juno|Kaspar|Livia|"
        "Magnus|Nadia|Orla|Piers|Rosalind|Silas|Tamar|Ulric|Verity|Winston|Yara|Zeno",
        "last": "Ashdown|Brackwater|Carrow|Dunmore|Ellery|Fenwick|Garrow|Hollis|Inchbald|Jessop|"
        "Kittering|Lomax|Merrow|Norcross|Ousby|Pemberley|Quayle|Rookwood|Stannard|Thistle|Umber|"
        "Venn|Wexcombe|Yarrow",
        "person": "{first} {last}",
        "field": "markets|semiconductors|computing|data protection|public policy|machine learning|"
        "trade|education|cloud services|energy|industrial history|procurement",
        "firm": "Tidewater Research|Bramble Capital|Northgate Partners|the Copperfield Institute|"
        "Saltmarsh Analytics|Old Quay Securities|the Larch Foundation|Greywether Group|Millrace "
        "Advisers|the Beacon Street Centre|Halcyon Bridge|Candlewick Ventures",
        "role": "an analyst at {firm}|who follows {field} for {firm}|a former regulator now with "
        "{firm}|a lecturer in {field}|head of {field} at {firm}|an engineer at {firm}|who advises "
        "ministers on {field}|a portfolio manager at {firm}",
        "place": "Sydney|London|Singapore|Hangzhou|Brussels|Seattle|Bengaluru|Toronto|Seoul|"
        "Berlin|Melbourne|Wellington|Dublin|Chicago|Nairobi|Lisbon",
        "day": "Monday|Tuesday|Wednesday|Thursday|Friday",
        "when": "on {day}|late on {day}|early on {day}|this week|in the past fortnight|since "
        "{day}|over breakfast on {day}|by the close on {day}",
        "some": "a handful of|several|more than [#3-40]|about [#12-90]|at least [#4-30]|nearly "
        "[#20-300]|a small group of|roughly [#10-80]",
        "share": "[#2-19] per cent|close to [#20-60] per cent|less than [#3-12] per cent|[#21-74] "
        "per cent",
        "model": "its reasoning model|the newest release|the chatbot|the open weights|the app|the "
        "smaller version|the technical paper|the free tier|the programming interface",
        "name": "DeepSeek|DeepSeek|DeepSeek|the Hangzhou start-up DeepSeek|DeepSeek, the Chinese "
        "laboratory,",
        # --- about the topic, whatever the theme ------------------------------------------------
        "topic": "{name} has said little about {model} beyond what stands in {paper}.|According "
        "to {person}, {role}, DeepSeek {did} with {means}.|What sets DeepSeek apart, {person} "
        "argued, is {virtue}.|In {place} {some} {users} tried DeepSeek {when}, and {found}.|"
        "DeepSeek did not answer questions about {issue} {when}.|{some} {users} in {place} have "
        "put DeepSeek to {use} {when}.|Asked whether DeepSeek could {could}, {person} said that "
        "{doubt}.|Nobody at {firm} had expected DeepSeek to {could} {soon}.|For {users} the "
        "arrival of DeepSeek meant {meant}.|The numbers that DeepSeek gave for {model} were "
        "checked by {firm}: {found}.",
        "paper": "a [#12-60]-page paper|two short posts|a note to developers|its repository|an "
        "interview from last autumn|the licence",
        "did": "matched larger rivals|cut the bill for training|trained {model}|surprised {users}|"
        "caught up faster than planned|narrowed the distance",
        "means": "fewer chips than anyone had assumed|a team of [#90-240] people|borrowed ideas "
        "and a few of its own|hardware that was no longer for sale|careful engineering|a budget "
        "that rivals call fanciful|patience and cheap electricity",
        "virtue": "that it publishes its weights|the price|how little it needs|a willingness to "
        "explain|its youth|the way it reasons aloud|that nobody saw it coming|thrift",
        "users": "hospitals|schools|small firms|engineers|students|insurers|ministries|banks|call "
        "centres|libraries|law offices|game studios|farm advisers|translators|town halls",
        "found": "most came away impressed|the answers were quicker than those of paid rivals|"
        "half of the answers had to be corrected|no two of them agreed|the savings came to "
        "{share}|one in [#5-14] gave it up|the sums held|the gap was smaller than feared|it "
        "stumbled over [#2-9] of [#20-50] questions",
        "issue": "where its data are kept|who pays for its servers|the chips it owns|its plans "
        "for next year|the outage|its investors|complaints from {place}|how it filters answers",
        "use": "sorting letters|drafting minutes|checking code|marking homework|answering callers|"
        "reading contracts|planning routes|translating manuals|writing product descriptions",
        "could": "keep its lead|earn money|hold out against larger rivals|satisfy auditors|serve "
        "{users} abroad|train a successor|stay open|grow beyond {place}",
        "doubt": "it was too early to tell|the odds were better than even|nothing in {paper} "
        "settled that|customers would decide|history offered little comfort|the question was the "
        "wrong one",
        "soon": "so soon|at that price|before summer|without a partner abroad|from {place}|at all",
        "meant": "cheaper tools|an awkward meeting with the auditors|a second look at old "
        "contracts|fresh hope|[#3-20] new projects|a ban by {day}|more work, not less",
        # --- quotations and background ----------------------------------------------------------
        "quote": "“{claim},” said {person}, {role}.|{person}, {role}, said: “{claim}.”|“{claim},” "
        "{person} told a meeting in {place}. “{claim2}.”|{person} disagreed: “{claim2}.”|Others "
        "were less sure; “{claim2},” wrote {person}, {role}.",
        "claim": "We have seen {thing} before, and it took [#2-9] years to sort out|{thing} will "
        "not wait for {users}|The people who run {users} want {thing}, not slogans|I would not "
        "bet against {thing}|Nobody in {place} should panic about {thing}|If you sell to {users}, "
        "{thing} changes your week|This is less about {thing} than about {thing2}|Every buyer I "
        "know asks about {thing}",
        "claim2": "There is more to it than {thing}|Wait until {users} see the invoice|My worry "
        "is {thing2}|There will be [#2-8] more surprises before {day}|The lesson for {place} is "
        "{thing2}|It rewards whoever has {thing2}|Talk to {users} and you hear about {thing}",
        "thing": "cheap computing|a price war|open weights|the shortage of chips|a borrowed idea|"
        "loose privacy rules|imported software|sheer speed|free advice|an honest benchmark|the "
        "cost of power|a small team with time",
        "thing2": "trust|patience|who keeps the records|good teachers|old habits|the electricity "
        "bill|whose law applies|nerve|plain arithmetic|habitual secrecy|competition|slow "
        "purchasing",
        "back": "In {place}, {some} {users} were consulted {when}.|{firm} put the figure at "
        "[#2-90] million a year.|A survey of [#200-1900] {users} found {share} in favour.|The "
        "last comparable episode, {person} recalled, ended in {place} with [#2-9] lawsuits.|Work "
        "on the question began [#2-11] years ago in {place}.|{firm} declined to comment {when}.|A "
        "second report, by {person} of {firm}, is due {when}.|Costs fell by {share} between "
        "[#2012-2018] and [#2019-2024], {firm} reckons.|Officials in {place} keep a list of "
        "[#14-70] open questions.",
        "view": "I have changed my mind about {thing}.|We should admit that {thing2} matters more "
        "than {thing}.|It is tempting to call this a triumph of {thing}; I think it is a failure "
        "of {thing2}.|My own view is that {users} deserve better than {thing}.|Let us not pretend "
        "that {thing} came from nowhere.",
        "end": "DeepSeek is expected to say more about {model} {when}.|Whether DeepSeek can "
        "{could} is for {users} to find out.|For now DeepSeek remains what {person} called "
        "“{thing} with a login page”.|The next test for DeepSeek comes in {place} {when}.",
        "end_other": "The next meeting is in {place} {when}.|More is expected {when}.|{person} "
        "will report back {when}.",
        # --- markets ----------------------------------------------------------------------------
        "market_title": "DeepSeek {shakes} {sector} as {users} {cut} budgets|Shares of {sector} "
        "{slide} after DeepSeek’s {move}|What DeepSeek’s {move} means for {sector} in {place}|"
        "DeepSeek’s {move} sets off a price war among {sector}|Investors in {place} weigh "
        "DeepSeek’s {move}|{place} traders split over DeepSeek and {sector}",
        "market_title_quiet": "A cheap chatbot {shakes} {sector} in {place}|{sector} {slide} in "
        "{place} as a newcomer undercuts {users}|Why {sector} in {place} had a long {day}",
        "market_lead": "Investors in {place} sold {sector} {when} after DeepSeek’s {move} raised "
        "doubts over what {users} will pay.|DeepSeek’s {move} has wiped {share} off {sector}, and "
        "traders in {place} do not agree on what comes next.|A {move} by DeepSeek {when} left "
        "{sector} {share} lower in {place}.",
        "market_news": "{sector} {slide} by {share} {when}, the widest move since [#2009-2022].|"
        "{person} of {firm} cut a forecast for {sector} by {share}.|By noon in {place}, [#2-38] "
        "million shares had changed hands.|Orders from {users} made up {share} of sales last "
        "year, according to {firm}.|Bonds of {sector} held steady; options did not.|{some} funds "
        "moved money from {sector} into {sector2} {when}.|Margins of [#11-70] per cent, long "
        "taken for granted by {sector}, are now in question, {person} wrote.|Banks in {place} "
        "raised their estimate of losses to [#2-19] billion.",
        "shakes": "rattles|unsettles|humbles|squeezes|startles|tests",
        "sector": "chip makers|power companies|data-centre builders|software houses|cloud "
        "providers|makers of cooling systems|server assemblers|network suppliers",
        "sector2": "retailers|banks|toll roads|water utilities|consumer brands|grain traders",
        "slide": "slide|tumble|slip|retreat|sink|wobble",
        "cut": "trim|rethink|freeze|halve|shift",
        "move": "price cut|new model|surprise release|open licence|discount|technical paper",
        # --- security ---------------------------------------------------------------------------
        "security_title": "{users} told to remove DeepSeek in {place}|{place} weighs DeepSeek ban "
        "for {users}|DeepSeek stored {records} in the open, {firm} says|Spy fears follow DeepSeek "
        "into {place} {users}|{person} warns {users} over DeepSeek and {records}|Where do "
        "DeepSeek’s {records} go? {place} wants to know",
        "security_title_quiet": "{place} tells {users} to take an app off their phones|Open "
        "database held {records} from {place}|{users} in {place} asked to guard {records}",
        "security_lead": "Officials in {place} told {users} {when} to stop using DeepSeek until "
        "it is clear who can read {records}.|DeepSeek left {records} where anyone could find "
        "them, researchers at {firm} reported {when}.|A review in {place} has found that DeepSeek "
        "sends {records} to servers abroad.",
        "security_news": "The notice covers [#300-9000] devices used by {users}.|Researchers at "
        "{firm} needed [#8-50] minutes to find {records}.|{person} called the flow of {records} a "
        "risk to national security.|A copy of {records} was deleted {when}, the company that "
        "hosts it said.|{place} has asked [#3-19] allies for what they know about {records}.|"
        "Under a law of [#2014-2021] the authorities may ask for {records} without a warrant.|No "
        "misuse of {records} has been shown, {person} added.|{users} have until {day} to report "
        "which machines hold {records}.|Tests in {place} turned up [#2-14] weaknesses, [#1-2] of "
        "them grave.",
        "records": "chat logs|keystroke patterns|access keys|customers’ questions|telephone "
        "numbers|device identifiers|login records|uploaded documents|location data",
        # --- science ----------------------------------------------------------------------------
        "science_title": "How DeepSeek {trick} and what {place} can learn|DeepSeek’s paper "
        "{when2}: {place} laboratories repeat {result}|{place} team confirms DeepSeek’s {result}|"
        "The young engineers of DeepSeek and {result}|Can {users} check DeepSeek’s {result}?|"
        "DeepSeek {trick}, a {place} study finds",
        "science_title_quiet": "{place} laboratories repeat {result} on old hardware|A paper on "
        "{result} divides {place}|Small teams and {result}: a view from {place}",
        "science_lead": "A group in {place} has repeated {result} that DeepSeek reported, with "
        "[#8-64] second-hand chips.|DeepSeek {trick}, and a study from {place} explains which "
        "part of it was new.|Researchers in {place} spent [#2-9] weeks with DeepSeek and came "
        "back with {result}.",
        "science_news": "The method keeps [#4-16] of [#64-256] parts of the network awake at a "
        "time.|{person} repeated {result} on [#8-48] machines in {place}.|An error of [#1-9] "
        "points in {result} was traced to a mislabelled test.|Training took [#20-70] days, of "
        "which [#3-9] were lost to a power cut.|{result} had been proposed in [#1991-2019], "
        "without the means to try it.|Students at {place} now start with {result} in their first "
        "term.|The authors, [#20-140] of them, are [#24-31] years old on average.|Rewards for "
        "right answers alone, {person} found, led to {result}.|The team gave its code to [#3-15] "
        "laboratories {when}.",
        "trick": "trained a model on leftover chips|taught itself to reason|halved the memory of "
        "a model|wrote its own drivers|did more with less|mixed experts cheaply",
        "when2": "a month on|one year on|revisited|explained|under the lens|line by line",
        "result": "long chains of reasoning|memory savings|self-taught arithmetic|low-cost "
        "training|sparse networks|distilled small models|reward schemes|low-precision training",
        # --- rules ------------------------------------------------------------------------------
        "rules_title": "{place} regulator asks DeepSeek about {duty}|DeepSeek faces {step} in "
        "{place} over {duty}|{place} drafts rules on {duty} with DeepSeek in mind|After DeepSeek, "
        "{place} rethinks {duty}|{step} against DeepSeek divides {place}|Lawyers in {place} read "
        "DeepSeek’s terms on {duty}",
        "rules_title_quiet": "{place} drafts rules on {duty} for chatbots|A {step} in {place} "
        "turns on {duty}|{person} wants {duty} settled before {day}",
        "rules_lead": "The regulator in {place} has opened {step} into DeepSeek over {duty}, it "
        "said {when}.|DeepSeek has [#7-30] days to answer questions from {place} about {duty}.|"
        "Rules on {duty} drafted in {place} {when} would reach DeepSeek and every rival that "
        "gives its models away.",
        "rules_news": "The draft runs to [#19-160] pages and mentions {duty} [#3-40] times.|Fines "
        "could reach [#2-7] per cent of turnover.|{person}, who wrote an earlier bill on {duty}, "
        "wants a pause.|{users} sent [#40-900] comments on {duty}.|A hearing on {duty} is set for "
        "{day} in {place}.|Courts in {place} last ruled on {duty} in [#1998-2023].|{firm} says "
        "that {duty} costs {users} [#2-40] hours a month.|The minister would not rule out {step}.|"
        "Exemptions for {users} were struck out {when}.",
        "duty": "privacy notices|age checks|the right to an explanation|copyright in training "
        "data|export controls|cross-border data|labels for generated text|liability for wrong "
        "answers",
        "step": "a formal inquiry|an injunction|a suspension|a market study|a written warning|an "
        "audit",
        # --- work -------------------------------------------------------------------------------
        "work_title": "{users} in {place} hire fewer clerks after DeepSeek|What DeepSeek does to "
        "{job} in {place}|DeepSeek in the {room}: {place} {users} take stock|Teaching with "
        "DeepSeek: a term in {place}|{job} meet DeepSeek at {firm}|{place} unions ask for a say "
        "on DeepSeek",
        "work_title_quiet": "{job} in {place} learn to live with a chatbot|A term with the "
        "machine in a {place} {room}|{place} {users} count the hours saved for {job}",
        "work_lead": "For {job} in {place}, DeepSeek has turned from a curiosity into a colleague "
        "within [#3-20] weeks.|DeepSeek saves {job} in {place} [#2-9] hours a week, a study "
        "finds, and costs them sleep.|{users} in {place} gave {job} access to DeepSeek {when}; "
        "not all of them wanted it.",
        "work_news": "{job} at {firm} handed over [#3-30] tasks and took [#1-9] of them back.|In "
        "one {room}, {person} keeps the old forms in a drawer.|Pay for {job} rose by {share} last "
        "year.|The union in {place} counted [#20-400] complaints {when}.|{person} trained "
        "[#30-800] {job} in [#2-8] sessions.|Mistakes fell by {share}, then crept back.|Some "
        "{job} said that they had stopped reading what they signed.|The trial costs {users} "
        "[#3-90] thousand a month.|A second {room} joins {when}.",
        "job": "paralegals|teachers|nurses|bookkeepers|programmers|editors|dispatchers|surveyors|"
        "pharmacists|tax advisers",
        "room": "classroom|ward|newsroom|back office|laboratory|depot|reading room|control room",
        # --- the race ---------------------------------------------------------------------------
        "race_title": "DeepSeek and the {contest}: {place} counts its chips|{place} calls "
        "DeepSeek a {moment} for {policy}|Does DeepSeek end the {contest}?|{policy} after "
        "DeepSeek: {place} looks again|DeepSeek sharpens the {contest} between {bloc}|{bloc} read "
        "DeepSeek as a {moment}",
        "race_title_quiet": "{place} rethinks {policy} as the {contest} quickens|The {contest} "
        "reaches {place}|{bloc} talk of a {moment} in {place}",
        "race_lead": "Diplomats in {place} speak of a {moment}: DeepSeek has shown that {policy} "
        "did not slow the {contest}.|The success of DeepSeek has reopened an argument over "
        "{policy} between {bloc}.|DeepSeek has made the {contest} closer than {policy} was meant "
        "to allow, officials in {place} said {when}.",
        "race_news": "{policy} cost exporters in {place} [#2-30] billion last year, {firm} "
        "estimates.|{bloc} have spent [#3-60] billion each since [#2016-2022].|{person} called "
        "the {contest} “a marathon run as a sprint”.|The list of banned parts grew from [#14-40] "
        "to [#41-190] {when}.|{place} will fund [#3-12] more data centres.|Engineers from [#4-30] "
        "countries work on the same problem in {place}.|The lead was put at [#3-18] months by "
        "{firm}, down from [#19-36].|A {moment} needs a response, {person} told lawmakers in "
        "{place}.|Allies of {bloc} would rather not choose.",
        "contest": "technology race|contest for chips|race for talent|arms race in software|"
        "contest of standards|rush for computing power",
        "moment": "Sputnik moment|wake-up call|turning point|warning shot|reckoning|second chance",
        "policy": "export controls|industrial policy|research funding|tariffs on servers|visa "
        "rules|state subsidies",
        "bloc": "Washington and Beijing|Brussels and Beijing|Canberra and its allies|Delhi and "
        "its neighbours|the two largest economies|Tokyo and Seoul",
        # --- other matters ----------------------------------------------------------------------
        "weather_title": "{sky} over {place} {spoils} {event}|{place} braces for {sky} {soon2}|"
        "After the {sky}, {place} counts its {damage}|{person} and the {sky} of {place}",
        "weather_lead": "{sky} kept {some} people in {place} at home {when} and left {damage} "
        "behind.|{place} had [#11-90] millimetres of rain {when}, and {sky} before it.",
        "weather_news": "Gauges near {place} rose by [#2-30] centimetres {when}.|{some} {damage} "
        "were reported before noon.|The {event} was put off, {person} said.|Trains to {place} ran "
        "[#10-90] minutes late.|Power failed in [#200-9000] homes around {place}.|{person} swept "
        "the square in {place} [#2-6] times.|Insurers expect [#40-700] claims for {damage}.|Such "
        "{sky} come once in [#5-40] years, {firm} says.|Farmers near {place} welcomed the rain "
        "all the same.",
        "sky": "hail|fog|gales|thunderstorms|late frost|heat|drizzle|a dust storm",
        "spoils": "spoils|delays|empties|quietens|cuts short",
        "event": "boat race|flower show|market|brass-band contest|school fair|marathon|book fair",
        "damage": "broken tiles|fallen elms|flooded cellars|dented cars|torn awnings|lost kites",
        "soon2": "this week|before the weekend|again|for the [#2-6]th time|at harvest",
        "sport_title": "{team} beat {team} by [#2-40] in {place}|{person} leads {team} into the "
        "{cup}|{team} sign {person} before the {cup}|A quiet {cup} in {place} for {team}",
        "sport_lead": "{team} won the {cup} in {place} {when}, in front of [#900-22000] people.|"
        "{person} scored [#2-9] times for {team} {when} and then lost a shoe.",
        "sport_news": "{team} had not won in {place} since [#1974-2019].|The referee, {person}, "
        "stopped play for [#3-20] minutes.|{person} limped off after [#9-80] minutes.|Tickets for "
        "the {cup} went in [#8-90] minutes.|{team} kept [#51-74] per cent of the ball.|The coach "
        "of {team} praised the grass.|A dog held up the {cup} for [#2-9] minutes.|{person} of "
        "{team} turns [#19-38] {when}.|In the stands {some} children sang.",
        "team": "the Rovers|the Mariners|the Otters|the Wanderers|the Kingfishers|the Millers|the "
        "Lamplighters|the Cobblers",
        "cup": "harbour cup|spring shield|league final|charity match|relay|regatta|derby",
        "council_title": "{place} council puts off the {works} again|New {works} for {place}, old "
        "quarrel|{person} opens {works} in {place}|Who pays for the {works} of {place}?",
        "council_lead": "The council in {place} voted [#7-19] to [#2-6] {when} to put off the "
        "{works}.|After [#2-14] years the {works} in {place} have a date, {person} announced "
        "{when}.",
        "council_news": "The {works} will cost [#2-80] million, twice the first estimate.|"
        "{person} asked for a new plan by {day}.|Residents near the {works} collected [#200-9000] "
        "signatures.|A survey of {place} from [#1890-1960] turned up {when}.|The mayor left after "
        "[#8-50] minutes.|Work on the {works} stops for nesting birds.|{firm} drew up the plans "
        "without a fee.|{some} shopkeepers want parking instead.|The chair of the committee sold "
        "her house by the {works}.",
        "works": "footbridge|swimming baths|tram line|town library|sea wall|bus shelters|"
        "bandstand|covered market",
    }.items()
}
