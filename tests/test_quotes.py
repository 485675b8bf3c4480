"""Quotations: marks of several scripts, block quotes, and who is said to speak."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.body import parse_tree
from scrapers.quotes import block_quotes, find_quotations

TITLE = "The toll"

MARKED = {
    "curly": ("He said: “We will not raise it.”", ["We will not raise it."]),
    "straight": ('The board wrote: "We will not raise it."', ["We will not raise it."]),
    "single curly": (
        "She said: ‘We won’t raise it this year’ and left.",
        ["We won’t raise it this year"],
    ),
    "single straight": (
        "She called it 'the end of the matter' and left.",
        ["the end of the matter"],
    ),
    "German": ("Sie sagte: „Wir erhöhen sie nicht.“ Dann ging sie.", ["Wir erhöhen sie nicht."]),
    "Swiss": ("Sie sagte: «Wir erhöhen sie nicht.»", ["Wir erhöhen sie nicht."]),
    "German guillemets": ("Sie sagte: »Wir erhöhen sie nicht.«", ["Wir erhöhen sie nicht."]),
    "Chinese": ("报告写道：“我们今年不会提高收费。”", ["我们今年不会提高收费。"]),
    "corner": ("報告寫道：「我們今年不會提高收費。」", ["我們今年不會提高收費。"]),
    "nested": (
        "“He told us ‘it is all over now’ and left,” she said.",
        ["He told us ‘it is all over now’ and left,"],
    ),
    "two": (
        "“We will not raise it,” he said. “That is a promise.”",
        ["We will not raise it,", "That is a promise."],
    ),
    "apostrophes": ("The workers' vote won't change the drivers' minds about it.", []),
    "a term": ("The so-called “harbour tax” is old.", []),
    "inches": ('A 5" pipe and a 6" pipe broke.', []),
    "never closed": ("He began: “we will not", []),
    "straight speech over paragraphs": (
        '"We will not raise it.\n"That is a promise," he said.',
        ["We will not raise it.", "That is a promise,"],
    ),
    "speech that goes on below": (
        "He said: ‘We will not raise it.\n‘That is a promise.’",
        ["We will not raise it.", "That is a promise."],
    ),
    "British, nested": (
        "‘He told us “it is all over now” and left,’ she said.",
        ["He told us “it is all over now” and left,"],
    ),
    "British, plural owner": (
        "‘The workers’ vote will not be taken this year,’ she said.",
        ["The workers’ vote will not be taken this year,"],
    ),
    "British, two after a plural": (
        "‘It is the workers’ own affair,’ she said, ‘and it is not ours.’",
        ["It is the workers’ own affair,", "and it is not ours."],
    ),
    "decades": ("In the '90s and the '80s the toll was lower than it is.", []),
    "corner in corner": (
        "報告寫道：「我們稱它為『港口稅』，不會提高。」",
        ["我們稱它為『港口稅』，不會提高。"],
    ),
    "one word, said": ("“Well,” Mara Lindqvist said, “it is late.”", ["Well,", "it is late."]),
    "short, said by nobody named": ("Such talks are ‘an interview’, said one.", ["an interview"]),
    "scare quotes": ("The “reform” of the “free market” goes on in a “spirit”.", []),
    "title": ("She had read “The Wealth of Nations” in the bus.", []),
    "so-called": ("The so-called “tax on the harbour” is old.", []),
    "a paper called": ("A paper called “attention to the harbour” was read.", []),
    "Chinese term": ("群主把群名改成了“莫谈港口收费的事”。", []),
    "Chinese title": ("他写了一篇题为“港口收费的历史考察”的文章。", []),
    "Chinese, said": ("有人在凌晨称“第一次觉得门是开着的”。", ["第一次觉得门是开着的"]),
    "Chinese, two terms": ("它把“收费”解释成“扫完地再拖一遍地”，她懂了。", []),
    "speech over paragraphs": (
        "“We will not raise it.\n“That is a promise,” he said.",
        ["We will not raise it.", "That is a promise,"],
    ),
}


@pytest.mark.parametrize(("text", "words"), MARKED.values(), ids=MARKED.keys())
def test_words_between_marks_are_quotations(text: str, words: list[str]):
    """The marks are left out; terms, inches and apostrophes are no quotations."""
    coded = f"{TITLE}\n\n{text}"
    assert [coded[q.start : q.end] for q in find_quotations(TITLE, text)] == words


SPEAKERS = {
    "name said": ("“We will not raise it,” Mara Lindqvist said.", "Mara Lindqvist"),
    "said name": ("“We will not raise it,” said Mara Lindqvist, who chairs it.", "Mara Lindqvist"),
    "said role name": ("“We will not raise it,” said chairwoman Mara Lindqvist.", "Mara Lindqvist"),
    "before": ("Mara Lindqvist told reporters: “We will not raise it.”", "Mara Lindqvist"),
    "apposition": ("“We will not raise it,” Lindqvist, the chair, said.", "Lindqvist"),
    "according to": (
        "According to Mara Lindqvist, “we will not raise it this year”.",
        "Mara Lindqvist",
    ),
    "relative clause": (
        "Mara Lindqvist, who has led it since 2019, says: “We will not raise it.”",
        "Mara Lindqvist",
    ),
    "title": ("“We will not raise it,” said Professor Mara Lindqvist.", "Professor Mara Lindqvist"),
    "a role is no name": (
        "“We will not raise it,” said Economist Mara Lindqvist.",
        "Mara Lindqvist",
    ),
    "role before, with comma": (
        "“We will not raise it,” my old teacher, Mara Lindqvist, used to say.",
        "Mara Lindqvist",
    ),
    "named after": (
        "“We will not raise it,” said a neighbour who asked to be called Mara Lindqvist.",
        "Mara Lindqvist",
    ),
    "partial": ("Mara Lindqvist said the toll would be “a matter of years”.", "Mara Lindqvist"),
    "participle": (
        "Mara Lindqvist put it bluntly, saying that it was “a matter of years”.",
        "Mara Lindqvist",
    ),
    "second verb": (
        "Mara Lindqvist shook her head and said: “We will not raise it.”",
        "Mara Lindqvist",
    ),
    "colon without saying": (
        "Mara Lindqvist of the council proposed a remedy: “Raise it for us alone.”",
        "Mara Lindqvist",
    ),
    "later in the sentence": (
        "It is “seen as the work of outsiders” even in Lille, said Mara Lindqvist, the chair.",
        "Mara Lindqvist",
    ),
    "according, with role": (
        "It is, according to harbour chief Mara Lindqvist, “the largest of its kind”.",
        "Mara Lindqvist",
    ),
    "organisation": (
        "The Federation of Small Harbours, an old body, warned of “a contest of tolls”.",
        "Federation of Small Harbours",
    ),
    "day of the week": ("“We will not raise it,” said Monday's statement.", ""),
    "of somebody": ("A friend of Mara Lindqvist said: “We will not raise it.”", ""),
    "for somebody": ("“We will not raise it,” a spokesman for Mara Lindqvist said.", ""),
    "told somebody": ("“We will not raise it,” he told Mara Lindqvist.", ""),
    "somebody was told": ("Mara Lindqvist was told that it was “a matter of years”.", ""),
    "another in between": (
        "Ada Brook said that a friend heard Mara Lindqvist say it was “a matter of years”.",
        "",
    ),
    "unnamed": ("“We will not raise it,” one director said. Mara Lindqvist was there.", ""),
    "a full stop ends it": ("The banner read: “We will not pay.” Mara Lindqvist said no more.", ""),
    "a group": ("Campaigners said: “We will not pay for it.”", ""),
    "an office": ("“We will not raise it,” the Prime Minister said.", ""),
    "pronoun": ("“We will not raise it,” she said.", ""),
    "pronoun, capital": ("She said: “We will not raise it.”", ""),
    "nobody": ("The banner read “we will not pay it”.", ""),
    "another sentence's speaker": ("Ada Brook said no. The banner read “we will not pay it”.", ""),
    "Chinese before": ("林慕德表示：“我们今年不会提高收费。”", "林慕德"),
    "Chinese after": ("“我们今年不会提高收费，”林慕德说。", "林慕德"),
    "Chinese role": ("港口局局长林慕德在记者会上表示：“我们今年不会提高收费。”", "林慕德"),
    "Chinese, far verb": ("“我们今年不会提高，”七十岁的林婆婆坐在门口说。", "林婆婆"),
    "Chinese foreign name": ("玛拉·林奎斯特说：“我们今年不会提高收费。”", "玛拉·林奎斯特"),
    "Chinese sentence before": ("分析师林慕德认为，今年不会变。“收费已经够高了。”", "林慕德"),
    "Chinese courtesy": ("林女士说：“我们今年不会提高收费。”", "林女士"),
    "Chinese, to reporters": ("向媒体表示：“我们今年不会提高收费。”", ""),
    "Chinese official": ("有高官表示：“我们今年不会提高收费。”", ""),
    "Chinese office": ("白宫表示：“我们今年不会提高收费。”", ""),
    "Chinese company": ("高通表示：“我们今年不会提高收费。”", ""),
    "Chinese pronoun": ("他们表示：“我们今年不会提高收费。”", ""),
}


@pytest.mark.parametrize(("text", "speaker"), SPEAKERS.values(), ids=SPEAKERS.keys())
def test_a_speaker_is_named_only_where_the_text_names_one(text: str, speaker: str):
    """A verb of saying must tie the name to the words; a pronoun names nobody."""
    (quotation,) = find_quotations(TITLE, text)
    assert quotation.speaker == speaker


def test_a_block_quote_is_found_again_in_the_text():
    """Both its paragraphs are one quotation, with the speaker who introduces it."""
    first, second = "We will not raise the toll.", "We do not need to raise it either."
    html = (
        f"<html><body><p>x</p><blockquote><p>{first}</p><p>{second}</p></blockquote></body></html>"
    )
    text = f"Mara Lindqvist said it plainly:\n{first}\n{second}\nThe council met."
    (quotation,) = find_quotations(TITLE, text, block_quotes(parse_tree(html)))
    coded = f"{TITLE}\n\n{text}"
    assert coded[quotation.start : quotation.end] == f"{first}\n{second}"
    assert quotation.speaker == "Mara Lindqvist"


def test_a_block_quote_that_is_not_in_the_text_is_no_quotation():
    """A pull quote left out of the text has no offsets."""
    assert find_quotations(TITLE, "The council met.", ["We will not raise the toll."]) == ()


def test_a_pull_quote_is_no_block_quote():
    """Its words are the text's own, set large; a block quote's stand nowhere else."""
    own, said = "The council met and put off the toll.", "We will not raise the toll."
    html = (
        f"<html><body><p>It rained. {own}</p><blockquote><p>“{own}”</p></blockquote>"
        f"<blockquote><p>{said}</p></blockquote></body></html>"
    )
    assert block_quotes(parse_tree(html)) == [said]


def test_marks_inside_a_block_quote_do_not_count_again():
    """Quotations do not overlap."""
    block = "They told us “the toll will go up” and we refused."
    found = find_quotations(TITLE, block, [block])
    assert len(found) == 1


SEVERAL = {
    "goes on after its speaker": (
        "“We will not,” said Ada Brook, who chairs it. She sat down. “Not this year.”",
        ["Ada Brook", "Ada Brook"],
    ),
    "another is named between": (
        "“We will not,” said Ada Brook. Mara Lindqvist sells fish there. “Not this year at all.”",
        ["Ada Brook", ""],
    ),
    "surname later": (
        "“We will not raise it,” said Ada Brook.\n“Not this year,” Brook said.",
        ["Ada Brook", "Ada Brook"],
    ),
    "courtesy later": (
        "“We will not raise it,” said Dr Ada Brook.\n“Not this year,” Dr Brook added.",
        ["Dr Ada Brook", "Dr Ada Brook"],
    ),
    "family name first": (
        "Lin Mude has led it since 2019. He is shy.\n“We will not,” Lin says.",
        ["Lin Mude"],
    ),
    "she of the paragraph before": (
        "Ada Brook sells fish. She has done so for years.\n“We will not pay it,” she said.",
        ["Ada Brook"],
    ),
    "she, of two": (
        "Ada Brook met Mara Lindqvist, who chairs it. Brook, who is shy, left.\n"
        "“We will not,” she said.",
        [""],
    ),
    "he is not she": (
        "Mr Brook met Ms Ada Lindqvist there.\n“We will not pay it,” she said.",
        ["Ada Lindqvist"],
    ),
    "a woman came between": (
        "Ada Brook sells fish. She is shy. A woman in Lille has the photograph.\n"
        "“We will not,” she said.",
        [""],
    ),
    "she gave it to another": (
        "Ada Brook sells fish. She is shy.\n"
        "She gave one to Corrie Lund, who is ten. “We will not,” she said.",
        [""],
    ),
    "speech over paragraphs": (
        "“We will not raise it.\n“Not this year,” said Ada Brook.",
        ["Ada Brook", "Ada Brook"],
    ),
    "headline": ("“We will not, whatever comes,” said Ada Brook.", ["Ada Brook"]),
    "interview": (
        "Ada Brook has sold fish since she was ten.\nWere you shy?\n“I was. Very.”\n"
        "And now?\n“Now I sell fish.”",
        ["Ada Brook", "Ada Brook"],
    ),
    "no interview: two people": (
        "Ada Brook, who is ten, met Mara Lindqvist, who is nine.\nShy?\n“I was. Very.”\n"
        "And now?\n“Now I sell fish.”",
        ["", ""],
    ),
    "Chinese, surname later": (
        "“我们不会提高收费，”局长林慕德说。她说：“今年不会提高收费。”",
        ["林慕德", "林慕德"],
    ),
    "Chinese, she of two": ("林慕德和教授苏敏仪、教授何若川在场。“我们不会提高，”她说。", [""]),
    "echo of the only one named": (
        "“No moat of theirs will last,” said Ada Brook.\nAsked about the ‘moat’, Brook smiled.",
        ["Ada Brook", "Ada Brook"],
    ),
    "no echo: two are named": (
        "“No moat of theirs will last long,” said Ada Brook.\n"
        "Mara Lindqvist, who is shy, and Brook saw the ‘moat’.",
        ["Ada Brook"],
    ),
}


@pytest.mark.parametrize(("text", "speakers"), SEVERAL.values(), ids=SEVERAL.keys())
def test_speakers_are_carried_only_where_nobody_else_can_be_meant(text: str, speakers: list[str]):
    """Through a paragraph, by a surname, a pronoun, an interview or an echo; else empty."""
    assert [quotation.speaker for quotation in find_quotations(TITLE, text)] == speakers


def test_a_headline_takes_its_speaker_from_the_text():
    """The same words, with a speaker below."""
    title = "‘We will not raise it’: a chair speaks"
    text = "The council met. “We will not raise it, nor lower it,” said Ada Brook."
    found = find_quotations(title, text)
    coded = f"{title}\n\n{text}"
    assert [(coded[q.start : q.end], q.speaker) for q in found] == [
        ("We will not raise it", "Ada Brook"),
        ("We will not raise it, nor lower it,", "Ada Brook"),
    ]


LEADS = {
    "colon": ("Ada Brook, who chairs it, was plain:", "Ada Brook"),
    "asks": ("Ada Brook asks whom it serves:", "Ada Brook"),
    "made it clear": ("Ada Brook made it clear that nothing will change:", "Ada Brook"),
    "sayings, no colon": ("Ada Brook of the council said it would not.", "Ada Brook"),
    "two people": ("Ada Brook, who is ten, wrote to Mara Lindqvist, who is nine:", ""),
    "nobody": ("The letter went on:", ""),
    "no colon, nothing said": ("Ada Brook, who is ten, walked home.", ""),
}


@pytest.mark.parametrize(("lead", "speaker"), LEADS.values(), ids=LEADS.keys())
def test_a_block_quote_belongs_to_the_one_person_who_leads_to_it(lead: str, speaker: str):
    """By a colon, or by saying something in the paragraph before."""
    block = "We will not raise the toll, and we will not lower it."
    text = f"The council met.\n{lead}\n{block}\nIt rained."
    (quotation,) = find_quotations(TITLE, text, [block])
    assert quotation.speaker == speaker


def test_speakers_are_named_in_the_languages_whose_sayings_are_known():
    """In another the words are found, without a name."""
    text = "“Wir werden sie nicht erhöhen”, said Mara Lindqvist."
    (quotation,) = find_quotations(TITLE, text, language="de")
    assert quotation.speaker == ""


@given(st.text(alphabet="“”‘’\"'«»「」 \nAaBb.,:?说他“X", max_size=300))
def test_quotations_lie_in_the_text_in_order_and_apart(text: str):
    """Whatever the marks."""
    coded = f"{TITLE}\n\n{text}"
    found = find_quotations(TITLE, text)
    assert all(0 <= q.start < q.end <= len(coded) for q in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_long_and_odd_texts_take_no_long_time():
    """A thousand names in a paragraph, a thousand quotations, capitals without end."""
    texts = [
        "Ada Brook met Mara Lindqvist. " * 4_000,
        "“We will not,” said Ada Brook. " * 3_000,
        "Aaa " * 40_000,
        "said " * 40_000,
        "“" * 40_000,
        "他说：“" * 20_000,
    ]
    started = process_time()
    for text in texts:
        find_quotations(TITLE, text)
    assert process_time() - started < 120
