"""What befell the pages of published records since the last publication: what the publish gate goes by."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import orjson

from qa_scraper.gate import Measures, Sighting, filled, layout_of
from qa_scraper.record_store import RecordStore
from qa_scraper.refresh import State
from qa_scraper.run_store import RunStore


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
        gone = self._db.execute(
            f"SELECT count(*) FROM urls WHERE {lost} AND http_status NOT BETWEEN 200 AND 299", (since,)
        ).fetchone()[0]
        return Measures(
            answered=answered,
            rechecked=rechecked,
            failed=failed,
            missing=missing,
            gone=gone,
            lost_fields=self._lost_fields(),
        )

    def _sightings(self, where: str, *values: object) -> tuple[Sighting, ...]:
        rows = self._db.execute(
            f"SELECT count(*), reason, min(key) FROM urls WHERE {where} GROUP BY reason ORDER BY 1 DESC", values
        )
        return tuple(Sighting(*row) for row in rows)

    def _lost_fields(self) -> dict[str, Sighting]:
        found: dict[str, Sighting] = {}
        for key, before, now in self.records.before_and_now():
            if now is None:
                continue
            old, new = orjson.loads(before), orjson.loads(now)
            for name in filled(old) - filled(new):
                seen = found.get(name, Sighting(0, layout_of(new), key))
                found[name] = replace(seen, count=seen.count + 1)
        return found
