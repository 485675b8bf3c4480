"""The charts, by name. Each module draws one and returns SVG; none touches the store."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from dashboard.charts import band, bars, coverage, dots, score

CHARTS: Mapping[str, Callable[..., Markup]] = {
    "band": band.draw,
    "bars": bars.draw,
    "coverage": coverage.draw,
    "dots": dots.draw,
    "score": score.draw,
}
