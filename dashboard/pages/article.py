"""Article: why it is counted as it is, and where it came from."""

import hashlib
from collections.abc import Sequence

from starlette.exceptions import HTTPException

from dashboard.charts import CHARTS
from dashboard.charts.svg import Label
from dashboard.excerpt import Passage, passages
from dashboard.view import View
from db import articles
from framewatch.story import Article, Evidence, FrameScore


def render(view: View, article_id: int) -> str:
    found = articles.article(view.site.engine, view.topic.code, article_id)
    if found is None:
        raise HTTPException(404, "There is no such article in the store.")
    text = found.article.coded_text
    present = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    # The offsets count in the text that was read: in any other they point at the wrong words.
    intact = found.reading is not None and found.reading.text_sha256 == present
    evidence = found.reading.evidence if found.reading and intact else ()
    frames = {frame.code: frame for frame in view.site.frames_of(view.topic)}
    scores = found.reading.frames if found.reading else ()
    return view.site.render(
        "article.html",
        view=view,
        found=found,
        article=found.article,
        intact=intact,
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


def _bar(score: FrameScore) -> object:
    label = Label(
        f"score-{score.frame}",
        f"Probability {score.probability:.2f}",
        f"Threshold {score.threshold:.2f}: {'present' if score.present else 'absent'}",
    )
    return CHARTS["score"](label, score.probability, score.threshold)
