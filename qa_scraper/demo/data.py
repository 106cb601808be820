"""What the demo site is made of: questions, those that are gone, topics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from qa_scraper.demo.faults import Fault

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
SITE_DAY: Final = date(2020, 1, 1)
"""Day of step 0: later than all that it shows. Each step is one day later."""


@dataclass(frozen=True, slots=True)
class DemoReply:
    """One doctor's answer. Paragraphs of ``text`` are parted by a blank line, lines by a newline."""

    doctor: str
    department: str
    text: str
    day: date
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class DemoTopic:
    """A topic of the FAQ."""

    name: str
    department: str
    slug: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """One question. ``age`` is the lower end of its band; ``asker`` None: the page shows no asker line.

    ``related``: numbers of similar questions; ``printed``: also shown at ``/print/NUMBER``; ``slug``: last part of its
    URL, which stays when the title is edited; ``changed_on``: when what it says last changed.
    """

    number: int
    heading: str
    department: str
    title: str
    text: str
    asker: str | None
    age: int
    gender: str
    day: date
    replies: tuple[DemoReply, ...]
    more_info: str | None
    related: tuple[int, ...]
    topics: tuple[DemoTopic, ...]
    shape: str
    printed: bool
    slug: str
    changed_on: date


@dataclass(frozen=True, slots=True)
class GoneQuestion:
    """A question that was removed, as it was. ``status``: 404 or 410.

    ``linked``: the teasers that other pages showed of it still stand there, with dead links.
    """

    question: DemoQuestion
    status: int
    linked: bool


@dataclass(frozen=True)
class DemoSite:
    """All that the demo site shows on one day. ``questions`` are sorted by number; those in ``gone`` are none of them.

    ``noise``: share of the question pages whose adverts, counters and session ids are others at each step;
    ``page_bytes``: size that question pages are filled up to; ``fault``: what is wrong with the site as a whole;
    ``earlier``: the site one step before, None at step 0.
    """

    departments: tuple[str, ...]
    questions: tuple[DemoQuestion, ...]
    topics: tuple[DemoTopic, ...]
    gone: tuple[GoneQuestion, ...] = ()
    seed: int = 0
    step: int = 0
    day: date = SITE_DAY
    noise: float = 0.0
    page_bytes: int = 0
    fault: Fault | None = None
    earlier: DemoSite | None = field(default=None, repr=False, compare=False)

    @cached_property
    def by_slug(self) -> dict[str, DemoQuestion]:
        """The questions by the last part of their URL."""
        return {question.slug: question for question in self.questions}

    @cached_property
    def by_number(self) -> dict[int, DemoQuestion]:
        """The questions by number."""
        return {question.number: question for question in self.questions}

    @cached_property
    def gone_by_slug(self) -> dict[str, GoneQuestion]:
        """What is gone, by the last part of its URL."""
        return {gone.question.slug: gone for gone in self.gone}

    @cached_property
    def gone_by_number(self) -> dict[int, GoneQuestion]:
        """What is gone, by number."""
        return {gone.question.number: gone for gone in self.gone}

    @cached_property
    def _of_department(self) -> dict[str, list[DemoQuestion]]:
        newest_first = sorted(self.questions, key=lambda q: (q.day, q.number), reverse=True)
        return {name: [q for q in newest_first if q.department == name] for name in self.departments}

    def of_department(self, name: str) -> list[DemoQuestion]:
        """The questions of one department, newest first."""
        return self._of_department[name]


def slug_of(text: str) -> str:
    """*text* as a part of a URL."""
    return _NOT_IN_SLUG.sub("-", text.lower()).strip("-")
