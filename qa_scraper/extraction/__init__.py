"""Page in, sections out: pure functions, no network, no clock, no crawl objects.

A reader is a module with ``NAME``, ``RULES`` and ``read(page)``; its name in one of the lines below registers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, Protocol, runtime_checkable

from qa_scraper.extraction.merge import merged
from qa_scraper.extraction.platforms import PLATFORMS
from qa_scraper.extraction.sections import NoQuestion, Reading
from qa_scraper.page import Page

EXTRACTOR_VERSION: Final = "5"
"""Stands in ``source.extractor_version``; raised whenever the same page gives another record."""


@runtime_checkable
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


def _readers(*names: str) -> tuple[Reader, ...]:
    """The readers that are modules of this package by these names, in the order in which they are asked."""
    found: list[Reader] = []
    for name in names:
        module = import_module(f"{__name__}.{name}")
        assert isinstance(module, Reader), name
        found.append(module)
    return tuple(found)


LANDMARK_READERS: Final = _readers("edoctor", "ehospital")
"""Layouts that are read by their visible landmarks: a page of theirs is theirs alone."""
MARKUP_READERS: Final = _readers("schema_org")
"""What the page's author says of it in markup; merged with what the page shows."""
PLATFORM_READERS: Final[tuple[Reader, ...]] = PLATFORMS
"""Platforms known by their marks."""
GENERAL_READERS: Final = _readers("thread", "faq")
"""Readers of pages without any known marks."""
READERS: Final = {
    reader.NAME: reader for reader in (*LANDMARK_READERS, *MARKUP_READERS, *PLATFORM_READERS, *GENERAL_READERS)
}


def rule_of(layout: str, name: str) -> str:
    """The rule by which *layout* (any, where empty) finds the field *name* (``answers.text``), in words."""
    rules = [module.RULES for module in READERS.values() if layout == module.NAME or not layout]
    top = name.partition(".")[0]
    found = [rule for of in rules for rule in (of.get(name) or of.get(top),) if rule]
    return " or ".join(dict.fromkeys(found)) or f"the rule for {name}"


def read_page(page: Page, layouts: Sequence[str] = ()) -> Reading:
    """Splits *page* into the sections of its questions.

    With the first of *layouts* that recognises it; where none is named, by its landmarks, else by what its markup and
    its visible posts say together. Raises KeyError for a layout that does not exist.
    """
    if page.unreadable:
        return NoQuestion(page.unreadable)
    if layouts:
        return _first(page, [READERS[name] for name in layouts])
    by_landmarks = _first(page, LANDMARK_READERS)
    if not isinstance(by_landmarks, NoQuestion):
        return by_landmarks
    markup = _first(page, MARKUP_READERS)
    platform = _first(page, PLATFORM_READERS)
    is_platform = not isinstance(platform, NoQuestion)
    shown = platform if is_platform else _first(page, GENERAL_READERS)
    found = merged(markup, shown, is_platform=is_platform)
    return NoQuestion(f"{by_landmarks.reason}; {found.reason}") if isinstance(found, NoQuestion) else found


def _first(page: Page, readers: Sequence[Reader]) -> Reading:
    """What the first of *readers* that recognises *page* makes of it, or why none does."""
    reasons = []
    for reader in readers:
        found = reader.read(page)
        if not isinstance(found, NoQuestion):
            return found
        if found.reason:
            reasons.append(f"{reader.NAME}: {found.reason}")
    return NoQuestion("; ".join(reasons))
