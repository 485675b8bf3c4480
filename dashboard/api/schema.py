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
_REF = "#/components/schemas/"
Schema = Mapping[str, Any]


def described(router: APIRouter, root: str) -> dict[str, Any]:
    """As OpenAPI 3.1."""
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
    told = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}
    for path in made["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["400"] = {"description": "It cannot be asked", "content": told}
            operation["responses"]["404"] = {"description": "There is none", "content": told}
    return made


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

    path: str
    title: str
    says: str
    asked: tuple[Field, ...]
    answer: tuple[Field, ...]

    @property
    def key(self) -> str:
        return self.path.strip("/").replace("/", "-").replace("{", "").replace("}", "")


@dataclass(frozen=True)
class Described:
    schema: Schema

    @cached_property
    def groups(self) -> Mapping[str, list[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for path, operations in self.schema["paths"].items():
            operation = operations["get"]
            found.setdefault(operation["tags"][0], []).append(self._endpoint(path, operation))
        return found

    def _endpoint(self, path: str, operation: Schema) -> Endpoint:
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        return Endpoint(
            path=path,
            title=operation["summary"],
            says=operation.get("description", ""),
            asked=tuple(
                Field(p["name"], self._kind(p["schema"]), self._says(p), 0)
                for p in operation.get("parameters", ())
            ),
            answer=tuple(self._fields(self._of(answer), 0)),
        )

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
