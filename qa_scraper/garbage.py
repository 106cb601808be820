"""When Python looks for what only cycles keep in memory: seldom, and not where there is nothing to be found."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_AT_START: Final = (200_000, 20, 20)  # objects more than were freed, young collections, middle ones
_AT_WORK: Final = (2_000, 20, 20)


def look_seldom() -> None:
    """For a process that starts: what it imports stays; to look through it again and again is a tenth of a start."""
    gc.set_threshold(*_AT_START)


def spare_what_is_loaded() -> None:
    """For a process that has started, and is to read many pages. These leave next to no cycles, the engine leaves some.

    To look for them as often as Python does by itself is a twentieth of a crawl.
    """
    gc.freeze()
    gc.set_threshold(*_AT_WORK)


@contextmanager
def put_off() -> Iterator[None]:
    """Looks for nothing meanwhile: a page that is being read has thousands of objects, and all of them are in use.

    A small page that another thread reads meanwhile may end it early, and none ends what somebody else has put off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
