"""Page in, sections out: pure functions, no network, no clock, no crawl objects.

A reader is a module with ``NAME``, ``RULES`` and ``read(page)``; registering it is one line here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from qa_scraper.extraction import edoctor
from qa_scraper.extraction.sections import NoQuestion, Reading
from qa_scraper.page import Page

EXTRACTOR_VERSION: Final = "2"
"""Stands in ``source.extractor_version``; raised whenever the same page gives another record."""


class Reader(Protocol):
    """What a reader's module offers."""

    @property
    def NAME(self) -> str:
        """Stands in ``source.layout``."""

    @property
    def RULES(self) -> Mapping[str, str]:
        """By field: what it is found by, in words for who has to find out why it is gone."""

    def read(self, page: Page) -> Reading:
        """The questions of *page*, or why it has none."""


_READERS: Final[Sequence[Reader]] = (edoctor,)
READERS: Final = {reader.NAME: reader for reader in _READERS}
"""By name, in the order in which they are asked."""


def rule_of(layout: str, name: str) -> str:
    """The rule by which *layout* (any, where empty) finds the field *name* (``answers.text``), in words."""
    rules = [module.RULES for module in READERS.values() if layout == module.NAME or not layout]
    top = name.partition(".")[0]
    found = [rule for of in rules for rule in (of.get(name) or of.get(top),) if rule]
    return " or ".join(dict.fromkeys(found)) or f"the rule for {name}"


def read_page(page: Page, layouts: Sequence[str] = ()) -> Reading:
    """Splits *page* into the sections of its questions with the first of *layouts* (all, where none is named) that
    recognises it.

    Raises KeyError for a layout that does not exist.
    """
    if page.unreadable:
        return NoQuestion(page.unreadable)
    reasons = []
    for name in layouts or READERS:
        found = READERS[name].read(page)
        if not isinstance(found, NoQuestion):
            return found
        reasons.append(f"{name}: {found.reason}")
    return NoQuestion("; ".join(reasons))
