"""The fields of the record with their types, as a tree: what tables and filters are made of. Made from the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from qa_scraper.items import record_schema

if TYPE_CHECKING:
    from pydantic import JsonValue

Kind = Literal["object", "text", "integer", "number", "boolean", "date", "time"]
_KINDS: Final[dict[str, Kind]] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
_TEXTS: Final[dict[str, Kind]] = {"date": "date", "date-time": "time"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``path``: ``answers.author.name``; ``many``: a list of such values; ``fields``: what an object holds.

    Dates and times are text in a record (``2026-01-31``, ``2026-01-31T08:00:00Z``).
    """

    path: str
    kind: Kind
    many: bool
    fields: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    def leaves(self) -> Iterator[Field]:
        """This field, or all within that are no objects, in their order."""
        if self.kind != "object":
            yield self
        for field in self.fields:
            yield from field.leaves()


@cache
def record_fields() -> tuple[Field, ...]:
    """The fields of a record, in their order."""
    schema = record_schema()
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    return _fields_of(schema, "", definitions)


@cache
def fields_by_path() -> Mapping[str, Field]:
    """All fields, objects and what they hold, by their paths."""
    found: dict[str, Field] = {}

    def add(fields: tuple[Field, ...]) -> None:
        for field in fields:
            found[field.path] = field
            add(field.fields)

    add(record_fields())
    return found


def with_whole_numbers(record: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """*record*, a valid one, with its integers as such, in place: to a JSON schema ``34.0`` is one as well."""
    for field in _with_integers():
        _make_whole(record, field)
    return record


@cache
def _with_integers() -> tuple[Field, ...]:
    return tuple(filter(None, map(_integers_of, record_fields())))


def _integers_of(field: Field) -> Field | None:
    """*field* with the integers of what it holds alone; None where it holds none."""
    if field.kind == "object":
        fields = tuple(filter(None, map(_integers_of, field.fields)))
        return replace(field, fields=fields) if fields else None
    return field if field.kind == "integer" else None


def _make_whole(above: dict[str, JsonValue], field: Field) -> None:
    value = above.get(field.name)
    if isinstance(value, float) and abs(value) < 2**63:  # what is larger no table holds, and is told of
        above[field.name] = int(value)
    for part in value if isinstance(value, list) else (value,):
        if isinstance(part, dict):
            for inner in field.fields:
                _make_whole(part, inner)


def _fields_of(
    described: Mapping[str, JsonValue], above: str, definitions: Mapping[str, JsonValue]
) -> tuple[Field, ...]:
    properties = described["properties"]
    assert isinstance(properties, dict)
    return tuple(_field(f"{above}{name}", part, definitions) for name, part in properties.items())


def _field(path: str, described: JsonValue, definitions: Mapping[str, JsonValue]) -> Field:
    many = False
    while True:
        assert isinstance(described, dict), path
        if isinstance(choices := described.get("anyOf"), list):  # the other choice is null
            described = choices[0]
        elif described.get("type") == "array":
            described, many = described["items"], True
        elif isinstance(reference := described.get("$ref"), str):
            part = definitions[reference.rpartition("/")[2]]
            assert isinstance(part, dict)
            return Field(path, "object", many, _fields_of(part, f"{path}.", definitions))
        else:
            kind = _KINDS[str(described["type"])]
            return Field(path, _TEXTS.get(str(described.get("format")), kind), many)
