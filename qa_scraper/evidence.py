"""What befell the pages of published records since the last publication: what the publish gate goes by."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from qa_scraper.gate import Measures, Sighting, filled, layout_of, value_of
from qa_scraper.record_store import RecordStore
from qa_scraper.refresh import State
from qa_scraper.run_store import RunStore

_TEXTS: Final = ("question.text", "answers.text")
"""Fields that a login wall or a notice replaces where the layout of the page stays."""
_TEXTS_REMEMBERED: Final = 20_000
_DIFFERENT: Final = 64
"""So many texts are different ones, whatever else became the same."""


class Evidence:
    """Reads the ledger's file; writes nothing."""

    def __init__(self, db: sqlite3.Connection, runs: RunStore, records: RecordStore) -> None:
        self._db = db
        self.runs = runs
        self.records = records

    def measures(self) -> Measures:
        """What befell the pages of published records since the last publication; counts of records are left out."""
        since = self.runs.unpublished_since()
        # What had its tombstone before counts no more: else a site that loses a little each day would be held for ever.
        known = (
            " EXISTS (SELECT 1 FROM records r LEFT JOIN undo USING (url_key, part) WHERE r.url_key=key AND"
            " coalesce(undo.existed, 1)=1 AND r.first_seen_at IS NOT NULL AND"
            " CASE WHEN undo.existed IS NULL THEN r.removed_at ELSE undo.removed_at END IS NULL)"
        )
        failing = (State.RETRY, State.FAILED, State.HELD)
        marks = ",".join("?" * len(failing))
        asked = f"((last_check>=? AND http_status IS NOT NULL) OR state IN ({marks})) AND {known}"
        answers = f"last_check>=? AND http_status IS NOT NULL AND state NOT IN ({marks})"
        answered = self._db.execute(f"SELECT count(*) FROM urls WHERE {answers}", (since, *failing)).fetchone()[0]
        rechecked = self._db.execute(f"SELECT count(*) FROM urls WHERE {asked}", (since, *failing)).fetchone()[0]
        failed = self._sightings(f"state IN ({marks}) AND {known}", *failing)
        lost = f"state IN ('{State.LOST}', '{State.GONE}') AND last_check>=? AND {known}"
        missing = self._sightings(f"{lost} AND http_status BETWEEN 200 AND 299", since)
        # A question that another page shows has moved, or had two addresses: nothing of it goes.
        shown_elsewhere = (
            "SELECT 1 FROM records other WHERE other.question_hash=r.question_hash AND other.url_key<>r.url_key"
            " AND other.lost_at IS NULL AND other.removed_at IS NULL"
        )
        goes = f"EXISTS (SELECT 1 FROM records r WHERE r.url_key=key AND NOT EXISTS ({shown_elsewhere}))"
        gone = self._db.execute(
            f"SELECT count(*) FROM urls WHERE {lost} AND http_status NOT BETWEEN 200 AND 299 AND {goes}", (since,)
        ).fetchone()[0]
        lost_fields, one_text = self._differences()
        return Measures(
            answered=answered,
            rechecked=rechecked,
            failed=failed,
            missing=missing,
            gone=gone,
            lost_fields=lost_fields,
            one_text=one_text,
        )

    def _sightings(self, where: str, *values: object) -> tuple[Sighting, ...]:
        rows = self._db.execute(
            f"SELECT count(*), reason, min(key) FROM urls WHERE {where} GROUP BY reason ORDER BY 1 DESC", values
        )
        return tuple(Sighting(*row) for row in rows)

    def _differences(self) -> tuple[dict[str, Sighting], dict[str, Sighting]]:
        """By field: the records that lost it, and those whose different texts have become one (where any has)."""
        lost: dict[str, Sighting] = {}
        texts = {name: _CommonText() for name in _TEXTS}
        for key, before, now in self.records.before_and_now():
            if now is None:
                continue
            old, new = orjson.loads(before), orjson.loads(now)
            for name in filled(old) - filled(new):
                seen = lost.get(name, Sighting(0, layout_of(new), key))
                lost[name] = replace(seen, count=seen.count + 1)
            for name, common in texts.items():
                common.add(value_of(old, name), value_of(new, name), key)
        most = {name: common.most() for name, common in texts.items()}
        return lost, {name: sighting for name, sighting in most.items() if sighting is not None}


@dataclass(slots=True)
class _Became:
    """What became one text: how many, the first different ones (hashes), and a page."""

    sample: str
    count: int = 0
    old: set[int] = field(default_factory=set)

    def add(self, old: int) -> None:
        self.count += 1
        if len(self.old) < _DIFFERENT:
            self.old.add(old)

    @property
    def were_different(self) -> bool:
        """Whether they were many texts: a few for many that were replaced by another one are no block page."""
        return len(self.old) >= min(_DIFFERENT, self.count / 2)


class _CommonText:
    """Counts which text different texts have become. Of a million changes it remembers those that may be frequent."""

    def __init__(self) -> None:
        self._became: dict[int, _Became] = {}  # by the hash of the new text

    def add(self, old: object, new: object, sample: str) -> None:
        """Notes that *old* became *new*; nothing (None) is no text."""
        if old is None or new is None or old == new:
            return
        self._became.setdefault(hash(new), _Became(sample)).add(hash(old))
        if len(self._became) > _TEXTS_REMEMBERED:
            self._became = {text: entry for text, entry in self._became.items() if entry.count > 1}

    def most(self) -> Sighting | None:
        """How many texts became the most frequent one, with a page; None where each text is one page's own."""
        found = [entry for entry in self._became.values() if entry.count > 1 and entry.were_different]
        most = max(found, key=lambda entry: entry.count, default=None)
        return Sighting(most.count, "", most.sample) if most is not None else None
