"""A record as rows of a flat table, one an answer: what ``csv`` and ``parquet --flat`` hold.

The columns of the question stand in each of its rows; a question without answers has one row. Lists of objects other
than the answers have no place in such a table and are left out: related questions and topics, notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qa_scraper.errors import InputError
from qa_scraper.export.selection import selected_fields
from qa_scraper.record_fields import Field, Kind, record_fields

if TYPE_CHECKING:
    from pydantic import JsonValue

POSITION: Final = "answer_position"
"""The column that counts the answers of a question, from 0."""
_ANSWERS: Final = "answers."


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``many``: its values are lists of such values."""

    name: str
    kind: Kind
    many: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and what makes the rows of a record, values in the order of the columns."""

    columns: tuple[Column, ...]
    rows: Callable[[Mapping[str, JsonValue]], Iterator[list[Any]]]


def flat_table(paths: tuple[str, ...] = ()) -> Table:
    """The table with the fields at *paths*, all where empty; without any field of the answers, a row a question.

    Raises InputError for a path of which nothing has a place in it.
    """
    leaves = [leaf for field in selected_fields(paths) for leaf in field.leaves() if leaf.path not in _left_out()]
    before = [leaf for leaf in leaves if not leaf.path.startswith(_ANSWERS)]
    within = [leaf for leaf in leaves if leaf.path.startswith(_ANSWERS)]
    for path in paths:
        if not any(f"{leaf.path}.".startswith(f"{path}.") for leaf in leaves):
            raise InputError(f"a flat table has no place for {path}: use --to jsonl, or parquet without --flat")
    columns = [_column(leaf) for leaf in before]
    if within:
        columns += [Column(POSITION, "integer", many=False), *map(_column, within)]
    of_question = [leaf.path.split(".") for leaf in before]
    of_answer = [leaf.path.removeprefix(_ANSWERS).split(".") for leaf in within]

    def rows(record: Mapping[str, Any]) -> Iterator[list[Any]]:
        question = [_value(record, names) for names in of_question]
        if not within:
            yield question
        elif not record["answers"]:
            yield [*question, None, *([None] * len(of_answer))]
        else:
            for position, answer in enumerate(record["answers"]):
                yield [*question, position, *(_value(answer, names) for names in of_answer)]

    return Table(tuple(columns), rows)


def _left_out() -> set[str]:
    """The paths of all that is in lists of objects, but not in the answers."""
    found: set[str] = set()

    def look(fields: tuple[Field, ...]) -> None:
        for field in fields:
            if field.kind == "object" and field.many and field.path != "answers":
                found.update(leaf.path for leaf in field.leaves())
            else:
                look(field.fields)

    look(record_fields())
    return found


def _column(leaf: Field) -> Column:
    name = f"answer_{leaf.path.removeprefix(_ANSWERS)}" if leaf.path.startswith(_ANSWERS) else leaf.path
    return Column(name.replace(".", "_"), leaf.kind, leaf.many)


def _value(part: Any, names: list[str]) -> Any:
    for name in names:
        part = part[name]
    return part
