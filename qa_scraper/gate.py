"""The publish gate: whether what a run found may replace what is published. Pure: measures in, breaches out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from qa_scraper.extraction import rule_of
from qa_scraper.site import Bounds

FIELDS: Final = (
    "title", "categories", "question.title", "question.text", "question.asked_on", "asker.name", "asker.age_min",
    "asker.gender", "answers.text", "answers.answered_on", "answers.author.name", "answers.author.department",
    "more_info", "related_questions", "related_topics",
)  # fmt: skip
"""Fields whose fill rates are measured; of answers, the first one counts."""

_PATHS: Final = {name: tuple(name.split(".")) for name in FIELDS}
_FEW: Final = 3
"""So few pages prove nothing."""
_FAILED_TOLERANCE: Final = 0.2
_FIELD_TOLERANCE: Final = 0.2
_LOST_TOLERANCE: Final = 1 / 3
_FILL_TOLERANCE: Final = 0.1
_ENOUGH: Final = 50
"""Records from which on the fill rates of one run say something of the next."""
_SAME_PAGE: Final = 0.8

Fault = Literal["site down", "block page", "layout drift", "removals", "bound"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What befell some pages: how many, in what words, and one of them."""

    count: int
    reason: str
    sample: str


@dataclass(frozen=True, slots=True)
class Measures:
    """What a run found, measured. Counts are of records or of pages that showed records before the run.

    ``answered``: URLs of any kind that gave an answer, were it a 404;
    ``rechecked``: such pages asked for; ``failed``: those that gave no answer; ``missing``: that answered, but without
    their question (404 left out), by reason; ``gone``: that said that they are gone, and no other page shows their
    question; ``lost_fields``: records that lost a field, with a sample; ``one_text``: records that say the same in a
    field now where each said something else before; ``fill``: share of all records in which a field is filled;
    ``layout``: the layout that most records have.
    """

    records: int = 0
    published: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    answered: int = 0
    rechecked: int = 0
    failed: tuple[Sighting, ...] = ()
    missing: tuple[Sighting, ...] = ()
    gone: int = 0
    lost_fields: Mapping[str, Sighting] = field(default_factory=dict)
    one_text: Mapping[str, Sighting] = field(default_factory=dict)
    fill: Mapping[str, float] = field(default_factory=dict)
    layout: str = ""

    @property
    def failed_share(self) -> float:
        """Share of the pages asked for that gave no answer."""
        return _count(self.failed) / self.rechecked if self.rechecked else 0.0


@dataclass(frozen=True, slots=True)
class Breach:
    """A bound that a run did not keep, in one sentence for the operator."""

    fault: Fault
    bound: str
    message: str


def filled(record: dict[str, object]) -> set[str]:
    """Which of ``FIELDS`` a record fills."""
    return {name for name in FIELDS if value_of(record, name) is not None}


def layout_of(record: dict[str, object]) -> str:
    """The layout by which a record was read."""
    source = record["source"]
    assert isinstance(source, dict)
    return str(source["layout"] or "")


def value_of(record: dict[str, object], name: str) -> object:
    """What a record says in one of ``FIELDS``; None where that is empty."""
    value: object = record
    for part in _PATHS[name]:
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return None if value in ("", []) else value


def judge(measures: Measures, last: Measures | None, bounds: Bounds) -> list[Breach]:
    """The bounds that a run does not keep; none: it may be published. *last*: the measures of the last good run."""
    return [*_of_records(measures, bounds), *_of_pages(measures, last, bounds), *_of_fields(measures, last, bounds)]


