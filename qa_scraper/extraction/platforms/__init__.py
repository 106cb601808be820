"""Forum and Q&A platforms, a module each; registering one is a word here."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from qa_scraper.extraction.platforms.platform import Platform

MODULES: Final = (
    "stack_exchange",
    "discourse",
    "xenforo",
    "vbulletin",
    "phpbb",
    "vanilla",
    "nodebb",
    "invision",
    "question2answer",
    "medhelp",
    "insided",
    "smf",
    "mybb",
    "fluxbb",
    "discuz",
    "flarum",
    "bbpress",
    "reddit",
    "khoros",
    "woltlab",
    "drupal",
    "askbot",
    "hacker_news",
)
"""A module of this package each, in the order in which they are asked; a new one is a line here."""


def _platform(name: str) -> Platform:
    found = import_module(f"{__name__}.{name}").PLATFORM
    assert isinstance(found, Platform), name
    return found


PLATFORMS: Final[tuple[Platform, ...]] = tuple(map(_platform, MODULES))
