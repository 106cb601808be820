"""An explanation as one HTML page: the page's lines, coloured by the field that they became, beside the fields.

What stands on the explained page is text here and nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from qa_scraper.explanation import ExplainedRecord, Explanation, Field
from qa_scraper.explanation_style import SCRIPT, STYLE
from qa_scraper.explanation_text import about_page, told
from qa_scraper.html_page import as_text, html_page, write_page
from qa_scraper.page_places import Line

_LONGEST: Final = 20_000
"""Characters of a line or value that are shown."""
_PLACES: Final = {
    "hidden": "hidden",
    "nav": "navigation",
    "header": "page header",
    "footer": "page footer",
    "aside": "beside the text",
    "main": "text",
}


class _Shown(NamedTuple):
    """A field with its number on the page and the label that it has there."""

    number: int
    label: str
    field: Field


def write_explanation(explanation: Explanation, target: Path) -> None:
    """Writes *explanation* to the file *target*, in one step. Raises InputError where it cannot be written."""
    write_page(explanation_page(explanation), target)


def explanation_page(explanation: Explanation) -> str:
    """The whole HTML page."""
    shown = list(_shown(explanation.records))
    body = (
        *_top(explanation),
        '<div class="columns">',
        *_page_part(explanation, shown),
        *_fields_part(explanation.records, shown),
        "</div>",
    )
    return html_page(f"Explained: {explanation.name}", body, STYLE, SCRIPT)


def _text(value: str) -> str:
    return as_text(value, _LONGEST)


def _shown(records: Sequence[ExplainedRecord]) -> Iterator[_Shown]:
    number = 0
    for at, record in enumerate(records, start=1):
        for field in record.fields:
            number += 1
            yield _Shown(number, f"{at}: {field.name}" if len(records) > 1 else field.name, field)


def _colour(name: str) -> str:
    """The class that colours a field: answers take turns."""
    first, _, rest = name.partition(".")
    if first == "answers":
        at = rest.partition(".")[0]
        return "answer" if int(at) % 2 == 0 else "answer-too"
    if first in {"question", "asker", "more_info"}:
        return first.replace("_", "-")
    return "related" if first.startswith("related") else "title"


def _top(explanation: Explanation) -> Iterator[str]:
    yield "<header>"
    yield f"<h1>{_text(explanation.name)}</h1>"
    yield f"<p>{_text(about_page(explanation))}</p>"
    if explanation.encoding_doubt:
        doubt = _text(explanation.encoding_doubt)
        yield f'<p class="note">Encoding in doubt, so that confidence is halved: {doubt}</p>'
    if explanation.reason:
        why = " What each reader says:" if explanation.verdicts else f" {_text(explanation.reason)}."
        yield f'<p class="note">No question.{why}</p>'
    if explanation.verdicts:
        yield '<table class="readers">'
        for reader, verdict, why in told(explanation.verdicts):
            cells = f'<th scope="row">{_text(reader)}</th><td>{verdict}</td><td>{_text(why)}</td>'
            yield f'<tr class="{verdict}">{cells}</tr>'
        yield "</table>"
    if explanation.records:
        yield '<p class="jump"><a href="#fields">To the fields</a></p>'
    yield "</header>"


def _page_part(explanation: Explanation, shown: Iterable[_Shown]) -> Iterator[str]:
    by_line: dict[int, list[_Shown]] = defaultdict(list)
    for one in shown:
        for at in one.field.spot.lines if one.field.spot else ():
            by_line[at].append(one)
    language = f' lang="{_text(explanation.language)}"' if explanation.language else ""
    yield f'<section class="page"><h2>The page</h2><div class="lines"{language}>'
    numbered = list(enumerate(explanation.lines))
    for outside, run in groupby(numbered, key=lambda entry: entry[1].place != "main" and entry[0] not in by_line):
        entries = list(run)
        lines = [_line(at, line, by_line.get(at, ()), by_line.get(at - 1, ())) for at, line in entries]
        if outside:
            places = " and ".join(dict.fromkeys(_PLACES[line.place] for _, line in entries))
            count = f"{len(lines):,} line{'' if len(lines) == 1 else 's'}"
            yield f'<details class="outside"><summary>{places}, {count}</summary>'
            yield from lines
            yield "</details>"
        else:
            yield from lines
    if not numbered:
        yield '<p class="none">There are no lines to show.</p>'
    yield "</div></section>"


def _line(at: int, line: Line, fields: Sequence[_Shown], before: Sequence[_Shown]) -> str:
    classes = ["line"]
    classes += ["begins"] if line.paragraph else []
    classes += ["heading"] if line.heading else []
    text = f'<span dir="auto">{_text(line.text)}</span>'
    if not fields:
        return f'<div class="{" ".join(classes)}" id="line-{at}">{text}</div>'
    colours = Counter(_colour(one.field.name) for one in fields)
    widest = max(fields, key=lambda one: (_width(one.field), colours[_colour(one.field.name)]))
    classes += ["used", _colour(widest.field.name)]
    named = {one.number for one in before}
    classes += ["goes-on"] if widest.number in named else []
    chips = "".join(
        f'<a class="chip {_colour(one.field.name)}" href="#field-{one.number}">{_text(one.label)}</a>'
        for one in fields
        if one.number not in named
    )
    where_from = f'<span class="place">{_PLACES[line.place]}</span>' if line.place != "main" and chips else ""
    numbers = " ".join(str(one.number) for one in fields)
    return (
        f'<div class="{" ".join(classes)}" id="line-{at}" data-fields="{numbers}">{text}'
        + (f'<span class="chips">{where_from}{chips}</span>' if chips else "")
        + "</div>"
    )


def _width(field: Field) -> int:
    return len(field.spot.lines) if field.spot else 0


def _fields_part(records: Sequence[ExplainedRecord], shown: Iterable[_Shown]) -> Iterator[str]:
    yield '<section class="fields" id="fields"><h2>The fields</h2>'
    if not records:
        yield '<p class="none">The page gives no record: above stands why, reader by reader.</p>'
    else:
        yield '<p class="hint">Point at a field to see its lines, or at a line to see its fields; tap to go there.</p>'
    remaining = iter(shown)
    for at, record in enumerate(records, start=1):
        which = f"Record {at} of {len(records)}: " if len(records) > 1 else ""
        yield '<section class="record">'
        yield f"<h3>{which}{_text(record.id)}</h3>"
        yield f"<p>layout <b>{_text(record.layout)}</b>, confidence <b>{record.confidence}</b></p>"
        for name, note in record.notes:
            yield f'<p class="note">{_text(name)}: {_text(note)}</p>'
        for _ in record.fields:
            yield _field(next(remaining))
        yield from _missing(record.missing)
        yield "</section>"
    yield "</section>"


def _field(one: _Shown) -> str:
    field, spot = one.field, one.field.spot
    lines = spot.lines if spot else ()
    name = f'<a href="#line-{lines[0]}">{_text(one.label)}</a>' if lines else _text(one.label)
    parts = [
        f'<div class="field {_colour(field.name)}" id="field-{one.number}" data-lines="{" ".join(map(str, lines))}">',
        f"<h4>{name}</h4>",
        f'<div class="value" dir="auto">{_text(field.value)}</div>',
    ]
    if field.written:
        parts.append(f'<p>on the page: <span dir="auto">{_text(field.written)}</span></p>')
    if field.rule:
        parts.append(f"<p>{_text(field.rule)}</p>")
    if field.where:
        by_text = ", found again by its text" if spot and spot.by_text else ""
        place = f"<code>{_text(field.where)}</code>" if spot else field.where
        parts.append(f"<p>{place}{by_text}</p>")
    if field.note:
        parts.append(f'<p class="note">readers disagree: {_text(field.note)}</p>')
    return "".join([*parts, "</div>"])


def _missing(fields: Sequence[Field]) -> Iterator[str]:
    if fields:
        yield "<details><summary>Not found</summary><ul>"
        for field in fields:
            looked_for = f": looked for by {_text(field.rule)}" if field.rule else ""
            yield f"<li><b>{_text(field.name)}</b>{looked_for}</li>"
        yield "</ul></details>"
