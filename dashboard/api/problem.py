"""What went wrong, for programs: problem details (RFC 9457) that say what, where and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import JSONResponse

from dashboard.api.asked import Shape

MEDIA_TYPE = "application/problem+json"


class Problem(Shape):
    title: str
    status: int
    detail: str
    instance: str
    help: str


def problem(
    status: int, title: str, detail: str, place: tuple[str, str], headers: Mapping[str, str]
) -> JSONResponse:
    """The place: the address that was asked, and what stands before all addresses."""
    instance, root = place
    said = Problem(title=title, status=status, detail=detail, instance=instance, help=f"{root}/api")
    return JSONResponse(said.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def refused(errors: Sequence[Mapping[str, Any]]) -> str:
    """What a reader of the address can do about it, in one sentence each."""
    return "; ".join(dict.fromkeys(_said(error) for error in errors))


def _said(error: Mapping[str, Any]) -> str:
    name = str(error["loc"][-1])[:40]
    if error["type"] == "extra_forbidden":
        return f"{name}: there is no such field here; see /api for those that there are"
    if error["type"] == "missing":
        return f"{name}: this is needed"
    return f"{name}={str(error['input'])[:40]}: {str(error['msg']).lower()}"