def _of_records(measures: Measures, bounds: Bounds) -> list[Breach]:
    found = []
    if measures.records < bounds.records:
        found.append(
            Breach("bound", "records", f"{measures.records:,} records, fewer than the bound of {bounds.records:,}")
        )
    if not measures.published:
        return found
    drop = (measures.published - measures.records) / measures.published
    if bounds.drop is not None and drop > bounds.drop:
        found.append(
            Breach("bound", "drop", f"{drop:.0%} fewer records than published, the bound is {bounds.drop:.0%}")
        )
    going = max(measures.removed, measures.gone)
    if going >= _FEW and going / measures.published > bounds.removals:
        found.append(
            Breach(
                "removals",
                "removals",
                f"{going:,} of {measures.published:,} records would be removed, or their pages say that they are gone:"
                f" {going / measures.published:.1%}, the bound is {bounds.removals:.1%}",
            )
        )
    return found


def _of_pages(measures: Measures, last: Measures | None, bounds: Bounds) -> list[Breach]:
    found = []
    failed, missing = _count(measures.failed), _count(measures.missing)
    bound = bounds.failed if bounds.failed is not None else (last.failed_share if last else 0.0) + _FAILED_TOLERANCE
    if failed >= _FEW and measures.failed_share > bound:
        worst = max(measures.failed, key=lambda sighting: sighting.count)
        found.append(
            Breach(
                "site down",
                "failed",
                f"the site is down or turns us away: {failed:,} of {measures.rechecked:,} known pages failed"
                f" ({measures.failed_share:.0%}, the bound is {bound:.0%}), most often: {worst.reason}; see"
                f" {worst.sample}",
            )
        )
    if missing >= _FEW and missing / measures.rechecked > _LOST_TOLERANCE:
        worst = max(measures.missing, key=lambda sighting: sighting.count)
        is_block = worst.count > _SAME_PAGE * missing
        drift = f"layout drift: {rule_of(measures.layout, 'question')} gone"
        what = "a block page, or another page for all" if is_block else drift
        found.append(
            Breach(
                "block page" if is_block else "layout drift",
                "question",
                f"{what}: {missing:,} of {measures.rechecked:,} known question pages answered without their question,"
                f" most often: {worst.reason}; see {worst.sample}",
            )
        )
    return found


def _of_fields(measures: Measures, last: Measures | None, bounds: Bounds) -> list[Breach]:
    found = []
    for name, lost in measures.lost_fields.items():
        had = measures.rechecked * (last.fill.get(name, 1.0) if last else 1.0)
        if lost.count >= _FEW and lost.count > _FIELD_TOLERANCE * had:
            found.append(
                Breach(
                    "layout drift",
                    name,
                    f"layout drift: {name} is gone from {lost.count:,} of the {measures.rechecked:,} pages looked at:"
                    f" {rule_of(lost.reason, name)} no longer matches; see {lost.sample}",
                )
            )
    for name, same in measures.one_text.items():
        if same.count >= _FEW and same.count > _FIELD_TOLERANCE * measures.rechecked:
            found.append(
                Breach(
                    "block page",
                    name,
                    f"a block page in the usual layout: of the {measures.rechecked:,} pages looked at, {same.count:,}"
                    f" have one and the same {name} now, and had different ones before; see {same.sample}",
                )
            )
    drifted = {breach.bound for breach in found}
    for name, least in bounds.fill.items():
        if measures.fill.get(name, 0.0) < least and name not in drifted:
            found.append(
                Breach(
                    "bound",
                    f"fill {name}",
                    f"{name} is filled in {measures.fill.get(name, 0.0):.1%} of the records, the bound is {least:.1%}",
                )
            )
    if last is None or not _ENOUGH <= last.records <= measures.records * 1.5 or measures.records > last.records * 1.5:
        return found
    for name, before in last.fill.items():
        now = measures.fill.get(name, 0.0)
        if now < before - _FILL_TOLERANCE and name not in {*drifted, *bounds.fill}:
            found.append(
                Breach(
                    "layout drift",
                    f"fill {name}",
                    f"{name} is filled in {now:.1%} of the records, in the last good run it was {before:.1%}:"
                    f" {rule_of(measures.layout, name)}",
                )
            )
    return found


def _count(sightings: Sequence[Sighting]) -> int:
    return sum(sighting.count for sighting in sightings)
