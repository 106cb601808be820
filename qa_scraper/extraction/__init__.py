"""Page in, sections out: pure functions, no network, no clock, no crawl objects.

A layout is a module with ``NAME``, ``RULES`` and ``read(page)``; registering it is one word in ``MODULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from qa_scraper.extraction import edoctor
from qa_scraper.extraction.sections import NoQuestion, Sections
from qa_scraper.page import Page

EXTRACTOR_VERSION: Final = "1"
"""Stands in ``source.extractor_version``; raised whenever the same page gives another record."""

MODULES: Final = (edoctor,)
LAYOUTS: Final[dict[str, Callable[[Page], Sections | NoQuestion]]] = {module.NAME: module.read for module in MODULES}


def rule_of(layout: str, name: str) -> str:
    """The rule by which *layout* (any, where empty) finds the field *name* (``answers.text``), in words."""
    rules = [module.RULES for module in MODULES if layout == module.NAME or not layout]
    top = name.partition(".")[0]
    found = [rule for of in rules for rule in (of.get(name) or of.get(top),) if rule]
    return " or ".join(dict.fromkeys(found)) or f"the rule for {name}"


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
