"""A doctor Q&A site whose askers have names and leave their phone numbers, and a project with a module for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from tests.support.commands import crawl_arguments
from tests.support.faulty_site import FaultySite
from tests.support.project_copy import copy_project, run_in

NAMES = ("Lily Chen", "Amy Wu", "陳小明", "Robert Lin")
MODULE = '''"""The site of the tests."""

from qa_scraper.site import Bounds, Site
from qa_scraper.spiders.base import SiteSpider


class PeopleSpider(SiteSpider):
    """As declared."""

    site = Site(
        name="people", title="People", layouts=("edoctor",), private=True, privacy={privacy!r},
        bounds=Bounds(records={records}, removals=1.0),
    )
'''


@dataclass
class PeopleSite(FaultySite):
    """Question *n* is asked by ``NAMES[n % 4]``, or by who is said in ``askers``."""

    count: int = 12
    askers: dict[int, str] = field(default_factory=dict)

    def question(self, number: int) -> dict[str, Any]:
        fields: dict[str, Any] = super().question(number)
        name = self.askers.get(number, NAMES[number % len(NAMES)])
        fields["asker"]["name"] = name
        fields["question"]["text"] += f"\n\n{name}, 0912-345-{number:03d}"
        for answer in fields["answers"]:
            answer["text"] = f"Dear {name}: rest for {number + 1} days.\n\nCome back if it stays."
        return fields


class PeopleProject:
    """A copy of the project with a module for *site*, and the runs of the real command in it."""

    def __init__(self, site: PeopleSite, folder: Path) -> None:
        self.site = site
        self.folder = copy_project(folder / "project")
        self.output = folder / "output"
        self.published = self.output / "people"
        self.declare()

    def declare(self, privacy: str = "keep", records: int = 0) -> None:
        """Writes the module; *records*: the bound below which a run is rejected."""
        module = self.folder / "qa_scraper" / "spiders" / "people.py"
        module.write_text(MODULE.format(privacy=privacy, records=records), "utf-8")

    def crawl(self, *more: str, command: str = "crawl") -> CompletedProcess[str]:
        arguments = crawl_arguments("people", self.site.url, self.output, *more)
        return self.run(command, *arguments[1:])

    def run(self, *arguments: str) -> CompletedProcess[str]:
        """Runs the command; ``--output`` is to be given where it is not the folder's own."""
        return run_in(self.folder, "-m", "qa_scraper", *arguments)

    def run_scrapy(self, *arguments: str) -> CompletedProcess[str]:
        """Runs Scrapy's own command."""
        return run_in(self.folder, "-m", "scrapy", *arguments)

    def snapshot(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.published / "questions.jsonl").read_bytes().splitlines()]

    def feed(self, run: int) -> list[dict[str, Any]]:
        path = self.published / "changes" / f"{run:06}.jsonl"
        return [json.loads(line) for line in path.read_bytes().splitlines()]
