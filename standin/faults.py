"""Everything that can go wrong, once or twice, in the way of one backfill."""

from importlib import import_module

from standin.lists import DATED, FEEDS
from standin.script import Fault
from standin.services import NAMES
from standin.world import NO_ARTICLE, Habit, World


def all_faults(world: World) -> list[Fault]:
    """Each fault of the outlets and of the services, where the requests of a backfill of the whole
    world meet it. All are passing: whoever asks again later gets what was wanted."""
    found = _of_outlets(world)
    for name in NAMES:
        module = import_module(f"standin.services.{name}")
        found += getattr(module, "FAULTS", ())
        if hasattr(module, "faults"):
            found += module.faults(world)
    return found


def _of_outlets(world: World) -> list[Fault]:
    """Those of feeds and sitemaps at their addresses, the others at articles."""
    herald, courier, wire = FEEDS["herald"][1], FEEDS["courier"][1], FEEDS["wire"][1]
    first = world.stories[0].published
    listed = [
        Fault(service="herald", kind="doctype_bomb", match=herald),
        Fault(service="courier", kind="bozo", match=courier),
        Fault(service="wire", kind="html_200", match=wire),
        Fault(service="tribune", kind="not_modified_lie", match=FEEDS["tribune"][1]),
        Fault(service="quanbao", kind="slow", match=FEEDS["quanbao"][1]),
        Fault(service="sentinel", kind="hangup", match=FEEDS["sentinel"][1]),
        Fault(service="herald", kind="gz_bomb", match=f"{first:%Y-%m}{DATED['herald']}"),
        Fault(service="courier", kind="index_loop", match="/sitemap.xml"),
        Fault(service="quanbao", kind="html_200", match="/sitemap.xml"),
        Fault(service="tribune", kind="robots_5xx", match="/robots.txt"),
    ]
    kinds = ("down", "throttled", "slow", "hangup")
    plain = [
        story
        for story in world.stories
        if story.on_topic and story.habit not in (*NO_ARTICLE, Habit.GONE, Habit.MOVED)
    ]
    return listed + [
        Fault(service=story.outlet.code, kind=kind, match=f"/{story.slug}/")
        for story, kind in zip(plain, kinds, strict=False)
    ]
