"""Which path patterns give nothing new: a budget for traps (endless calendars, session ids in paths, soft 404s).

A *fruit* of a pattern is a question that its pages are, or show a link to, each URL counted once; a fetch is *barren*
if its page gave no question that was not known. A pattern may have so many barren fetches as the budget says, and two
more for each fruit. Past that its URLs are parked, and fetched after all when it bears fruit again (a question that its
pages had linked to turns up). What is parked when all else is done is left alone, with a reason.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection
from typing import Final

import orjson

from qa_scraper.path_worth import PathRecord, path_worth
from qa_scraper.refresh import State
from qa_scraper.urls import USUAL_LENGTH, path_pattern

_SHOWN: Final = 20_000
_BITS: Final = 63  # of an SQLite integer; patterns whose numbers agree modulo this share their fruits of links
_PATTERNS_A_HOST: Final = 500
_PATTERNS_A_FOLDER: Final = 30
_OVER: Final = "(? > 0 AND barren > ? + 2 * fruit)"


class PathBudget:
    """Counts fetches and fruits by path pattern, inside the ledger's own transactions."""

    def __init__(self, db: sqlite3.Connection, budget: int) -> None:
        """*db*: the ledger's file; *budget*: barren fetches that any pattern may have, 0 for no limit."""
        self._db = db
        self._budget = budget
        rows = db.execute("SELECT number, host, pattern, parked FROM patterns").fetchall()
        self._numbers: dict[tuple[str, str], int] = {(host, pattern): number for number, host, pattern, _ in rows}
        self._parked = {number for number, _, _, parked in rows if parked}
        # By bit of a pattern: keys whose links on its pages are counted; menus stand on every page.
        self._shown: dict[int, set[str]] = {}
        self._given: Counter[int] | None = None  # questions by pattern; counted once somebody asks

    def number_of(self, host: str, key: str) -> int:
        """The number of the pattern that the canonical URL *key* belongs to."""
        pattern = path_pattern(key)
        number = self._numbers.get((host, pattern))
        if number is not None:
            return number
        folder = pattern.partition("/")[0]
        siblings = sum(name.partition("/")[0] == folder for of, name in self._numbers if of == host)
        if siblings >= _PATTERNS_A_FOLDER:
            pattern = f"{folder}/**"
        if sum(of == host for of, _ in self._numbers) >= _PATTERNS_A_HOST:
            pattern = "**"
        if (host, pattern) not in self._numbers:
            cursor = self._db.execute("INSERT INTO patterns (host, pattern) VALUES (?, ?)", (host, pattern))
            self._numbers[host, pattern] = int(cursor.lastrowid or 0)
        return self._numbers[host, pattern]

    def is_parked(self, number: int) -> bool:
        """Whether URLs of this pattern wait until it bears fruit."""
        return number in self._parked

    def note_page(self, key: str, shown: Collection[str], new_questions: int, *, is_final: bool) -> None:
        """Counts a page: the keys of the URLs that it *shows*, and how many questions it gave that were not known.

        *is_final*: whether the fetch was the last one for the time being, not one that is tried again.
        """
        pattern, fruit, shown_by = self._db.execute(
            "SELECT pattern, fruit, shown_by FROM urls WHERE key=?", (key,)
        ).fetchone()
        if pattern is not None:
            known = self._note_shown(1 << pattern % _BITS, shown)
            if known:
                self._db.execute("UPDATE patterns SET fruit=fruit+? WHERE number=?", (known, pattern))
        if new_questions and fruit != 1:
            self._db.execute(
                "UPDATE patterns SET fruit=fruit+1 WHERE number=? OR (? >> (number % ?)) & 1",
                (pattern, shown_by, _BITS),
            )
            self._db.execute("UPDATE urls SET fruit=1 WHERE key=?", (key,))
            if self._given is not None and pattern is not None:
                self._given[pattern] += 1
        elif fruit is None and is_final:
            self._db.execute("UPDATE patterns SET barren=barren+1 WHERE number=?", (pattern,))
            self._db.execute("UPDATE urls SET fruit=0 WHERE key=?", (key,))

    def _note_shown(self, bit: int, shown: Collection[str]) -> int:
        """Notes that pages of the pattern *bit* show these keys. Gives how many of them are questions new to it."""
        fresh = sorted(set(shown).difference(self._shown.get(bit, ())))
        if not fresh:
            return 0
        if sum(map(len, self._shown.values())) > _SHOWN:
            self._shown.clear()
        self._shown.setdefault(bit, set()).update([key for key in fresh if len(key) <= USUAL_LENGTH])
        seen = self._db.execute(
            "UPDATE urls SET shown_by=shown_by|? WHERE key IN (SELECT value FROM json_each(?)) AND shown_by&?=0"
            " RETURNING fruit",
            (bit, orjson.dumps(fresh).decode(), bit),
        ).fetchall()
        return sum(row[0] == 1 for row in seen)

    def balance(self, now: float) -> int:
        """Parks and frees URLs as the counts say. Gives how many more are to be fetched than before (or fewer)."""
        rows = self._db.execute(
            f"SELECT number, {_OVER} FROM patterns WHERE parked <> {_OVER}", (self._budget, self._budget) * 2
        ).fetchall()
        freed = 0
        for number, is_over in rows:
            if is_over:
                self._parked.add(number)
                freed -= self._db.execute(
                    f"UPDATE urls SET due_at=NULL WHERE pattern=? AND state='{State.NEW}'", (number,)
                ).rowcount
            else:
                self._parked.discard(number)
                freed += self._db.execute(
                    f"UPDATE urls SET due_at=?, state='{State.NEW}', reason='' WHERE pattern=?"
                    f" AND state IN ('{State.NEW}', '{State.BARREN}') AND due_at IS NULL",
                    (now, number),
                ).rowcount
            self._db.execute("UPDATE patterns SET parked=? WHERE number=?", (is_over, number))
        return freed

    def worths(self) -> dict[int, float]:
        """What a fetch of a page that was never seen is expected to give, by the number of its pattern."""
        if self._given is None:
            self._given = Counter(
                dict(self._db.execute("SELECT pattern, count(*) FROM urls WHERE fruit=1 GROUP BY pattern"))
            )
        waiting = dict(
            self._db.execute(
                f"SELECT pattern, count(*) FROM urls WHERE state='{State.NEW}' AND pattern NOT NULL GROUP BY pattern"
            )
        )
        rows = self._db.execute("SELECT number, pattern, barren, fruit FROM patterns")
        return {
            number: path_worth(
                PathRecord(
                    pattern,
                    given=self._given[number],
                    barren=barren,
                    linked=max(0, fruit - self._given[number]),
                    waiting=waiting.get(number, 0),
                )
            )
            for number, pattern, barren, fruit in rows
        }

    def leave_parked(self) -> None:
        """Ends what is parked: nothing else is left that could show it to be worth a fetch."""
        for number in self._parked:
            self._db.execute(
                f"UPDATE urls SET state='{State.BARREN}', reason=(SELECT 'pages at ' || host || '/' || pattern ||"
                " ' gave nothing new in ' || barren || ' fetches' FROM patterns WHERE number=?)"
                f" WHERE pattern=? AND state='{State.NEW}'",
                (number, number),
            )
