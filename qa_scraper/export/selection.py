"""``--fields``: the fields that are kept, as types and as a cut of each record. An empty selection keeps all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from qa_scraper.record_fields import Field, record_fields

if TYPE_CHECKING:
    from pydantic import JsonValue

_Tree = dict[str, "_Tree"]


def selected_fields(paths: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields at *paths* with what is in them and above them, in the order of the record."""
    return _selected(record_fields(), _tree(paths)) if paths else record_fields()


def keeping(paths: tuple[str, ...]) -> Callable[[Mapping[str, JsonValue]], Mapping[str, JsonValue]]:
    """What cuts a record down to *paths*."""
    tree = _tree(paths)
    if not tree:
        return lambda record: record
    return lambda record: {name: _kept(value, tree[name]) for name, value in record.items() if name in tree}


def _tree(paths: tuple[str, ...]) -> _Tree:
    """The names to keep, nested; a name without any below it is kept whole."""
    tree: _Tree = {}
    for path in sorted(paths, key=lambda path: path.count("."), reverse=True):
        below = tree
        *above, last = path.split(".")
        for part in above:
            below = below.setdefault(part, {})
        below[last] = {}  # whole, also where a part of it is named as well
    return tree


def _selected(fields: tuple[Field, ...], tree: _Tree) -> tuple[Field, ...]:
    return tuple(
        replace(field, fields=_selected(field.fields, tree[field.name])) if tree[field.name] else field
        for field in fields
        if field.name in tree
    )


def _kept(value: JsonValue, tree: _Tree) -> JsonValue:
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [_kept(item, tree) for item in value]
    assert isinstance(value, dict)
    return {name: _kept(part, tree[name]) for name, part in value.items() if name in tree}
