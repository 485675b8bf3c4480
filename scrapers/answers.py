"""The ways in which a source answers."""

from framewatch.story import Answer, Link, Outcome, Rejected, Source, SourceStatus, Window
from scrapers.web import Reply

# A source whose own address is gone or of the wrong type has often come back: asked again later.
_NOT_OUR_FAULT = frozenset(
    {Outcome.UNAVAILABLE, Outcome.GONE, Outcome.WRONG_TYPE, Outcome.TOO_LARGE}
)


def answered(source: Source, window: Window, links: tuple[Link, ...], listed: int) -> Answer:
    """It answered; `listed` counts its items for the window, on the topic or not."""
    status = SourceStatus.OK if links else SourceStatus.EMPTY
    return Answer(source=source.name, window=window, status=status, links=links, listed=listed)


def out_of_reach(source: Source, window: Window, detail: str) -> Answer:
    """It cannot say anything about this window."""
    status = SourceStatus.OUT_OF_REACH
    return Answer(source=source.name, window=window, status=status, detail=detail)


def failed(source: Source, window: Window, rejected: Rejected) -> Answer:
    """Its own page could not be had: unavailable, or refused for good."""
    later = rejected.outcome in _NOT_OUR_FAULT
    return Answer(
        source=source.name,
        window=window,
        status=SourceStatus.UNAVAILABLE if later else SourceStatus.REFUSED,
        detail=f"{rejected.outcome}: {rejected.detail}",
        retry_after=rejected.retry_after,
    )


def unusable(source: Source, window: Window, detail: str) -> Answer:
    """It answered, but not in its format: often an error or consent page with status 200."""
    return Answer(
        source=source.name,
        window=window,
        status=SourceStatus.UNAVAILABLE,
        detail=detail,
    )


def refused(source: Source, window: Window, detail: str) -> Answer:
    """Our question is wrong, or not permitted: as it stands it is never asked again."""
    status = SourceStatus.REFUSED
    return Answer(source=source.name, window=window, status=status, detail=detail)


def unavailable(
    source: Source,
    window: Window,
    detail: str,
    retry_after: float | None = None,
    links: tuple[Link, ...] = (),
) -> Answer:
    """It is down, or does not want to be asked now. What it gave before it broke off is kept."""
    return Answer(
        source=source.name,
        window=window,
        status=SourceStatus.UNAVAILABLE,
        links=links,
        listed=len(links),
        detail=detail,
        retry_after=retry_after,
    )


def of_status(source: Source, window: Window, reply: Reply) -> Answer | None:
    """What a service's status says, where nothing else is known of it; None for 200.

    Timeouts (408), haste (425), throttling (429) and faults of the server (5xx) pass; any other
    error is about our question.
    """
    if reply.status == 200:
        return None
    detail = f"status {reply.status}"
    if reply.status in (408, 425, 429) or reply.status >= 500:
        return unavailable(source, window, detail, reply.retry_after)
    return refused(source, window, detail)
