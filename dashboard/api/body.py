"""What programs send: one JSON object of known fields, from a reader who may.

Another site's page cannot send it: for JSON, as for DELETE, a browser first asks whether it may
(a preflight), and nobody here says yes.
"""

from typing import Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from starlette.exceptions import HTTPException

from dashboard.access import require, sent_as
from framewatch.people import Role

JSON = "application/json"
UNSAVED = {"cache-control": "no-store"}  # answers to what was sent


class Body(BaseModel):
    """A field that is not known is refused. Keep it flat: its schema stands where it is used."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: Any) -> Any:
        parts = value if isinstance(value, list) else [value]
        if any("\x00" in part for part in parts if isinstance(part, str)):
            raise ValueError("this holds a character that no text has")
        return value


class Nothing(Body):
    """An object without fields: {}."""


B = TypeVar("B", bound=Body)


def sent(kind: type[B], role: Role) -> Any:
    """For an argument of an endpoint. Raises 401, 403, 413, 415, and 400 for what does not fit."""

    async def read(request: Request) -> B:
        require(request, role)
        return _parsed(kind, await sent_as(request, JSON))

    return Depends(read)


def told(kind: type[Body]) -> dict[str, Any]:
    """The same for the description: give it as `openapi_extra`."""
    content = {JSON: {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _parsed(kind: type[B], body: bytes) -> B:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False)
    if not all(fault["loc"] for fault in faults):
        raise HTTPException(400, "The body is no JSON object.")
    raise RequestValidationError(
        [{**fault, "loc": (".".join(map(str, fault["loc"])),)} for fault in faults]
    )
