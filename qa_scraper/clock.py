"""Time: the clock, passed in wherever it is needed, real or fixed for reproducible output; stamps and durations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Clock:
    """``seconds()`` orders the work and is always real; ``stamp()`` is what records and ledger rows say."""

    fixed: str | None = None

    @classmethod
    def from_setting(cls, value: str | None) -> Clock:
        """The clock that the setting ``FIXED_CLOCK`` asks for (``2026-01-31T08:00:00Z``); empty: the real one.

        Raises ValueError for a value that is no ISO 8601 time.
        """
        if not value:
            return cls()
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"FIXED_CLOCK={value!r} is no time: write it like 2026-01-31T08:00:00Z") from None
        return cls(_stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))

    def seconds(self) -> float:
        """Seconds since the epoch, by the machine's clock."""
        return time.time()

    def stamp(self) -> str:
        """Now, UTC, ISO 8601 to the second: ``2026-01-31T08:00:00Z``."""
        return self.fixed or _stamp_of_second(int(self.seconds()))


@lru_cache(maxsize=8)
def _stamp_of_second(second: int) -> str:
    return stamp_of(second)


def stamp_of(seconds: float) -> str:
    """A time in seconds since the epoch as records say it: ``2026-01-31T08:00:00Z``."""
    return _stamp(datetime.fromtimestamp(seconds, UTC))


def seconds_of(stamp: str) -> float:
    """The time of a stamp, in seconds since the epoch. Raises ValueError where it is none."""
    return datetime.fromisoformat(stamp).timestamp()


def parse_duration(text: str) -> float:
    """The seconds of ``26h``, ``90m``, ``2d``, ``45s``, ``1.5h`` or a bare number of seconds. Raises ValueError."""
    cleaned = text.strip().lower()
    unit = _UNITS.get(cleaned[-1:])
    seconds = float(cleaned[:-1]) * unit if unit else float(cleaned)
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"{text!r} is no length of time")
    return seconds


def in_words(seconds: float) -> str:
    """A length of time in its two largest units: ``2d 3h``, ``1h``, ``45s``."""
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, length in _UNITS.items():
        count, left = divmod(left, int(length))
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0s"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
