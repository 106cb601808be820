"""The contenders of ``make bench`` and what a round of them costs."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.measure import Cost, measured
from tests.bench.nginx import HOW_TO_INSTALL, Nginx, find_nginx
from tests.bench.site import BenchSite
from tests.bench.stages import ENGINE
from tests.support.commands import BIN, COMPILED_LIB, ROOT, compiled_is_current

BENCH_PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
HOW_TO_MAKE: Final = f"{BENCH_PYTHON.parent.parent.name} is missing: make setup-bench"
HOW_TO_COMPILE: Final = f"{COMPILED_LIB.relative_to(ROOT)} is missing, or older than the code: make compiled"
OURS: Final = "b"
BOTH_CORES: Final = "w"
PLAIN: Final = "p"
NAMES: Final = {
    "a": "stock Scrapy, downloads only",
    OURS: "qa-scraper crawl, everything",
    BOTH_CORES: "as (b), with --workers 2, on both cores",
    PLAIN: "as (b), in plain Python, nothing compiled",
    "c": "stock Scrapy, CSS item loaders, feed",
    "d": "Crawlee ParselCrawler, XPath",
    "e": "aiohttp and lxml by hand",
}
_BY_QA_SCRAPER: Final = frozenset((OURS, PLAIN, BOTH_CORES))
_OTHERS: Final = tuple(letter for letter in NAMES if letter not in _BY_QA_SCRAPER)
PAIRS: Final = (
    *((OURS, other) for other in _OTHERS),
    (BOTH_CORES, OURS),
    (OURS, PLAIN),
    *((PLAIN, other) for other in _OTHERS),
)
"""What is compared, by letter."""
_EXTRACTS: Final = NAMES.keys() - {"a"}


def missing_parts() -> list[str]:
    """What the benchmark needs and has not got: how to get each."""
    parts = {HOW_TO_INSTALL: find_nginx(), HOW_TO_MAKE: BENCH_PYTHON.exists(), HOW_TO_COMPILE: compiled_is_current()}
    return [how for how, found in parts.items() if not found]


def crawl_arguments(output: Path, *more: str) -> list[str]:
    """Arguments of a crawl without a pause, sixteen requests at once, robots.txt unread like the others'."""
    settings = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=0", "CONCURRENT_REQUESTS_PER_DOMAIN=16", "ROBOTSTXT_OBEY=0")
    given = [word for setting in settings for word in ("-s", setting)]
    return ["crawl", "edoctor", "--output", str(output), "--allow-private", *more, *given]


@dataclass(frozen=True)
class Arena:
    """A served site, and a folder for what the contenders write. *cpu*: the core that clients run on, None: any."""

    site: BenchSite
    nginx: Nginx
    paths: tuple[str, ...]
    digest: str
    folder: Path
    cpu: int | None

    def command(self, letter: str) -> list[str]:
        """How contender *letter* is started."""
        output = str(self.output(letter))
        module = ["-m", "tests.bench.contenders"]
        if letter in _BY_QA_SCRAPER:
            workers = ("--workers", "2") if letter == BOTH_CORES else ()
            return [*_package(letter), str(BIN / "qa-scraper"), *self.crawl_arguments(letter), *workers]
        if letter == "a":
            urls = self.folder / "urls.txt"
            urls.write_text("\n".join(self.nginx.url + path for path in self.paths), "utf-8")
            return [sys.executable, "-m", f"{module[1]}.stock_download", self.nginx.url, output, str(urls)]
        python, name = {
            "c": (sys.executable, "stock_items"),
            "d": (str(BENCH_PYTHON), "crawlee_parsel"),
            "e": (sys.executable, "aiohttp_lxml"),
        }[letter]
        return [python, "-m", f"{module[1]}.{name}", self.nginx.url, output]

    def crawl_arguments(self, name: str) -> list[str]:
        """A whole crawl of the site by qa-scraper into a folder called *name*."""
        return crawl_arguments(self.folder / name, "--start-url", self.nginx.url + "/")

    def output(self, letter: str) -> Path:
        """Where the records of a contender are."""
        of_qa_scraper = self.folder / letter / "edoctor" / "questions.jsonl"
        return of_qa_scraper if letter in _BY_QA_SCRAPER else self.folder / f"{letter}.jsonl"

    def clear(self, letter: str) -> None:
        """Removes what an earlier run wrote."""
        shutil.rmtree(self.folder / letter, ignore_errors=True)
        self.output(letter).unlink(missing_ok=True)

    def run(self, letter: str) -> Cost:
        """Runs a contender once. Raises RuntimeError where it fails, or did not fetch and read every page."""
        self.clear(letter)
        before = self.nginx.requests()
        log = self.folder / f"{letter}.log"
        cpu = None if letter == BOTH_CORES else self.cpu
        cost = measured(self.command(letter), cpu=cpu, folder=ROOT, said=log)
        self.check(letter, self.nginx.requests() - before)
        return cost

    def check(self, letter: str, requests: int) -> None:
        """Raises RuntimeError unless so many requests, and the records that are there, are those of a whole crawl."""
        if letter == "a":  # it writes nothing but its log
            log = (self.folder / "a.log").read_text("utf-8", "replace")
            requests = int((re.findall(r"response_status_count/200': (\d+)", log) or ["0"])[-1])
        if requests < len(self.paths):
            raise RuntimeError(f"({letter}) {NAMES[letter]} fetched {requests} of {len(self.paths)} pages")
        if letter in _EXTRACTS:
            urls = {record["url"] for record in self.records(letter)}
            if len(urls) != self.site.questions:
                raise RuntimeError(f"({letter}) {NAMES[letter]} gave {len(urls)} of {self.site.questions} records")

    def records(self, letter: str) -> list[dict[str, Any]]:
        """What a contender wrote."""
        with self.output(letter).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def breakdown(self, letter: str, cpu_us: float) -> dict[str, float]:
        """Microseconds a page by stage of (b) or (p); the engine's are what the others leave of *cpu_us*."""
        self.clear(letter)
        found = self.folder / "stages.json"
        python = [*_package(letter), sys.executable, "-P"]
        command = [*python, "-m", "tests.bench.stages", str(found), *self.crawl_arguments(letter)]
        measured(command, cpu=self.cpu, folder=ROOT, said=self.folder / "stages.log")
        seconds = json.loads(found.read_text("utf-8"))["seconds"]
        stages = {name: value / len(self.paths) * 1e6 for name, value in seconds.items()}
        return {ENGINE: cpu_us - sum(stages.values())} | stages


def _package(letter: str) -> tuple[str, str]:
    """Sets which package is run: the one that pip installs, or the source as it is."""
    return ("env", f"PYTHONPATH={ROOT if letter == PLAIN else f'{COMPILED_LIB}{os.pathsep}{ROOT}'}")


def cores() -> tuple[int | None, int | None]:
    """The core of the server and that of the client: the first and the last; None for both where there is only one."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (usable[0], usable[-1]) if len(usable) > 1 else (None, None)


@contextmanager
def arena(questions: int, folder: Path) -> Iterator[Arena]:
    """Serves a site of so many questions; nginx has a core of its own."""
    server_cpu, client_cpu = cores()
    site = BenchSite(questions)
    paths, digest = site.write(folder / "www")
    with Nginx(folder / "nginx", folder / "www", server_cpu) as nginx:
        yield Arena(site, nginx, tuple(paths), digest, folder, client_cpu)
