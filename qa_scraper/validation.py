"""Whether lines are records: against the published schema, with a JSON pointer and a reason for what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from qa_scraper.items import record_schema

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_WORDS: Final = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip
_FORMATS: Final = {
    "date": "is no date (YYYY-MM-DD)",
    "date-time": "is no time (YYYY-MM-DDTHH:MM:SSZ)",
    "uri-reference": "is no URL",
}

_ORDER: Final = "is out of order from here on"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong. ``pointer``: RFC 6901, empty for the whole line.

    ``kind``: pointer and reason without what differs from line to line: ``/answers/*/votes``. There are few kinds.
    """

    line: int
    pointer: str
    reason: str
    kind: tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What was found in a file so far. ``kinds``: how often each kind of flaw."""

    sorted_by_id: bool = False
    """Whether the file has to be sorted, as published files are: then it is an error where it is not."""
    records: int = 0
    broken: int = 0
    unsorted_at: int | None = None
    """The first line whose id is smaller than the one before; ids that are there twice may go unseen from there on."""
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def flaws(self) -> int:
        """How many in all."""
        return self.kinds.total()


@cache
def validator() -> Draft202012Validator:
    """The compiled schema of a record; formats (dates, URLs) are checked as well."""
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(record_schema(), validate_formats=True)


def flaws_of(record: object, line: int) -> Iterator[Flaw]:
    """What is wrong with *record*, any JSON value, which stands in *line*; nothing where it is valid."""
    for error in validator().iter_errors(record):
        yield from _told(error, line)


def examined(lines: Iterable[tuple[int, bytes]], tally: Tally) -> Iterator[Flaw]:
    """What is wrong with numbered *lines*, one after the other; *tally* counts along. Memory holds one line.

    An id that is there twice is found next to itself, where a sorted file has it.
    """
    is_valid = validator().is_valid
    before, before_line = "", 0
    for number, line in lines:
        found: list[Flaw] = []
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            found.append(Flaw(number, "", f"is not JSON ({error})", ("", "is not JSON")))
            record = None
        else:
            if not is_valid(record):
                found += flaws_of(record, number)
        name = record.get("id") if isinstance(record, dict) else None
        if isinstance(name, str):
            if name == before and before_line:
                found.append(Flaw(number, "/id", f"is the id of line {before_line} as well", ("/id", "is there twice")))
            elif name < before and tally.unsorted_at is None:
                tally.unsorted_at = number
                if tally.sorted_by_id:
                    found.append(Flaw(number, "/id", "is out of order: smaller than the one before", ("/id", _ORDER)))
            before, before_line = name, number
        tally.records += 1
        tally.broken += bool(found)
        for flaw in found:
            tally.kinds[flaw.kind] += 1
            yield flaw


def _told(error: ValidationError, line: int) -> Iterator[Flaw]:
    kind: Any = error.kind
    or_null = kind.name == "anyOf"
    if or_null:  # of the two choices, the other is null
        first = kind.context[0][0]
        kind, path = first.kind, [*first.instance_path]
    else:
        path = [*error.instance_path]
    if kind.name == "required":
        yield _flaw(line, [*path, kind.property], "is missing")
    elif kind.name == "additionalProperties":
        for name in kind.unexpected:
            yield Flaw(line, _pointer([*path, name]), "is no field of a record", (_general(path), "holds other fields"))
    else:
        yield _flaw(line, path, _reason(kind, " or null" if or_null else ""))


def _reason(kind: Any, or_null: str) -> str:
    match kind.name:
        case "type":
            return f"must be {' or '.join(_WORDS[name] for name in kind.types)}{or_null}"
        case "format":
            return _FORMATS[kind.format]
        case "pattern":
            return _FORMATS["date"]
        case "enum":
            return f"must be one of {', '.join(kind.options)}{or_null}"
        case "minLength":
            return "must not be empty"
        case "minimum":
            return f"must be at least {kind.limit}"
        case "maximum":
            return f"must be at most {kind.limit}"
        case _:  # a keyword that the schema did not use when this was written
            return str(kind.as_dict())


def _flaw(line: int, path: list[str | int], reason: str) -> Flaw:
    return Flaw(line, _pointer(path), reason, (_general(path), reason))


def _general(path: Iterable[str | int]) -> str:
    return _pointer("*" if isinstance(part, int) else part for part in path)


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
