"""``--where``: a condition on a record, as in ``categories has "Cardiology" and not asker.gender = null``.

A field is named by its path; where the path leads through lists, a comparison holds if it holds for any of the values,
and ``!=`` is the opposite of ``=``. Dates and times are compared as written: ``question.asked_on >= "2020-01-01"``;
beside a date, a time is its day: ``source.changed_at = "2026-01-31"``.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from qa_scraper.errors import InputError
from qa_scraper.record_fields import Field, fields_by_path

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from pydantic import JsonValue

Condition = Callable[[Mapping[str, "JsonValue"]], bool]
_Literal = str | float | bool | None

_GRAMMAR: Final = r"""
    ?start: disjunction
    ?disjunction: conjunction (_OR conjunction)*
    ?conjunction: negation (_AND negation)*
    ?negation: _NOT negation -> opposite
        | "(" disjunction ")"
        | FIELD OPERATOR literal -> comparison
    ?literal: STRING | NUMBER | WORD
    _OR.2: /or(?![\w.])/i
    _AND.2: /and(?![\w.])/i
    _NOT.2: /not(?![\w.])/i
    WORD.2: /(true|false|null)(?![\w.])/i
    OPERATOR.2: /!=|<=|>=|=|<|>|(has|contains)(?![\w.])/i
    FIELD: /[a-z_]\w*(\.\w+)*/i
    NUMBER: /-?[0-9]+(\.[0-9]+)?/
    STRING: /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/
    %ignore /\s+/
"""
_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ESCAPED: Final = re.compile(r"\\(.)")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_WANTED: Final = {
    "text": 'a text in quotes: "…"',
    "date": 'a date: "2026-01-31"',
    "time": 'a date or a time: "2026-01-31", "2026-01-31T08:00:00Z"',
    "integer": "a number",
    "number": "a number",
    "boolean": "true or false",
}


class FilterError(InputError):
    """A condition that cannot be understood. ``expression``: the whole of it; ``column``: where, from 0."""

    def __init__(self, expression: str, column: int, what: str) -> None:
        super().__init__(f"--where, column {column + 1}: {what}")
        self.expression = expression
        self.column = column


def compiled(expression: str) -> Condition:
    """The condition that *expression* says. Raises FilterError where it says none."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    try:
        tree = _parser().parse(expression)
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        sign = expression[at]
        what = "this quote is not closed" if sign in "\"'" else f"{sign!r} means nothing here"
        raise FilterError(expression, at, what) from None
    except UnexpectedToken as error:
        ended = error.token.type == "$END"
        column = len(expression) if ended else error.token.start_pos or 0
        found = "it ends too early" if ended else f"{str(error.token)!r} does not fit here"
        raise FilterError(expression, column, f"{found}: {_expected(error.accepts or error.expected)}") from None
    except UnexpectedEOF:
        raise FilterError(expression, len(expression), "it ends too early") from None
    try:
        return _condition(tree, expression)
    except RecursionError:
        raise FilterError(expression, 0, "too many conditions within conditions") from None


def check_field(path: str) -> Field:
    """The field at *path*. Raises InputError where there is none, with the one that may be meant."""
    found = fields_by_path().get(path)
    if found is None:
        raise InputError(_unknown(path))
    return found


@cache
def _parser() -> Lark:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr")


def _expected(names: set[str]) -> str:
    if "FIELD" in names:
        return "a field is expected, as in question.title"
    if "OPERATOR" in names:
        return "one of = != < <= > >= has contains is expected"
    if "STRING" in names:
        return 'a value is expected: "text", a number, true, false or null'
    return "and, or, a closing parenthesis or the end is expected"


def _unknown(path: str) -> str:
    names = list(fields_by_path())
    like = difflib.get_close_matches(path, names, 1) or [name for name in names if name.endswith(f".{path}")][:1]
    return f"there is no field {path!r}" + (f", did you mean {like[0]}?" if like else ": qa-scraper schema lists them")


