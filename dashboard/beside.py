"""What stands beside a frame on its page: its outlets, the tone with it, frames that go with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.choice import Dimension
from dashboard.figures import Figure
from dashboard.groups import Grouping
from dashboard.ranking import Ranking, ranking, shares_figure
from dashboard.sheets import Sheet
from dashboard.together import together_sheet
from dashboard.tone_pairs import of_targets
from dashboard.view import View
from framewatch.story import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    found: Ranking  # by outlet
    outlets: Figure
    tone: Figure
    together: Sheet


def beside(view: View, frame: Frame, coded: Sequence[Frame]) -> Beside | None:
    """None where no article is coded for the frame."""
    found = ranking(Grouping(view, Dimension.HOST), frame)
    if not found.pooled.n:
        return None
    return Beside(
        found=found,
        outlets=shares_figure(found),
        tone=of_targets(view, frame),
        together=together_sheet(view, frame, tuple(coded)),
    )
