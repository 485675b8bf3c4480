"""Names in English text by their form: runs of capitalised words, without titles and roles."""

import re

MASK, MASK_END = "\x00", "\x01"  # stand for a quotation; the second where it ends a sentence
_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w-]*(?:[’'](?!s\b)[\w-]+)*|[A-Z]\.)"
_PARTICLE = r"(?:de|del|della|van|von|der|den|bin|al|la|le|da|dos|du|ten|ter)"
NAME = (
    rf"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sen|Rep|Gov|Gen)\. )?"
    rf"{_WORD}(?: (?:{_PARTICLE} )?{_WORD}){{0,4}}(?![\w-])"
)
_NOT_BETWEEN = (
    "of|at|for|from|in|to|with|by|on|that|as|when|while|who|whom|whose|which|and|or|but|than|within|"
    "among|amid|against|about|after|before|during|under|over|through|between|without|into|because|"
    "if|where|like|near|despite|since|until|via"
)
LOW = rf"(?:(?!(?:{_NOT_BETWEEN})\b)[a-zà-ÿ][\w’'-]*)"
TITLES = frozenset(
    "dr mr mrs ms miss madam madame prof professor emeritus sir dame lord lady judge justice "
    "senator sen rep gov gen president minister chancellor premier bishop archbishop sister "
    "brother father coach auntie aunt uncle delegate captain colonel general officer chairman "
    "chairwoman secretary ambassador king queen prince princess pope reverend rabbi imam mayor "
    "governor congressman congresswoman representative prime deputy chief director "
    "executive chair head leader".split()
)
_UNPRINTED = frozenset("mr mrs ms miss madam madame".split())
FEMALE = frozenset("mrs ms miss madam madame dame lady sister auntie aunt queen".split())
MALE = frozenset("mr sir lord brother uncle king pope chairman congressman".split())
_NOT_NAMES = frozenset(
    "he she it they we i you who this that these those the a an and but as when while what there "
    "his her their its my our one some many most other others both each few several such any no "
    "not if so yet still also however instead meanwhile according in on at for from by with after "
    "before since until during despite although though because once then now today yesterday here "
    "why how where which whether asked sources officials analysts experts critics supporters "
    "opponents researchers investors people everyone everybody nobody another earlier later last "
    "next first second third finally perhaps maybe even only just like unlike under over about "
    "against between among across around through without within information more less much monday "
    "tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december christmas easter economist analyst strategist "
    "psychologist historian lawyer researcher engineer programmer investor trader author columnist "
    "spokesman spokeswoman spokesperson founder scientist activist professors psychologists".split()
)
# Words that make a run of capitals an organisation, a place or a day.
NO_PERSON = re.compile(
    r"\b(?:University|College|Institute|Cent(?:re|er)|Bank|Capital|Group|Inc|Corp|Ltd|LLC|Company|"
    r"Street|Row|Road|Lane|Avenue|Bay|River|Lake|Islands?|City|County|States?|House|Senate|Tai|"
    r"Congress|Parliament|Party|Federation|Foundation|Council|Committee|Commission|Department|"
    r"Ministry|Office|Bureau|Agency|Association|Union|Chamber|Exchange|Times|Post|News|Journal|"
    r"Review|Forum|Court|Force|Army|AI|US|UK|EU|UN|MPs?|PM|CEO|Labs?|Laborator(?:y|ies)|Technolog(?:y|ies)|"
    r"Partners|Holdings|Securities|Media|Network|Research|Hospital|School|Museum|Society|Board|"
    r"Services?|Hong|Kong|Korea|York|Wales|Zealand|Kingdom|Wall|Nasdaq|Index|Act|Day|Year|Lunar|"
    r"Festival|Silicon|Valley|Republic|Academy|Authority|Trust|Fund|Global|International|National|"
    r"Press|Reuters|Bloomberg|West|East|North|South|Western|Eastern|Northern|Southern|Policy|"
    r"Security|Intelligence|Alliance|Club|Church|Temple|Hotel|Airlines|Motors|Systems|Software|"
    r"Cloud|Magazine|Radio|Television|TV|Today|Daily|Gazette|Tribune|Herald|Guardian|Telegraph|Mail|"
    r"Fox|Experience|Project|Programme?|Conference|Summit|Economics|Finance|Energy|January|February|March|June|July|September|October|November|December|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|(?<!Mc)(?<!Mac)(?<=[a-z])[A-Z]|\b[A-Z]{3,}\b|\d"
)
# Family names that stand first: "Liang Wenfeng" is Liang later on.
_FAMILY_FIRST = frozenset(
    "bai cai cao chan chang chen cheng cheung choi chow chu chung cui dai deng ding dong du fan "
    "fang feng fu gao gong gu guo han hao he ho hong hou hu huang jia jiang jin kang kim kong kwok "
    "lai lam lau law lee lei leung li liang liao lin ling liu lo long lu luo lv ma mao meng mok ng "
    "nguyen ong pan park peng qian qin qiu ren shao shen shi song su sun szeto tan tang tao tian "
    "tsang tse wan wang wei wen wong wu xia xiang xiao xie xiong xu xue yan yang yao ye yi yin yip "
    "yu yuan yue yuen zeng zhang zhao zheng zhong zhou zhu zhuang zou".split()
)
_ENDS = re.compile(
    rf"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)(?<!\bProf)"
    rf"(?:[.!?…][)”’\"]?\s+|{MASK_END}\s*)(?=[A-ZÀ-Þ“‘\"'{MASK}]|$)"
)


def sentence_starts(paragraph: str) -> list[int]:
    """Where its sentences start; the length of the paragraph, where it ends in a whole one."""
    return [0, *(match.end() for match in _ENDS.finditer(paragraph))]


def clean_name(words: str) -> str:
    """A name without "Mr" and without capitalised words before or after it that are none."""
    parts = words.split()
    while parts and parts[0].casefold().strip(".") in _NOT_NAMES | _UNPRINTED:
        parts = parts[1:]
    while parts and parts[-1].casefold() in _NOT_NAMES:
        parts = parts[:-1]
    titles = [n for n, word in enumerate(parts) if word.casefold().strip(".") in TITLES]
    return " ".join(parts[titles[0] if titles else 0 :]).rstrip(".,")


def core_of(name: str) -> tuple[str, ...]:
    """The words of a name that are no titles."""
    return tuple(word for word in name.split() if word.casefold().strip(".") not in TITLES)


def is_noun(name: str) -> bool:
    """Whether a single word, written so at a sentence's start, is a common one: "College"."""
    return " " not in name and name.istitle() and bool(NO_PERSON.search(name))


def is_person(name: str) -> bool:
    """Whether a name may be a person's in full: two words, and none of an organisation's."""
    return len(core_of(name)) > 1 and not NO_PERSON.search(name)


def family_of(core: tuple[str, ...]) -> tuple[str, ...]:
    return core[:1] if core[0].casefold() in _FAMILY_FIRST else ()
