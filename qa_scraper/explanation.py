"""Why a page gives the records that it gives: readers asked, fields found, their reasons and places. Pure.

What is explained is what ``loaders.page_records`` makes of the page: the same readings, loaded the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from qa_scraper.extraction import READERS, read_page, rule_of
from qa_scraper.extraction.anchors import letters
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.sections import NoQuestion, Sections
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance, load_record
from qa_scraper.page import Page
from qa_scraper.page_places import Line, PagePlaces, Spot
from qa_scraper.record_values import FieldValue, answer_values, record_values
from qa_scraper.text import clean_line

_SHORT: Final = 60
"""Letters up to which a value may be a part of a line; longer ones are prose."""
_LINES: Final = frozenset(
    (
        "title",
        "categories",
        "tags",
        "question.title",
        "answers.signed_by",
        *(f"related_questions.{name}" for name in ("title", "question_excerpt", "answer_excerpt")),
    )
)
"""What stands in a line of its own or of its list; the other values of a group stand together in one, or are prose."""
_COUNTS: Final = ("votes", "answer_count_stated")
_OWN_RULES: Final = {
    "answers.accepted": "what the page marks as the accepted answer",
    "answers.by_asker": "it is written by the asker",
    "answers.signed_by": "the doctor who signs at the end of the answer",
}
"""What no reader finds: loaders or marks tell it."""

_SELDOM: Final = frozenset(
    f"answers.{name}" for name in ("by_asker", "signed_by", "accepted", "author.title", "author.department")
)
"""Nobody wonders why these are missing."""
_EXPECTED: Final = frozenset(("answers.author.name", "answers.text", "answers.answered_on"))
"""What an answer lacks if others have it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reader makes of the page by itself. ``reason``: why it finds no question, empty where it does.

    ``is_taken``: whether its name stands in ``source.layout`` of a record.
    """

    reader: str
    reason: str = ""
    questions: int = 0
    answers: int = 0
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. ``value``: as in the record; ``written``: as on the page, where that is something else.

    ``rule``: why it was taken, in words; ``spot``: where it stands, None where the page does not show it or, if
    ``is_derived``, where other parts of the page tell it; ``note``: what another reader says of it, empty for nothing.
    """

    name: str
    value: str
    rule: str
    spot: Spot | None = None
    written: str = ""
    note: str = ""
    is_derived: bool = False

    @property
    def where(self) -> str:
        """Its place in words: ``article#p12 > div.content, line 40``; empty for what is derived."""
        if self.spot is None:
            return "" if self.is_derived else "not shown on the page"
        line = f"line {self.spot.source_line:,}" if self.spot.source_line is not None else ""
        return ", ".join(filter(None, (self.spot.path, line))) or "in the text of the page"


