"""What the machine is that the tests run on, and what may be said of times on it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

_CHARACTERS = 250_000
_OBJECTS = 20_000
# What the two take on the machine on which the limits were set, in seconds. The second was not measured there: beside
# neighbours who fill its caches the first took 1.25 times as long, all of the crawl 2.3 times, and the second 9 ms.
_TIGHT_LOOP, _MANY_OBJECTS = 0.0021, 0.0040


def slowness() -> float:
    """How much slower than the machine on which the limits were set this one is right now; at least 1.

    A loop that stays in the fastest cache says nothing of memory, and objects little of the processor: both are asked.
    """
    pattern, text = re.compile("[ab]+?c"), "ab" * (_CHARACTERS // 2) + "c"
    return max(
        1.0,
        min(seconds(lambda: pattern.match(text)) for _ in range(5)) / _TIGHT_LOOP,
        min(seconds(_make_objects) for _ in range(5)) / _MANY_OBJECTS,
    )


def _make_objects() -> int:
    return len({f"key {number}": [str(number)] for number in range(_OBJECTS)})


def seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time that *work* takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def calm_seconds(took: Callable[[], float], limit: float) -> float:
    """The seconds that *took* gives; past *limit*, the least of four, as on the machine on which the limits were set.

    This one may be slow, or busy just now. What takes twenty times the limit is not asked again.
    """
    once = took()
    return min(took() / slowness() for _ in range(4)) if limit < once < limit * 20 else once


def assert_linear(took: Callable[[int], float], size: int) -> None:
    """Asserts that four times the *size* takes about four times the seconds; n² would be sixteen.

    A machine that is busy just now is asked a few times more: only the least of each is the work's own.
    """
    small = large = math.inf
    for measured in range(1, 7):
        small, large = min(small, took(size)), min(large, took(4 * size))
        if measured > 1 and large < 9 * small + 0.02:
            return
    raise AssertionError(f"{size}: {small:.3f} s, {4 * size}: {large:.3f} s")
