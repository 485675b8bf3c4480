"""What an analyst types to add an event, and what is wrong with it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from dashboard import words
from dashboard.choice import EARLIEST, LATEST
from framewatch.story import Event

LONGEST_LABEL, LONGEST_LINK = 120, 500  # characters
FIELDS = ("day", "label", "link", "countries")


@dataclass(frozen=True)
class EventForm:
    """The fields as typed; `event` is there only where `faults` is empty."""

    day: str = ""
    label: str = ""
    link: str = ""
    countries: str = ""

    @classmethod
    def sent(cls, fields: Mapping[str, str]) -> "EventForm":
        return cls(**{name: fields.get(name, "").strip() for name in FIELDS})

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        return cls(str(event.day), event.label, event.link, ", ".join(event.countries))

    @property
    def event(self) -> Event:
        return Event(
            day=date.fromisoformat(self.day),
            label=self.label,
            link=self.link,
            countries=self._codes,
        )

    @cached_property
    def faults(self) -> dict[str, str]:
        """By field: what is wrong, and what to write."""
        found = {
            "day": self._day_fault(),
            "label": self._label_fault(),
            "link": self._link_fault(),
            "countries": self._countries_fault(),
        }
        return {field: fault for field, fault in found.items() if fault}

    @property
    def _codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", self.countries.upper())))

    def _day_fault(self) -> str:
        try:
            day = date.fromisoformat(self.day)
        except ValueError:
            return "This is not a day: write 2025-02-04."
        near = EARLIEST <= day <= LATEST
        return "" if near else f"Choose a day between {EARLIEST.year} and {LATEST.year}."

    def _label_fault(self) -> str:
        if not self.label:
            return "Say in a few words what happened."
        if len(self.label) > LONGEST_LABEL:
            return f"This has {len(self.label)} characters: {LONGEST_LABEL} fit beside a chart."
        # Control characters, and those that turn the direction of what stands after them.
        odd = [c for c in self.label if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
        return f"This holds a character that cannot be seen (U+{ord(odd[0]):04X})." if odd else ""

    def _link_fault(self) -> str:
        if not self.link:
            return ""
        if len(self.link) > LONGEST_LINK:
            return f"This has {len(self.link)} characters; {LONGEST_LINK} are allowed."
        try:
            host = urlsplit(self.link).hostname
        except ValueError:
            host = None
        whole = words.a_link(self.link) and host and self.link.isprintable()
        fit = whole and " " not in self.link
        return "" if fit else "Write a whole address that begins with https:// or http://."

    def _countries_fault(self) -> str:
        known = words.ENGLISH.territories
        unknown = [c for c in self._codes if not re.fullmatch("[A-Z]{2}", c) or c not in known]
        if not unknown:
            return ""
        return f"{unknown[0][:20]} is no country: write codes of two letters, such as AU, US."
