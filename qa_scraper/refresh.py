"""When a URL is fetched, tried again, given up or looked at again. Pure: clock and randomness are passed in.

All times are seconds since the epoch (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from qa_scraper.revisit import History, change_rate, evidence, expected_gain, revisit_age

_DAY: Final = 24 * 3600.0
REMOVED_AFTER: Final = _DAY
"""Seconds that must lie between the first and the last check that do not find a question, before it is removed."""


class State(StrEnum):
    """What the ledger knows of a URL. Every URL that was ever seen is in one of these, with a reason."""

    NEW = "new"
    """Seen, not fetched yet."""
    STORED = "stored"
    """Its question is stored."""
    NO_QUESTION = "no-question"
    """Fetched; it holds no question (a listing, an article, a sitemap)."""
    MOVED = "moved"
    """It redirects; the target is a URL of its own."""
    GONE = "gone"
    """The server says that there is no such page (404, 410)."""
    DENIED = "denied"
    """robots.txt forbids it."""
    OFF_HOST = "off-host"
    """On another host: never fetched."""
    SKIPPED = "skipped"
    """The site declares that it is not to be fetched."""
    BARREN = "barren"
    """Left alone: many pages at paths like it gave nothing new."""
    RETRY = "retry"
    """The last try failed; it is tried again at its due time."""
    LOST = "lost"
    """It showed a question that the last check did not find; a check at least a day later removes it for good."""
    FAILED = "failed"
    """Given up after the policy's tries; a new run tries again."""
    HELD = "held"
    """Not asked for, because its host's robots.txt cannot be read; a new run tries again."""


FINISHED: Final = frozenset(
    (
        State.STORED,
        State.NO_QUESTION,
        State.MOVED,
        State.GONE,
        State.DENIED,
        State.OFF_HOST,
        State.SKIPPED,
        State.BARREN,
        State.LOST,
    )
)
"""States of URLs that leave no gap in what is published."""

TRANSIENT_STATUS: Final = frozenset((304, 408, 421, 425, 429))
"""Statuses below 500 that say "not now" (304 because nobody asked for it)."""
NOT_MODIFIED: Final = 304
GONE_STATUS: Final = frozenset((404, 410))
REDIRECT_STATUS: Final = frozenset((301, 302, 303, 307, 308))
MAX_REDIRECTS: Final = 10
"""How many redirects to the same canonical URL are followed for one fetch."""

_BACKOFF_MAX: Final = 600.0
_LONGEST_PAUSE: Final = 7 * _DAY
"""A longer Retry-After is a broken clock, not a wish: it would put the site away for good."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``tries``: fetches of a page before it is given up; ``backoff``: seconds before the second try, then doubled."""

    tries: int = 6
    backoff: float = 1.0

    def wait(self, tries_made: int, random: float) -> float:
        """Seconds to wait after *tries_made* failed tries: exponential, with ±50% jitter from *random* in [0, 1)."""
        return min(self.backoff * 2.0 ** max(0, tries_made - 1), _BACKOFF_MAX) * (0.5 + random)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a URL after a fetch that gave no page: its state, why, and when it is due again (None: never)."""

    state: State
    reason: str
    due_at: float | None = None


def is_transient(status: int) -> bool:
    """Whether a response of this status may be different the next time it is asked for."""
    return status >= 500 or status in TRANSIENT_STATUS


def after_failure(
    reason: str, tries_made: int, policy: RetryPolicy, now: float, random: float, not_before: float = 0.0
) -> Fate:
    """The fate of a URL whose fetch failed for a reason that may pass. *not_before*: the server's Retry-After."""
    if tries_made >= policy.tries:
        return Fate(State.FAILED, f"given up after {tries_made} tries: {reason}")
    return Fate(State.RETRY, reason, max(now + policy.wait(tries_made, random), not_before))


def retry_after(value: str | None, now: float) -> float | None:
    """The time that a Retry-After header (RFC 9110 §10.2.3, seconds or HTTP date) names, at most a week ahead.

    None where it names none.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return now + min(int(text[:9]), _LONGEST_PAUSE)
    try:
        return min(parsedate_to_datetime(text).timestamp(), now + _LONGEST_PAUSE) if text else None
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a page after a check. ``answered``: whether its questions have answers.
    ``lost_at``: since when a question is missing on it; ``is_deep``: whether it is a later page of a list.
    """

    state: State
    history: History
    answered: bool = True
    lost_at: float | None = None
    is_deep: bool = False


@dataclass(frozen=True, slots=True)
class RevisitPolicy:
    """How often pages are looked at, in seconds: what is expected of a page without history, and the bounds of all.

    ``question_age``: of questions, ``page_age``: of lists, articles and all else.
    """

    question_age: float = 7 * _DAY
    page_age: float = 1 * _DAY
    minimum_age: float = 0.25 * _DAY
    maximum_age: float = 60 * _DAY

    def next_look(self, seen: Seen, now: float) -> float | None:
        """When a page in a finished state is looked at again; None for never."""
        if seen.state in {State.OFF_HOST, State.SKIPPED}:
            return None
        if seen.lost_at is not None:
            return max(now, seen.lost_at + REMOVED_AFTER)
        if seen.is_deep or seen.state in {State.GONE, State.MOVED, State.BARREN}:
            return now + self.maximum_age
        if seen.state == State.DENIED:
            return now + self.page_age
        return now + revisit_age(
            self._rate(seen), minimum=self.minimum_age, maximum=self.maximum_age, unanswered=not seen.answered
        )

    def worth(self, seen: Seen, elapsed: float) -> float:
        """What a look after *elapsed* seconds is expected to be worth, 0 to 1: for runs that cannot look at all."""
        return expected_gain(self._rate(seen), elapsed, evidence(seen.history), unanswered=not seen.answered)

    def _rate(self, seen: Seen) -> float:
        return change_rate(seen.history, self.question_age if seen.state == State.STORED else self.page_age)
