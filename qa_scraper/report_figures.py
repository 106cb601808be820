"""What the records of a site come to: counts over time, by who asked, of how long answers took. A pure function.

The records are seen once, one after the other; what is kept is counts, and not more than ``MOST`` of a kind, whatever
the records hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from qa_scraper.record_fields import Field, record_fields

MOST: Final = 20_000
"""Names of a kind that are counted apart, days included; what comes after them is counted as others."""
_LONGEST_NAME: Final = 100
_NEAR_DAYS: Final = 62
_NEAR_MONTHS: Final = 36
_MOST_YEARS: Final = 40
_DELAYS: Final = (
    (0, "0"), (1, "1"), (3, "2-3"), (7, "4-7"), (30, "8-30"), (90, "31-90"), (365, "91-365"),
)  # fmt: skip
_LATER: Final = "366+"
_UNTOLD: Final = "not said"

Bars = tuple[tuple[str, int], ...]
"""Names with their counts, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the records come to. Counts are of records where nothing else is said.

    ``answers``: answers of others than the asker; ``answered``: records with one. ``asked``, ``first_seen``: by day,
    month or year, gaps as 0; ``undated``: records without a date of the question. ``departments``: most first.
    ``people``: by age band, then by gender, youngest first; ``genders``: all that occur. ``delays``: records by the
    time from question to first answer, of those that tell both; ``before``: those answered before they were asked;
    ``typical_delay``: the median in days, None where nothing is told. ``fill``: share of the records in which a field
    is filled, of lists in any entry. ``clusters``: of near-duplicates; ``clustered``: records in one.
    """

    records: int
    answers: int
    answered: int
    asked: Bars
    undated: int
    first_seen: Bars
    departments: Bars
    people: tuple[tuple[str, Mapping[str, int]], ...]
    genders: tuple[str, ...]
    delays: Bars
    before: int
    typical_delay: int | None
    fill: tuple[tuple[str, float], ...]
    clusters: int
    clustered: int


class _Tally:
    """A counter that stays small."""

    def __init__(self) -> None:
        self.counts = Counter[Any]()
        self.others = 0

    def add(self, name: Any) -> None:
        if name in self.counts or len(self.counts) < MOST:
            self.counts[name] += 1
        else:
            self.others += 1


def figures(records: Iterable[Mapping[str, Any]]) -> Figures:
    """Counts *records*, each a whole record as published."""
    asked, seen, departments, people, delays = (_Tally() for _ in range(5))
    clusters: set[int] = set()
    filled = Counter[str]()
    total = answers = answered = clustered = undated = before = 0
    for record in records:
        total += 1
        replies = [answer for answer in record["answers"] if not answer["by_asker"]]
        answers += len(replies)
        answered += bool(replies)
        asked_on = _day(record["question"]["asked_on"])
        undated += asked_on is None
        if asked_on:
            asked.add(asked_on)
        if first := _day((record["source"]["first_seen_at"] or "")[:10]):
            seen.add(first)
        departments.add(_department(record) or _UNTOLD)
        people.add((_band(record["asker"]), record["asker"]["gender"] or _UNTOLD))
        days = _delay(asked_on, replies)
        if days is not None and days < 0:
            before += 1
        elif days is not None:
            delays.add(days)
        if record["duplicate_cluster"] is not None:
            clustered += 1
            clusters.add(hash(record["duplicate_cluster"]))
        filled.update(_filled(record, record_fields()))
    genders = tuple(sorted({gender for _, gender in people.counts}, key=lambda gender: (gender == _UNTOLD, gender)))
    return Figures(
        records=total,
        answers=answers,
        answered=answered,
        asked=_over_time(asked),
        undated=undated,
        first_seen=_over_time(seen),
        departments=_most_first(departments),
        people=_people(people),
        genders=genders,
        delays=_binned(delays.counts),
        before=before,
        typical_delay=middle_of(delays.counts),
        fill=tuple((name, filled[name] / total if total else 0.0) for name in _paths(record_fields())),
        clusters=len(clusters),
        clustered=clustered,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _department(record: Mapping[str, Any]) -> str | None:
    """The first category, else the department of the first answer that has one."""
    names = [*record["categories"][:1], *(answer["author"]["department"] for answer in record["answers"])]
    name: str | None = next(filter(None, names), None)
    return name if name is None or len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def _band(asker: Mapping[str, Any]) -> tuple[int, int]:
    """Lowest and highest age, -1 where unknown; single ages by their decade."""
    lowest, highest = asker["age_min"], asker["age_max"]
    if lowest is None:
        return (-1, -1) if highest is None else (0, highest)
    if lowest == highest:
        return lowest // 10 * 10, lowest // 10 * 10 + 9
    return lowest, -1 if highest is None else highest


def _band_name(lowest: int, highest: int) -> str:
    if lowest < 0:
        return _UNTOLD
    return f"{lowest}+" if highest < 0 else f"{lowest}-{highest}"


def _people(tally: _Tally) -> tuple[tuple[str, Mapping[str, int]], ...]:
    bands: dict[tuple[int, int], Counter[str]] = {}
    for (band, gender), count in tally.counts.items():
        bands.setdefault(band, Counter())[gender] += count
    known = sorted(bands, key=lambda band: (band[0] < 0, band))
    return tuple((_band_name(*band), bands[band]) for band in known)


def _delay(asked_on: date | None, replies: Sequence[Mapping[str, Any]]) -> int | None:
    """Days from the question to its first answer."""
    days = [day for answer in replies if (day := _day(answer["answered_on"]))]
    return (min(days) - asked_on).days if asked_on and days else None


def _binned(delays: Mapping[int, int]) -> Bars:
    bins = dict.fromkeys([name for _, name in _DELAYS] + [_LATER], 0)
    for days, count in delays.items():
        bins[next((name for longest, name in _DELAYS if days <= longest), _LATER)] += count
    return tuple(bins.items()) if delays else ()


def middle_of(counts: Mapping[int, int]) -> int | None:
    """The median of numbers that are there as often as *counts* says, the lower of two; None where there is none."""
    left = (sum(counts.values()) + 1) // 2
    for number, count in sorted(counts.items()):
        left -= count
        if left <= 0:
            return number
    return None


def _most_first(tally: _Tally) -> Bars:
    ranked = sorted(tally.counts.items(), key=lambda entry: (entry[0] == _UNTOLD, -entry[1], entry[0]))
    return (*ranked, *([("others", tally.others)] if tally.others else []))


def _over_time(tally: _Tally) -> Bars:
    """By day, month or year, as far as they reach; periods without any are there as 0."""
    if not tally.counts:
        return ()
    first, last = min(tally.counts), max(tally.counts)
    months = (last.year - first.year) * 12 + last.month - first.month
    if (last - first).days < _NEAR_DAYS:
        names = {date.fromordinal(day).isoformat(): 0 for day in range(first.toordinal(), last.toordinal() + 1)}
        width = len("2026-01-31")
    elif months < _NEAR_MONTHS:
        every = (divmod(first.year * 12 + first.month - 1 + month, 12) for month in range(months + 1))
        names = {f"{year:04}-{month + 1:02}": 0 for year, month in every}
        width = len("2026-01")
    else:
        begin = max(first.year, last.year - _MOST_YEARS + 1)
        names = {f"until {begin - 1:04}": 0} if begin > first.year else {}
        names |= {f"{year:04}": 0 for year in range(begin, last.year + 1)}
        width = len("2026")
    for day, count in tally.counts.items():
        name = day.isoformat()[:width]
        names[name if name in names else next(iter(names))] += count
    if tally.others:
        names["others"] = tally.others
    return tuple(names.items())


def _paths(fields: Iterable[Field]) -> Iterator[str]:
    """The fields whose share is told: all that come from the page."""
    for field in fields:
        if field.path in {"id", "site", "source"} or field.path.endswith(".by_asker"):
            continue
        if field.many or field.kind != "object":
            yield field.path
        yield from _paths(field.fields)


def _filled(value: Mapping[str, Any], fields: Iterable[Field]) -> Iterator[str]:
    """The paths that are filled in *value*, each once."""
    for field in fields:
        found = value.get(field.name)
        if found is None or found in ("", []):
            continue
        yield field.path
        if field.fields:
            parts = found if field.many else [found]
            yield from {path for part in parts for path in _filled(part, field.fields)}
