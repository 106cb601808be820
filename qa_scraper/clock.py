"""The clock, passed in wherever time is needed: real, or fixed for tests and reproducible output."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


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
        return self.fixed or _stamp(datetime.now(UTC))


def stamp_of(seconds: float) -> str:
    """A time in seconds since the epoch as records say it: ``2026-01-31T08:00:00Z``."""
    return _stamp(datetime.fromtimestamp(seconds, UTC))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