def _condition(tree: Tree[Token], expression: str) -> Condition:
    if tree.data == "comparison":
        field, sign, literal = tree.children
        return _comparison(field, sign, literal, expression)  # type: ignore[arg-type]  # the grammar says: tokens
    parts = [_condition(child, expression) for child in tree.children]  # type: ignore[arg-type]  # and trees elsewhere
    if tree.data == "opposite":
        return lambda record: not parts[0](record)
    holds = any if tree.data == "disjunction" else all
    return lambda record: holds(part(record) for part in parts)


def _comparison(name: Token, sign: Token, literal: Token, expression: str) -> Condition:
    def wrong(token: Token, what: str) -> FilterError:
        return FilterError(expression, token.start_pos or 0, what)

    field = fields_by_path().get(name)
    if field is None:
        raise wrong(name, _unknown(str(name)))
    try:
        word, value = sign.lower(), _value(literal)
    except ValueError:
        raise wrong(literal, f"a number of {len(literal):,} digits is too long to compare to") from None
    values = _days(field) if field.kind == "time" and _is_day(value) else _values(field)
    if value is None:
        if word not in {"=", "!="}:
            raise wrong(literal, "null goes with = and != only")
        if field.kind == "object" and not field.many:
            raise wrong(name, f"{name} is never null: name a field in it, as in {field.fields[0].path}")
        return (
            (lambda record: not any(True for _ in values(record)))
            if word == "="
            else (lambda record: any(True for _ in values(record)))
        )
    if field.kind == "object":
        raise wrong(
            name, f"{name} holds fields: name one of them, as in {next(field.leaves()).path}, or compare to null"
        )
    if not _fits(field, value):
        raise wrong(literal, f"{name} is compared to {_WANTED[field.kind]}")
    if word == "has" and not _in_list(field):
        raise wrong(sign, f"has goes with lists, {name} is none: use = or contains")
    if word == "contains" and field.kind != "text":
        raise wrong(sign, f"contains goes with text, {name} is none")
    if word == "contains":
        part = str(value).casefold()
        return lambda record: any(part in found.casefold() for found in values(record))
    if word == "!=":
        return lambda record: all(found != value for found in values(record))
    compare: Callable[[Any, Any], bool] = _ORDERS.get(word, operator.eq)
    return lambda record: any(compare(found, value) for found in values(record))


def _value(literal: Token) -> _Literal:
    if literal.type == "STRING":
        return _ESCAPED.sub(r"\1", literal[1:-1])
    if literal.type == "NUMBER":
        return float(literal) if "." in literal else int(literal)
    return {"true": True, "false": False}.get(literal.lower())


def _fits(field: Field, value: _Literal) -> bool:
    if field.kind == "boolean":
        return isinstance(value, bool)
    if field.kind in {"integer", "number"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if field.kind == "date":
        return _is_day(value)
    return field.kind != "time" or _is_day(value) or _is_moment(value)


def _is_day(value: _Literal) -> bool:
    return isinstance(value, str) and bool(_DATE.fullmatch(value)) and _is_in_calendar(value)


def _is_moment(value: str) -> bool:
    return bool(_TIME.fullmatch(value)) and _is_in_calendar(value)


def _is_in_calendar(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _in_list(field: Field) -> bool:
    parts = field.path.split(".")
    return any(fields_by_path()[".".join(parts[:count])].many for count in range(1, len(parts) + 1))


def _values(field: Field) -> Callable[[Any], Iterator[Any]]:
    """What gives the values of *field* that are not null, lists on the way and at its end taken apart."""
    names = field.path.split(".")

    def values(part: Any, at: int = 0) -> Iterator[Any]:
        if isinstance(part, list):
            for item in part:
                yield from values(item, at)
        elif at < len(names):
            if part is not None:
                yield from values(part.get(names[at]), at + 1)
        elif part is not None:
            yield part

    return values


def _days(field: Field) -> Callable[[Any], Iterator[Any]]:
    """The same of a field of times, each cut to its day."""
    values = _values(field)
    return lambda record: (found[:10] for found in values(record))
