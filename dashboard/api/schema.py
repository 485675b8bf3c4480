"""The API's own description (OpenAPI), and that description as a page tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRouter

from dashboard.api.problem import MEDIA_TYPE, Problem

VERSION = "1"
ABOUT = (
    "The numbers of the pages, from the same functions and with the same filters. Every answer "
    "says of which state of the store it is; ask again with its ETag and an unchanged one is "
    "answered 304. Days are those of the topic's time zone."
)
KEYS = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key that a person made on the page of their account",
}
REFUSED = {"400": "It cannot be asked", "404": "There is none"}
REFUSED_WRITE = {
    "403": "Its role may not, or another site's page sent it",
    "413": "It is too long",
    "415": "It is not sent as application/json",
}
REFUSED_STRANGER = {"401": "There is no such key"}
_REF = "#/components/schemas/"
Schema = Mapping[str, Any]


def described(router: APIRouter, root: str, *, keyed: bool = False) -> dict[str, Any]:
    """As OpenAPI 3.1. keyed: programs need a key."""
    made = get_openapi(
        title="Framewatch",
        version=VERSION,
        description=ABOUT,
        routes=router.routes,
        servers=[{"url": root or "/"}],
    )
    held = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        held.pop(name, None)
    held["Problem"] = Problem.model_json_schema()
    if keyed:
        made["components"]["securitySchemes"] = {"key": KEYS}
        made["security"] = [{"key": []}]
    for path in made["paths"].values():
        for method, operation in path.items():
            _tell_faults(operation["responses"], method, keyed=keyed)
    return made


def _tell_faults(responses: dict[str, Any], method: str, *, keyed: bool) -> None:
    """All are problem details, but what an address describes in its own way."""
    if "HTTPValidationError" in str(responses.get("422")):
        responses.pop("422")
    usual = REFUSED | (REFUSED_WRITE if method != "get" else {})
    for status, says in (usual | (REFUSED_STRANGER if keyed else {})).items():
        responses.setdefault(status, {"description": says})
    for status, response in responses.items():
        if status >= "400":
            told = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}
            response.setdefault("content", told)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a question or of an answer."""

    name: str
    kind: str
    says: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, as the page tells it."""

    method: str
    path: str
    title: str
    says: str
    asked: tuple[Field, ...]
    sent: tuple[Field, ...]  # in the body
    answer: tuple[Field, ...]

    @property
    def key(self) -> str:
        named = self.path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
        return named if self.reads else f"{self.method.lower()}-{named}"

    @property
    def reads(self) -> bool:
        return self.method == "GET"


@dataclass(frozen=True)
class Described:
    schema: Schema

    @cached_property
    def groups(self) -> Mapping[str, list[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for path, operations in self.schema["paths"].items():
            for method, operation in operations.items():
                endpoint = self._endpoint(method, path, operation)
                found.setdefault(operation["tags"][0], []).append(endpoint)
        return found

    def _endpoint(self, method: str, path: str, operation: Schema) -> Endpoint:
        done = next(told for status, told in operation["responses"].items() if status < "300")
        return Endpoint(
            method=method.upper(),
            path=path,
            title=operation["summary"],
            says=operation.get("description", ""),
            asked=tuple(
                Field(p["name"], self._kind(p["schema"]), self._says(p), 0)
                for p in operation.get("parameters", ())
            ),
            sent=tuple(self._fields(self._body(operation.get("requestBody", {})), 0)),
            answer=tuple(self._fields(self._body(done), 0)),
        )

    def _body(self, told: Schema) -> Schema:
        """{} where nothing is sent."""
        return self._of(told.get("content", {}).get("application/json", {}).get("schema", {}))

    def _fields(self, schema: Schema, depth: int) -> Iterator[Field]:
        for name, field in schema.get("properties", {}).items():
            yield Field(name, self._kind(field), field.get("description", ""), depth)
            inner = self._inner(field)
            if inner.get("properties"):
                yield from self._fields(inner, depth + 1)

    def _inner(self, field: Schema) -> Schema:
        """What is told on lines of its own: an object, or the objects of a list or a mapping."""
        for choice in field.get("anyOf", (field,)):
            inner = choice.get("items") or choice.get("additionalProperties") or choice
            if isinstance(inner, Mapping) and "$ref" in inner:
                return self._of(inner)
        return {}

    def _kind(self, field: Schema) -> str:
        kinds = [self._one(choice) for choice in field.get("anyOf", (field,))]
        return " or ".join(dict.fromkeys(kinds))

    def _one(self, field: Schema) -> str:
        schema = self._of(field)
        if "enum" in schema:
            return ", ".join(str(value) for value in schema["enum"])
        if "const" in schema:
            return str(schema["const"])
        if schema.get("type") == "array":
            return f"list of {self._one(schema['items'])}"
        return str(schema.get("format") or schema.get("type", "any"))

    def _says(self, parameter: Schema) -> str:
        said = str(parameter.get("description", ""))
        limits = parameter["schema"]
        if "maximum" in limits:
            said += f"; at most {limits['maximum']:g}, usually {limits.get('default')}"
        return said

    def _of(self, schema: Schema) -> Schema:
        name = str(schema.get("$ref", "")).removeprefix(_REF)
        found: Schema = self.schema["components"]["schemas"][name] if name else schema
        return found
