"""Article: why it is counted as it is, and where it came from."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException

from dashboard.charts import CHARTS
from dashboard.charts.svg import Label
from dashboard.excerpt import Passage, intact, passages
from dashboard.view import View
from db import articles
from db.kin import Copy, Kin
from db.kin import kin as kin_of
from framewatch.story import Article, Evidence, FrameScore
from scrapers.identify import similarity


def render(view: View, article_id: int) -> str:
    found = articles.article(view.site.engine, view.topic.code, article_id)
    if found is None:
        raise HTTPException(404, "There is no such article in the store.")
    text = found.article.coded_text
    whole = intact(found)
    evidence = found.reading.evidence if found.reading and whole else ()
    frames = {frame.code: frame for frame in view.site.frames_of(view.topic)}
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
        passages=_shown(text, evidence, found.article),
        frames=frames,
        targets={target.code: target.name for target in view.topic.targets},
        scores=[(score, _bar(score)) for score in sorted(scores, key=lambda s: -s.probability)],
    )


def _shown(text: str, evidence: Sequence[Evidence], article: Article) -> tuple[Passage, ...]:
    """The headline stands above the text already: it is repeated only as evidence."""
    found = passages(text, evidence, whole=article.fictional)
    return tuple(
        passage
        for passage in found
        if passage.start > 0 or any(piece.evidence for piece in passage.pieces)
    )


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
        f"Probability {score.probability:.2f}",
        f"Threshold {score.threshold:.2f}: {'present' if score.present else 'absent'}",
    )
    return CHARTS["score"](label, score.probability, score.threshold)
