"""The charts, by name. Each module draws one and returns SVG; none touches the store."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from dashboard.charts import (
    band,
    bars,
    calendar,
    coverage,
    dots,
    ends,
    heat,
    lanes,
    score,
    spark,
    tiles,
)

CHARTS: Mapping[str, Callable[..., Markup]] = {
    "band": band.draw,
    "bars": bars.draw,
    "calendar": calendar.draw,
    "coverage": coverage.draw,
    "dots": dots.draw,
    "ends": ends.draw,
    "heat": heat.draw,
    "lanes": lanes.draw,
    "score": score.draw,
    "spark": spark.draw,
    "tiles": tiles.draw,
}
