"""A service in the shape of `scrapers.web.Web`: a function answers, and questions are kept."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from framewatch.facts import load_topic
from framewatch.story import Outcome, Page, Rejected, Window
from scrapers.web import PAGE, Expect, Question, Reply

TOPIC = load_topic(Path(__file__).parent.parent / "topics" / "deepseek.toml")
NOW = datetime(2025, 2, 6, 12, tzinfo=UTC)
DAY = Window(datetime(2025, 2, 4, tzinfo=UTC), datetime(2025, 2, 5, tzinfo=UTC))
KEY = "0f3c-secret-key"

Answering = Callable[[Mapping[str, list[str]]], "Reply | Rejected"]


class FakeService:
    """Answers by the parameters of a question; pages and forbidden addresses by what is set."""

    def __init__(self, answering: Answering | None = None) -> None:
        self.answering = answering
        self.asked: list[Question] = []
        self.pages: list[Page | Rejected] = []
        self.got: list[str] = []
        self.closed: frozenset[str] = frozenset()

    def ask(self, question: Question) -> Reply | Rejected:
        self.asked.append(question)
        assert KEY not in question.url
        assert KEY not in repr(question)
        assert self.answering is not None
        return self.answering(parse_qs(urlsplit(question.url).query))

    def get(self, url: str, expect: Expect = PAGE) -> Page | Rejected:
        self.got.append(url)
        return self.pages[min(len(self.got), len(self.pages)) - 1]

    def stream(self, question: Question) -> Any:
        raise AssertionError("nothing here is streamed")

    def forbidden(self, url: str) -> Rejected | None:
        if url in self.closed:
            return Rejected(url=url, outcome=Outcome.DISALLOWED, detail="robots.txt")
        return None

    @property
    def queries(self) -> list[dict[str, list[str]]]:
        """The parameters of every question so far."""
        return [parse_qs(urlsplit(question.url).query) for question in self.asked]


def reply(
    body: object = b"", status: int = 200, wait: float | None = None, **headers: str
) -> Reply:
    """A reply; what is no bytes becomes JSON, and underscores in the headers' names hyphens."""
    return Reply(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        at=NOW,
        retry_after=wait,
    )


def always(*replies: Reply | Rejected) -> FakeService:
    """A service that gives these replies in turn, and the last one ever after."""
    queue = list(replies)
    return FakeService(lambda _query: queue.pop(0) if len(queue) > 1 else queue[0])


DOWN = Rejected(url="", outcome=Outcome.UNAVAILABLE, detail="timeout", retry_after=30.0)
