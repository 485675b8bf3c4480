"""Article: why it is counted as it is, and where it came from."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dashboard.access import Fields, form
from dashboard.answers import page, view_of
from dashboard.charts import CHARTS
from dashboard.charts.svg import Label
from dashboard.evidence import TONE, Mark, marked, shown
from dashboard.excerpt import intact, may_read_whole, passages
from dashboard.pages.events import author_of
from dashboard.regional import number
from dashboard.view import View
from db import articles
from db.articles import ReadArticle
from db.coded import CodedUnit
from db.kin import Copy, Kin
from db.kin import kin as kin_of
from db.notes import notes
from framewatch.coded_lines import CodingError
from framewatch.coding import LONGEST_NOTE, note
from framewatch.people import Role
from framewatch.story import Article, Evidence, FrameScore
from scrapers.identify import similarity

router = APIRouter()


@router.get("/t/{topic}/article/{article_id}")
def show(request: Request, topic: str, article_id: str) -> Response:
    about = request.query_params.get("show", "")
    return page(request, topic, lambda view: render(view, _number(article_id), about))


@router.post("/t/{topic}/article/{article_id}/note")
async def say(request: Request, topic: str, article_id: str) -> Response:
    fields = await form(request, Role.ANALYST)
    return await run_in_threadpool(_say, request, topic, _number(article_id), fields)


def _say(request: Request, topic: str, article_id: int, fields: Fields) -> Response:
    view = view_of(request, topic)
    if fields.get("present") not in ("yes", "no"):
        raise HTTPException(400, "Say whether the article carries the frame: yes or no.")
    keep_note(
        view,
        CodedUnit(
            article_id=article_id,
            text_sha256=fields.get("text", ""),
            frame=fields.get("frame", ""),
            coder=author_of(request),
            present=fields.get("present") == "yes",
            coded_at=view.site.now(),
            note=fields.get("note", "").strip(),
        ),
    )
    return RedirectResponse(f"{view.link(f'article/{article_id}')}#notes-title", 303)


def keep_note(view: View, said: CodedUnit) -> None:
    """A note is on the text that its author read: on another it says nothing.

    Raises 404, 409 for another text, 400 for what no note can say.
    """
    if said.text_sha256 != _held(view, said.article_id).text_sha256:
        raise HTTPException(409, "The text was changed meanwhile: read it again, then note.")
    try:
        note(view.site.writer, view.topic, said)
    except CodingError as error:
        raise HTTPException(400, f"The note was not kept: {error}.") from None


def render(view: View, article_id: int, about: str = "") -> str:
    """about: the frame whose evidence alone is marked, or TONE; empty: all."""
    found = _held(view, article_id)
    whole = intact(found)
    frames = {frame.code: frame for frame in view.site.frames_of(view.topic)}
    if about and about != TONE:
        view.frame(about)
    scores = found.reading.frames if found.reading else ()
    kin = kin_of(view.site.engine, article_id)
    return view.site.render(
        "article.html",
        view=view,
        found=found,
        article=found.article,
        kin=kin,
        copies=_copies(kin),
        owners=_owners(view, found.article, kin),
        intact=whole,
        about=about,
        spoken=_spoken(found.reading.evidence if found.reading else ()),
        passages=_shown(view, found, about) if whole or found.article.fictional else (),
        frames=frames,
        targets={target.code: target.name for target in view.topic.targets},
        scores=[(score, _bar(score)) for score in sorted(scores, key=lambda s: -s.probability)],
        readings=articles.readings_of(view.site.engine, article_id),
        notes=notes(view.site.engine, article_id, found.text_sha256),
        longest_note=LONGEST_NOTE,
        may_write=view.reader.role >= Role.ANALYST,
    )


def _number(written: str) -> int:
    """Beyond 18 digits the store has no ids."""
    return int(written) if written.isdecimal() and len(written) <= 18 else 0


def _held(view: View, article_id: int) -> ReadArticle:
    found = articles.article(view.site.engine, view.topic.code, article_id)
    if found is None:
        raise HTTPException(404, "There is no such article in the store.")
    return found


def _spoken(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What there is evidence for: the frames in their order, then tone."""
    frames = dict.fromkeys(item.about for item in evidence if item.kind == "frame")
    tone = (TONE,) if any(item.kind == "target" for item in evidence) else ()
    return (*frames, *tone)


def _shown(view: View, found: ReadArticle, about: str) -> tuple[tuple[Mark, ...], ...]:
    """The headline stands above the text already: it is repeated only as evidence."""
    evidence = found.reading.evidence if found.reading and intact(found) else ()
    text = found.article.coded_text
    whole = may_read_whole(found.article, view.reader)
    parts = passages(text, shown(evidence, about), whole=whole)
    kept = (part for part in parts if part.start > 0 or any(p.evidence for p in part.pieces))
    return marked(kept)


def _copies(kin: Kin) -> list[tuple[Copy, float | None]]:
    """Each with how much of the text it shares."""
    signed = kin.signature
    return [
        (copy, similarity(signed, copy.signature) if signed and copy.signature else None)
        for copy in kin.copies
    ]


def _owners(view: View, article: Article, kin: Kin) -> list[str]:
    """The owners known of the host and of the first publisher, each once."""
    outlets = [article.host, *([kin.entry.original_outlet] if kin.entry else [])]
    owners = (view.site.book.owner(outlet) for outlet in outlets)
    return list(dict.fromkeys(owner for owner in owners if owner))


def _bar(score: FrameScore) -> object:
    label = Label(
        f"score-{score.frame}",
        f"Probability {number(score.probability, 2)}",
        f"Threshold {number(score.threshold, 2)}: {'present' if score.present else 'absent'}",
    )
    return CHARTS["score"](label, score.probability, score.threshold)
