"""An explanation on the terminal: what each reader says, then each field with its value, its reason and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from qa_scraper.explanation import ExplainedRecord, Explanation, Field, Verdict
from qa_scraper.text import printable

_VALUE_LINES: Final = 2
"""Terminal lines that a value may take; what is longer is cut, and says how long it is."""
_INDENT: Final = "  "
_BY_TEXT: Final = "~"


def print_explanation(explanation: Explanation) -> None:
    """Prints *explanation* on standard output, as wide as the terminal is."""
    console = Console(highlight=False)
    console.print(Text(printable(explanation.name), style="bold"), soft_wrap=True)
    console.print(Text(printable(about_page(explanation)), style="dim"))
    if explanation.encoding_doubt:
        doubt = f"Encoding in doubt, so that confidence is halved: {explanation.encoding_doubt}"
        console.print(Text(printable(doubt), style="yellow"))
    if explanation.verdicts:
        console.print()
        console.print(_readers(explanation.verdicts))
    for at, record in enumerate(explanation.records, start=1):
        console.print()
        console.print(_heading(record, at, len(explanation.records)))
        console.print(_fields(record, console.width))
        for text, style in _below(record):
            console.print(Text(printable(text), style=style))
    if any(field.spot and field.spot.by_text for record in explanation.records for field in record.fields):
        console.print()
        console.print(Text(f"{_BY_TEXT} found again by its text: the reader names no element", style="dim"))


def about_page(explanation: Explanation) -> str:
    """What is known of the page itself, in one sentence."""
    language = f", language {explanation.language}" if explanation.language else ""
    titled = f', titled "{explanation.title}"' if explanation.title else ""
    what = "HTML" if explanation.kind == "html" else "plain text"
    return f"{what} in {explanation.encoding}{language}, {len(explanation.lines):,} lines{titled}"


def told(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str, str]]:
    """For each reader its name, ``taken``, ``yes`` or ``no``, and why; platforms without a mark on the page as one."""
    strangers = 0
    for verdict in verdicts:
        if verdict.questions:
            what = f"{_count(verdict.questions, 'question')}, {_count(verdict.answers, 'answer')}"
            yield verdict.reader, "taken" if verdict.is_taken else "yes", what
        elif verdict.reason:
            yield verdict.reader, "no", verdict.reason
        else:
            strangers += 1
    if strangers:
        yield _count(strangers, "platform"), "no", "none of their marks on the page"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _readers(verdicts: Iterable[Verdict]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    styles = {"taken": "bold green", "yes": "green", "no": "dim"}
    for reader, verdict, why in told(verdicts):
        table.add_row(reader, Text(verdict, style=styles[verdict]), Text(printable(why), style="dim"))
    return table


def _heading(record: ExplainedRecord, at: int, count: int) -> Text:
    which = f"Record {at} of {count}" if count > 1 else "Record"
    heading = Text(f"{which}: {printable(record.id)}", style="bold")
    return heading.append(f"  layout {record.layout}, confidence {record.confidence}", style="default")


def _fields(record: ExplainedRecord, width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    names = list(_names(record.fields))
    room = max(20, width - max((len(name) for _, name in names), default=0) - 4)
    heading, said = "", ""
    for field, (above, name) in zip(record.fields, names, strict=True):
        if above and above != heading:
            table.add_row(Text(above, style="bold"), "")
        reason = _reason(field)
        repeated = bool(reason) and above == heading and reason == said
        table.add_row(Text(name, style="bold"), Group(*_told(field, "" if repeated else reason, room)))
        heading, said = above, reason
    return table


def _names(fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """For each field the heading that it stands under (``answers.0``; empty for none) and its name under that."""
    for field in fields:
        first, _, rest = field.name.partition(".")
        if rest and first.endswith("s"):
            at, _, inner = rest.partition(".")
            yield (f"{first}.{at}", _INDENT + inner) if inner else ("", field.name)
        else:
            yield (first, _INDENT + rest) if rest else ("", field.name)


def _reason(field: Field) -> str:
    mark = _BY_TEXT + " " if field.spot is not None and field.spot.by_text else ""
    return printable("; ".join(filter(None, (field.rule, mark + field.where))))


def _told(field: Field, reason: str, room: int) -> Iterator[Text]:
    """The value, its *reason* on a line of its own (empty: that of the field above), and what others say of it."""
    value = Text(_shortened(field.value, room * _VALUE_LINES))
    if field.written:
        value.append(f"  (on the page: {printable(field.written)})", style="dim")
    if not reason and _reason(field):
        value.append("  as above", style="dim")
    yield value
    if reason:
        yield Text(reason, style="dim")
    if field.note:
        yield Text(printable(f"readers disagree: {field.note}"), style="yellow")


def _shortened(value: str, room: int) -> str:
    shown = printable(value)
    if cell_len(shown) <= room:
        return shown
    length = f"… ({len(value):,} characters)"
    return set_cell_size(shown, room - len(length)).rstrip() + length


def _below(record: ExplainedRecord) -> Iterator[tuple[str, str]]:
    """What is to be said of the whole record, each with its style."""
    for name, note in record.notes:
        yield f"{name}: {note}", "yellow"
    if record.missing:
        yield f"Not found: {', '.join(field.name for field in record.missing)}", "dim"
