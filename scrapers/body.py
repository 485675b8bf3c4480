"""The article's own paragraphs, out of everything else a page shows.

trafilatura in precision mode does the work. Around it: what is no prose is cut before
(scrapers.prune), paragraphs it left out between two it kept are put back (scrapers.gaps), furniture
lines go after. Where precision leaves out most of the page's running text, the balanced mode or the
publisher's own `articleBody` takes over; where the page shows nothing at all, its data
(scrapers.shells).
"""

import re
from typing import Any

from scrapers.bylines import one_line, plain
from scrapers.gaps import filled, letters, paragraphs
from scrapers.liveblog import Post, shown_posts, told
from scrapers.prune import prune
from scrapers.shells import shell_text

MAX_HTML = 3_000_000  # characters read for text; trafilatura needs about 1 s for each million
_MAX_LINE = 200_000
_UNDER_EXTRACTED = 0.5  # of the page's running text: below it, precision mode missed the article
_SHORT = 1_500  # characters; a longer text is an article, whatever else the page shows
_RUNNING = 80  # characters from which a paragraph is running text rather than a label
_NOTHING = 200  # characters; a page that shows no more may hold its text in its data
_FURNITURE = re.compile(
    r"^(?:[-–•*]\s*)?(?:"
    r"(?:read|see|learn|find out|hear|watch|listen)\s+(?:more|also|next|now)\b.{0,160}"
    r"|(?:also read|related(?: (?:stories|articles?|content))?|recommended|more on this(?: story)?|"
    r"in case you missed it|most read|trending|editor.s picks?)\s*(?::.{0,160})?"
    r"|(?:sign up|subscribe|join|follow|register|download|log in|sign in|click here|"
    r"get (?:the|our|all))\b.{0,140}(?:newsletter|e?mails?|inbox|whatsapp|app|facebook|twitter|"
    r"instagram|channel|account|updates|here|today|news)\b.{0,40}"
    r"|(?:advertisement|advertising|anzeige|werbung|publicit[ée]|publicidad|annonse?|pubblicità|"
    r"広告|广告)"
    r"|(?:share|print|save|comments?|article content|copy link|story continues below.*)"
    r"|(?:photo|image|picture|foto|bild|video|fotos|images?)\s*(?:credit)?:.{0,160}"
    r"|(?:copyright|©|\(c\)).{0,160}|all rights reserved\.?"
    r"|(?:quelle|source|fonte|fuente|kilde|來源|来源)\s*[:：].{0,60}|\((?:quelle|source):?.{0,40}\)"
    r"|lesedauer:?.{0,30}|\d+ min(?:ute)?s? read|reading time.{0,30}"
    r"|(?:lesen sie|lies|siehe|mehr (?:dazu|zum thema)|zum artikel|weiterf[üu]hrende links|"
    r"lire aussi|à lire|leer también|le[ei]a también|leggi anche|les også|leia também|mere om|"
    r"相关阅读|延伸阅读|関連記事|おすすめ情報)\b.{0,160}"
    r"|.{0,120}\bnewsletter\b.{0,160}"
    r")$",
    re.IGNORECASE | re.DOTALL,
)
_END = re.compile(
    r"^(?:more (?:from|on|stories|about) .{1,60}|related(?: (?:stories|articles?|content|topics))?|"
    r"(?:most|also) (?:read|popular|viewed)|read next|recommended(?: for you)?|what to read next|"
    r"you (?:may|might) also (?:like|be interested in).{0,40}|weiterf[üu]hrende links|"
    r"mehr (?:themen|artikel|zum thema).{0,60}|das k[öo]nnte (?:sie|dich) (?:auch )?interessieren|"
    r"sur le m[êe]me sujet|noticias relacionadas|相关(?:新闻|阅读|文章|推荐)|延伸阅读|関連記事|"
    r"got a story\?.{0,200}|about the author)\W*$",
    re.IGNORECASE,
)
_AFTER_END = 0.4  # most of a text that may stand below such a heading and still be furniture
_STAMP = re.compile(r"^\W*(?:[^\W\d]+,?\s+)?\d{1,4}[年./-]\s?\d{1,2}[月./-]\s?\d{1,4}.{0,60}$")


def parse_tree(html: str) -> Any:
    """The page as an lxml tree; None where there is no HTML in it."""
    from trafilatura import load_html

    return load_html(html[:MAX_HTML])


def extract_text(
    tree: Any, title: str, article_body: str = "", posts: list[Post] | None = None
) -> str:
    """Paragraphs, one a line; "" where the page has none. Changes the tree.

    posts: those of a live blog as its JSON-LD has them, an empty list where only the page does;
    None if the page is no live blog.
    """
    prune(tree)
    rows = paragraphs(tree)
    if posts is not None:
        posts = posts or shown_posts(tree)
    text = _trafilatura(tree, precision=True)
    running = _running_length(tree)
    if len(text) < min(_UNDER_EXTRACTED * running, _SHORT):
        text = max(text, _trafilatura(tree, precision=False), key=len)
    lines = [line for line in map(_line, text.split("\n")) if line]
    declared = [line for line in (plain(b, _MAX_LINE) for b in article_body.split("\n")) if line]
    lines = _by_declared(filled(lines, rows), declared)
    if sum(map(len, lines)) < _NOTHING:
        lines = max(lines, shell_text(tree, title), key=lambda found: sum(map(len, found)))
    lines = told(lines, posts) if posts else lines
    return "\n".join(without_furniture(_before_end(lines), title))


def without_furniture(lines: list[str], title: str) -> list[str]:
    """Without the headline's repetition, calls to subscribe, credits, stamps and doubled lines."""
    kept: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(lines):
        if number < 4 and _repeats(line, title):
            continue
        if (line in seen and len(line) > 20) or _FURNITURE.match(line) or _STAMP.match(line):
            continue
        seen.add(line)
        kept.append(line)
    return kept


def _before_end(lines: list[str]) -> list[str]:
    """Up to the first heading of a list of other articles, if little enough stands below it."""
    total, before = sum(map(len, lines)), 0
    for number, line in enumerate(lines):
        if _END.match(line) and total - before <= _AFTER_END * total:
            return lines[:number]
        before += len(line)
    return lines


def _trafilatura(tree: Any, precision: bool) -> str:
    import trafilatura

    document = trafilatura.bare_extraction(
        tree, include_comments=False, favor_precision=precision, with_metadata=False
    )
    return (getattr(document, "text", "") or "") if document is not None else ""


def _running_length(tree: Any) -> int:
    """Characters in paragraphs of running text, wherever they stand."""
    lengths = (len("".join(p.itertext()).strip()) for p in tree.iter("p"))
    return sum(length for length in lengths if length >= _RUNNING)


def _by_declared(lines: list[str], declared: list[str]) -> list[str]:
    """Lines trimmed to, or replaced by, the publisher's own `articleBody` where that is whole."""
    body, text = letters("".join(declared)), letters("".join(lines))
    if len(body) > 1.5 * len(text):
        return declared
    inside = [letters(line) in body for line in lines]
    covered = sum(len(letters(line)) for line, ok in zip(lines, inside, strict=True) if ok)
    if covered < 0.6 * len(text) or True not in inside:
        return lines
    first, last = inside.index(True), len(inside) - inside[::-1].index(True)
    return lines[first:last]


def _repeats(line: str, title: str) -> bool:
    key, wanted = letters(line), letters(title)
    return bool(wanted) and (
        key == wanted or (key.endswith(wanted) and len(key) < len(wanted) + 60)
    )


def _line(text: str) -> str:
    return one_line(text, _MAX_LINE).strip("|").strip()
