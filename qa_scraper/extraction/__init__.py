"""Page in, sections out: pure functions, no network, no clock, no crawl objects.

A layout is a module with ``NAME`` and ``read(page)``; registering it is one line in ``LAYOUTS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from qa_scraper.extraction import edoctor
from qa_scraper.extraction.sections import NoQuestion, Sections
from qa_scraper.page import Page

EXTRACTOR_VERSION: Final = "1"
"""Stands in ``source.extractor_version``; raised whenever the same page gives another record."""

LAYOUTS: Final[dict[str, Callable[[Page], Sections | NoQuestion]]] = {
    edoctor.NAME: edoctor.read,
}


def read_page(page: Page, layouts: Sequence[str] = ()) -> Sections | NoQuestion:
    """Splits *page* into sections with the first of *layouts* (all, where none is named) that recognises it.

    Raises KeyError for a layout that does not exist.
    """
    if page.unreadable:
        return NoQuestion(page.unreadable)
    reasons = []
    for name in layouts or LAYOUTS:
        found = LAYOUTS[name](page)
        if isinstance(found, Sections):
            return found
        reasons.append(f"{name}: {found.reason}")
    return NoQuestion("; ".join(reasons))