@dataclass(frozen=True, slots=True)
class ExplainedRecord:
    """One record. ``missing``: its fields that were not found, and by what they would be.

    ``notes``: those of ``source.notes`` that are about no single field here (field and note).
    """

    id: str
    layout: str
    confidence: float
    fields: tuple[Field, ...]
    missing: tuple[Field, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to be said of a page. ``name``: path or URL; ``reason``: why it has no record, empty where it has.

    ``encoding_doubt``: why its text may be mojibake, empty where nothing speaks for it.
    """

    name: str
    kind: str
    encoding: str
    encoding_doubt: str
    language: str
    title: str
    reason: str
    verdicts: tuple[Verdict, ...]
    records: tuple[ExplainedRecord, ...]
    lines: tuple[Line, ...]


def explain(page: Page, provenance: Provenance, name: str) -> Explanation:
    """Explains *page*, which people know as *name*. Its lines are missing where it is too large to be read at all."""
    found = read_page(page)
    reason = found.reason if isinstance(found, NoQuestion) else ""
    sections = () if isinstance(found, NoQuestion) else found
    places = PagePlaces(page)
    return Explanation(
        name=name,
        kind=page.kind,
        encoding=page.encoding,
        encoding_doubt=page.encoding_doubt,
        language=page.language or "",
        title=clean_line(page.title),
        reason=reason,
        verdicts=() if page.unreadable else tuple(_verdicts(page, {one.layout for one in sections})),
        records=tuple(_records(page, provenance, sections, places)),
        lines=places.lines,
    )


def _verdicts(page: Page, taken: set[str]) -> Iterator[Verdict]:
    """What each reader says, also those that ``read_page`` need not ask any more."""
    for name, reader in READERS.items():
        found = reader.read(page)
        if isinstance(found, NoQuestion):
            yield Verdict(name, found.reason)
        else:
            yield Verdict(name, "", len(found), sum(len(one.answers) for one in found), name in taken)


def _records(
    page: Page, provenance: Provenance, sections: Iterable[Sections], places: PagePlaces
) -> Iterator[ExplainedRecord]:
    """One for each record; a question that the page shows twice is one, with the answers of both."""
    values: dict[str, list[FieldValue]] = {}
    records: dict[str, tuple[Sections, Record]] = {}
    for one in sections:
        record = load_record(one, page, provenance)
        if record.id not in records:
            records[record.id] = one, record
            values[record.id] = list(record_values(one, record))
            continue
        first = records[record.id][1]
        for found, answer in zip(one.answers, record.answers, strict=False):
            if answer not in first.answers:
                values[record.id] += answer_values(len(first.answers), found, answer)
                first.answers.append(answer)
    for name, (one, record) in records.items():
        yield _explained(one, record, values[name], places)


def _explained(sections: Sections, record: Record, values: Sequence[FieldValue], places: PagePlaces) -> ExplainedRecord:
    notes = {note.field: note.note for note in record.source.notes}
    spots = _spots([value for value in values if value.value is not None], places)
    fields = tuple(_field(value, sections.layout, spots, notes) for value in values if value.value is not None)
    shown = {field.name for field in fields}
    return ExplainedRecord(
        id=record.id,
        layout=sections.layout,
        confidence=record.source.confidence or 0.0,
        fields=fields,
        missing=tuple(_field(value, sections.layout, {}, {}) for value in _missing(values)),
        notes=tuple((name, note) for name, note in notes.items() if name not in shown),
    )


def _missing(values: Sequence[FieldValue]) -> Iterator[FieldValue]:
    """What the page does not show: a kind of field once, but what other answers have by each answer that lacks it."""
    had = {value.kind for value in values if value.value is not None}
    told: set[str] = set()
    for value in values:
        if value.value is not None or value.kind.startswith("related_") or value.kind in _SELDOM:
            continue
        if value.kind in had and value.kind in _EXPECTED:
            yield value
        elif value.kind not in had and value.kind not in told:
            told.add(value.kind)
            yield replace(value, name=value.kind)


def _field(value: FieldValue, layout: str, spots: dict[str, Spot], notes: dict[str, str]) -> Field:
    shown = "" if value.value is None else str(value.value)
    written = clean_line(value.found)
    differs = len(written) <= _SHORT and letters(written) != letters(shown) and not value.name.endswith(".url")
    return Field(
        name=value.name,
        value="true" if value.value is True else "false" if value.value is False else shown,
        rule=_rule(value, layout),
        spot=spots.get(value.name),
        written=written if differs else "",
        note=notes.get(value.name, ""),
        is_derived=value.kind in _OWN_RULES and not value.found,
    )


def _rule(value: FieldValue, layout: str) -> str:
    if isinstance(value.found, Found) and value.found.rule:
        return value.found.rule
    if value.kind in _OWN_RULES:
        return _OWN_RULES[value.kind]
    rules = READERS[layout].RULES
    known = value.kind in rules or value.kind.partition(".")[0] in rules
    return rule_of(layout, value.kind) if known else ""


def _spots(values: Sequence[FieldValue], places: PagePlaces) -> dict[str, Spot]:
    """Where the values stand, by the names of their fields.

    First what its reader gave an element with, and prose, for there is no doubt of either; the rest near that.
    """
    spots = {value.name: spot for value in values if (spot := _sure_spot(value, places)) is not None}
    prose = {line for value in values if _is_prose(value) and value.name in spots for line in spots[value.name].lines}
    reached = 0
    for _, of_group in groupby(values, key=lambda value: value.group):
        group = list(of_group)
        spots.update(_unsure_spots(group, places, spots, prose, reached))
        reached = max((line for value in group if value.name in spots for line in spots[value.name].lines), default=0)
    return spots


def _sure_spot(value: FieldValue, places: PagePlaces) -> Spot | None:
    if isinstance(value.found, Found) and value.found.element is not None:
        return places.of_element(value.found.element, value.found)
    return places.of_prose(value.found) if _is_prose(value) else None


def _unsure_spots(
    group: Sequence[FieldValue], places: PagePlaces, sure: Mapping[str, Spot], prose: Collection[int], reached: int
) -> Iterator[tuple[str, Spot]]:
    """Where the values of one *group* stand that have no spot yet; it begins about at line *reached*."""
    text = next((sure[value.name].lines for value in group if value.name in sure and _is_prose(value)), ())
    lines = [line for value in group if value.name in sure for line in sure[value.name].lines]
    for value in group:
        if value.name in sure or not value.found or _is_prose(value):
            continue
        # Who writes stands ahead of the text, when it was written ahead of it or behind.
        ahead = text[0] if text else min(lines, default=reached)
        near = text[-1] if text and value.kind.endswith("_on") else ahead
        is_signature = value.kind == "answers.signed_by"
        spot = places.of_last(value.found, text) if is_signature else _unsure_spot(value, group, places, near, prose)
        if spot is not None:
            yield value.name, spot


def _unsure_spot(
    value: FieldValue, group: Sequence[FieldValue], places: PagePlaces, near: int, prose: Collection[int]
) -> Spot | None:
    if value.kind.endswith(".url"):
        return places.of_link(value.found, near)
    if value.kind.endswith(_COUNTS):
        return places.of_count(value.found, near)
    others = [other for other in group if other.name != value.name]
    if value.kind in _LINES:
        beside = {other.found for other in others if other.kind == value.kind}
        return places.of_line(value.found, beside, near, prose, anywhere=value.kind == "categories")
    beside = {other.found for other in others if other.kind not in _LINES}
    spellings = _spellings(value.found) if value.kind.endswith("_on") else (value.found,)
    return next(filter(None, (places.of_short(spelling, beside, near, prose) for spelling in spellings)), None)


def _spellings(date: str) -> Iterator[str]:
    """How a page may show *date*: as its reader gives it, else by the year, month and day of an ISO date."""
    yield date
    year, _, rest = date.partition("-")
    month, _, day = rest.partition("-")
    if not (year.isdecimal() and month.isdecimal() and day.isdecimal()):
        return
    of_republic = str(int(year) - 1911)
    for years in (year, of_republic):
        for months, days in ((month, day), (str(int(month)), str(int(day)))):
            yield from (f"{years}{mark}{months}{mark}{days}" for mark in "/.-")
            yield f"{years}年{months}月{days}日"


def _is_prose(value: FieldValue) -> bool:
    return "\n" in value.found or len(letters(value.found)) > _SHORT or value.kind.endswith((".text", "more_info"))
