"""What a crawl takes with a million URLs due, beside one with 5,000: ``make bench-scale``.

Tiny question pages, which nginx makes up. A whole crawl of a million would take most of an hour, so its beginning and
its end are crawled, and what lies between them is written into the ledger through its own interface:

- *few*: 5,000 URLs are due, and crawled to the end;
- *first*: a million are due; the crawl is stopped by SIGINT after the first 20,000, and publishes them;
- *last*: all but 20,000 of the million are stored; the crawl goes to the end and publishes the million.

Time a page is processor time while pages are fetched, without start and end. A machine's speed drifts within minutes:
*few* is crawled before, between and after the others, and each of these is compared with the mean of the two beside it.
Exit code 1 where a bound is broken.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from statistics import mean
from typing import Any, Final

import orjson
from qa_scraper.clock import Clock
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.pipelines import stored
from qa_scraper.refresh import State
from qa_scraper.urls import canonical_url, host_of, url_hash
from rich.console import Console

from tests.bench import document
from tests.bench.crawl_watch import Watched, watched
from tests.bench.nginx import Nginx
from tests.bench.versus import cores, crawl_arguments
from tests.support.commands import ROOT

FEW: Final = 5_000
MANY: Final = 1_000_000
CRAWLED: Final = 20_000
MORE_AT_MOST: Final = 0.15
"""How much more than at 5,000 peak memory and time a page may be at a million."""
COMPARED: Final = ("peak_mib", "cpu_us_a_page")
_AT_ONCE: Final = 5_000
# What nginx answers to any address; each is another question.
_PAGE: Final = (
    "<!DOCTYPE html><html lang=en><title>Case $uri - Cardiology</title><h1>Case $uri - Cardiology</h1>"
    "<p>Share to: LINE</p><h2>What of $uri</h2><p>I ask about case $uri of our house.</p>"
    "<p>LILY, 20~29 year old female. Ask Date: 2003/10/20</p><h3>Dr. Ho Chi-Yu reply Cardiology</h3>"
    "<p>There is nothing to fear from $uri.</p><p>Reply Date: 2003/10/21</p></html>"
)
_LOCATION: Final = f"location /q/ {{ default_type text/html; return 200 '{_PAGE}'; }}"


class Queue:
    """A ledger with so many URLs due, none of them fetched yet, at ``folder/edoctor``."""

    def __init__(self, folder: Path, base_url: str, urls: int) -> None:
        self.folder = folder
        self.base_url = base_url
        self.urls = urls
        clock = Clock()
        self._now, self._at = clock.seconds(), clock.stamp()
        with self._opened() as ledger:
            for numbers in _chunks(0, urls):
                ledger.add_urls([self._found(at) for at in numbers], self._now, self._at)

    def _opened(self) -> _Opened:
        return _Opened(self.folder / "edoctor" / LEDGER)

    def _found(self, at: int) -> FoundUrl:
        address = f"{self.base_url}/q/{at:07}"
        return FoundUrl(canonical_url(address), address, host_of(address), is_start=at == 0)

    def store(self, begin: int, end: int) -> None:
        """Writes URLs *begin* to *end* into the ledger as fetched, each with its record, as a crawl would."""
        made = self._maker()
        with self._opened() as ledger:
            for numbers in _chunks(begin, end):
                with ledger.transaction():
                    for at in numbers:
                        outcome = made(at)
                        ledger.records.store(outcome.key, outcome.records[0], self._at)
                        ledger.pages.note_read(outcome, None, self._now, is_changed=True)

    def _maker(self) -> Callable[[int], PageOutcome]:
        """What gives the outcome of each page; it is read once, and its number replaced."""
        url = self._found(0).address
        page = Page.from_bytes(_PAGE.replace("$uri", "/q/0000000").encode(), url=url, content_type="text/html")
        found = page_records(page, Provenance("edoctor", fetched_at=self._at, http_status=200), ("edoctor",))
        assert isinstance(found, list)
        pattern = stored(found[0], orjson.dumps(found[0]), None)

        def outcome(at: int) -> PageOutcome:
            key = self._found(at).key
            digest = hashlib.sha256(key.encode()).hexdigest()
            record: StoredRecord = replace(
                pattern,
                name=f"edoctor:{url_hash(key)}",
                question_hash=digest,
                content_hash=digest,
                body=pattern.body.replace(b"/q/0000000", f"/q/{at:07}".encode()),
            )
            read = {"body_hash": digest[:32], "body_seen": 1, "read_hash": digest[:32]}
            return PageOutcome(
                key,
                State.STORED,
                self._at,
                http_status=200,
                read_version=record.extractor_version,
                records=(record,),
                **read,  # type: ignore[arg-type]
            )

        return outcome

    def crawl(self, nginx: Nginx, cpu: int | None, pages: int, *, to_the_end: bool) -> Watched:
        """Crawls what is due: *pages* of them, *to_the_end* or until it is stopped."""
        command = crawl_arguments(self.folder)
        found = watched(command, nginx, cpu, pages, to_the_end=to_the_end)
        lines = (self.folder / "edoctor" / "questions.jsonl").read_bytes().count(b"\n")
        if lines < pages:
            raise RuntimeError(f"{lines} records published after {pages} pages")
        return found

    def bytes_a_url(self) -> float:
        """Size of the ledger, a URL."""
        return sum(file.stat().st_size for file in (self.folder / "edoctor").glob(LEDGER + "*")) / self.urls


class _Opened:
    """The ledger at *path*, closed at the end."""

    def __init__(self, path: Path) -> None:
        self._ledger = Ledger(path)

    def __enter__(self) -> Ledger:
        return self._ledger

    def __exit__(self, *exc: object) -> None:
        self._ledger.close()


def _chunks(begin: int, end: int) -> Iterator[range]:
    return (range(at, min(at + _AT_ONCE, end)) for at in range(begin, end, _AT_ONCE))


def measure(folder: Path, few: int, many: int, crawled: int, console: Console) -> dict[str, Any]:
    """The three crawls, each as ``Watched`` says (*few*: the middle one of three), what those of *few* beside each
    took, and the size of the ledgers."""
    server_cpu, client_cpu = cores()
    crawls: dict[str, Watched] = {}
    sizes: dict[str, float] = {}
    with Nginx(folder / "nginx", folder, server_cpu, _LOCATION) as nginx:

        def crawl_few() -> Watched:
            console.print(f"few: {few:,} URLs are due")
            with tempfile.TemporaryDirectory(dir=folder) as own:
                queue = Queue(Path(own), nginx.url, few)
                found = queue.crawl(nginx, client_cpu, few, to_the_end=True)
                sizes["few"] = queue.bytes_a_url()
            return found

        before = crawl_few()
        console.print(f"first: {many:,} URLs are due, {crawled:,} are crawled")
        queue = Queue(folder / "many", nginx.url, many)
        sizes["many, none fetched"] = queue.bytes_a_url()
        crawls["first"] = queue.crawl(nginx, client_cpu, crawled, to_the_end=False)
        between = crawl_few()
        console.print(f"last: all but {crawled:,} are stored, these are crawled")
        queue.store(crawled, many - crawled)
        crawls["last"] = queue.crawl(nginx, client_cpu, crawled, to_the_end=True)
        sizes["many, all stored"] = queue.bytes_a_url()
        after = crawl_few()
    crawls = {"few": sorted((before, between, after), key=lambda found: found.cpu_us_a_page)[1], **crawls}
    beside = {"few": (crawls["few"],), "first": (before, between), "last": (between, after)}
    return {
        "few_urls": few,
        "many_urls": many,
        "crawled": crawled,
        "crawls": {name: asdict(found) for name, found in crawls.items()},
        "few_beside": {
            name: {of: mean([getattr(each, of) for each in fews]) for of in COMPARED} for name, fews in beside.items()
        },
        "ledger_bytes_a_url": sizes,
    }


def too_much(results: dict[str, Any]) -> list[str]:
    """What is more than the bound allows."""
    beside = results["few_beside"]
    return [
        f"{name}: {what} is {found[what] / beside[name][what]:.2f} times that at {results['few_urls']:,} URLs"
        for name, found in results["crawls"].items()
        for what in COMPARED
        if found[what] > beside[name][what] * (1 + MORE_AT_MOST)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--urls", type=int, default=MANY)
    parser.add_argument("--few", type=int, default=FEW)
    parser.add_argument("--crawled", type=int, default=CRAWLED, help="pages of each part of the large crawl")
    parser.add_argument("--output", type=Path, default=ROOT / "bench", help="folder of scale.json")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), given.few, given.urls, given.crawled, console)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "scale.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    for table in document.for_terminal(document.scale_tables(results)):
        console.print("", table)
    over = too_much(results)
    console.print("", *over, sep="\n")
    if given.urls >= MANY:
        document.put("bench-scale", document.scale_text(results))
    return int(bool(over) and given.urls >= MANY)


if __name__ == "__main__":
    sys.exit(main())
