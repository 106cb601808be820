"""A site whose pages are hostile by size beside ordinary questions, and what a crawl of it takes.

``python -m tests.faults.hostile`` measures a real crawl of it and prints the figures and what became of each page.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import brotli

from tests.support.commands import ROOT, crawl_arguments, qa_scraper, records
from tests.support.faulty_site import FaultySite

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEGABYTE = 1_000_000
TIMEOUT = 5  # seconds that a download may take
TAKEN_PAGE = 4 * 1024 * 1024  # bytes of the largest page that is read
TAKEN_BODY = 8 * 1024 * 1024  # bytes of the largest body that is downloaded
BOUNDS = {"unexpected": 0, "longest_stall": 2 * TIMEOUT, "longest_block": 1.0, "peak_memory": 300_000_000}
"""What ``measure`` may give at most."""
ELSEWHERE = "http://elsewhere.example"  # links there are noted and never fetched


@dataclass(frozen=True)
class Hostile:
    """One page. ``state`` and ``reason`` (a part of it): what its entry in the ledger must say."""

    state: str
    reason: str
    body: Callable[[], bytes]
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "text/html; charset=utf-8"


def question(number: int, extra: bytes = b"", ahead: bytes = b"") -> bytes:
    """A question page with *extra* behind its answer, or *ahead* of everything."""
    return (
        b"<!DOCTYPE html><html><head><title>Hostile</title></head><body>%s<h1>Hostile page %d - Internal Medicine</h1>"
        b"<h2>Is %d too much?</h2><p>LILY, 20~29 year old female. Ask Date: 2003/10/20</p>"
        b"<h3>Dr. Lin reply Internal Medicine</h3><p>It is.</p>%s<p>Reply Date: 2003/10/20</p></body></html>"
    ) % (ahead, number, number, extra)


def filled(unit: bytes, size: int) -> bytes:
    return unit * (size // len(unit))


def numbered(unit: bytes, count: int) -> bytes:
    return b"".join(unit % number for number in range(count))


def large_pages(size: int) -> dict[str, Hostile]:
    """Pages with one part of *size* bytes, none of which is read."""
    too_large = "larger than download max size" if size > TAKEN_BODY else "larger than 4 MiB"
    state = "failed" if size > TAKEN_BODY else "no-question"
    name = f"{size // MEGABYTE}mb"
    return {
        f"text-{name}": Hostile(state, too_large, lambda: question(1, filled(b"words ", size))),
        f"attribute-{name}": Hostile(state, too_large, lambda: question(2, b'<p title="%s">' % filled(b"x", size))),
        f"links-{name}": Hostile(state, too_large, lambda: question(3, numbered(b"<a href=%07d>", size // 17))),
    }


def bombs(size: int) -> dict[str, Hostile]:
    """Bodies of *size* zero bytes, packed."""
    zeros = bytes(size)

    def packed(name: str, pack: Callable[[bytes], bytes]) -> Hostile:
        return Hostile("failed", "decompressed", lambda: pack(zeros), (("Content-Encoding", name),))

    return {
        "bomb-gzip": packed("gzip", lambda body: gzip.compress(body, 6)),
        "bomb-twice": packed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body, 6))),
        "bomb-br": packed("br", lambda body: brotli.compress(body, quality=1)),
        "bomb-zstd": packed("zstd", zstd.compress),
        "bomb-sitemap.xml.gz": Hostile(
            "failed", "decompressed", lambda: gzip.compress(zeros), kind="application/x-gzip"
        ),
    }


def stored(body: Callable[[], bytes]) -> Hostile:
    return Hostile("stored", "", body)


def refused(reason: str, body: Callable[[], bytes], kind: str = "text/html; charset=utf-8") -> Hostile:
    return Hostile("no-question", reason, body, kind=kind)


ANSWER = b"<p>Reply Date: 2003/10/20</p><h3>Dr. Lin reply Internal Medicine</h3><p>It is.</p>"


def crowded_pages(share: float = 1.0) -> dict[str, Hostile]:
    """Pages as large as are read, of parts that are many or take long; of what is kept of them, *share* is made."""
    size = TAKEN_PAGE - 10_000
    words = "再生 words 😀 ".encode()
    hide, link = b"<style>.a{display:none}%s</style>", b'<a href="%s/%%d">x</a>' % ELSEWHERE.encode()
    links, listed, answers = int(90_000 * share), int(60_000 * share), int(500_000 * share)
    loc = b"<url><loc>%s/%%d</loc></url>" % ELSEWHERE.encode()
    return {
        "text": refused("a line of more than 200,000 characters", lambda: question(11, filled(words, size))),
        "attribute": stored(lambda: question(12, b'<p title="%s">' % filled(b"x", size))),
        "class": stored(lambda: question(13, hide % b"" + b"<p class='%s'>" % filled(b"x ", size - 50))),
        "attributes": stored(lambda: question(14, b"<p %s>" % numbered(b"a%06d=1 ", size // 10))),
        "nested": refused("nested deeper", lambda: question(15, ahead=filled(b"<div>", 500_000))),
        "links": stored(lambda: question(16, numbered(link, links))),
        "tags": refused("more than 200,000 tags", lambda: question(17, filled(b"<b>x</b>", size))),
        "lines": refused("more than 20,000 lines", lambda: question(18, filled(b"<p>a line", 250_000))),
        "answers": stored(lambda: question(19, filled(ANSWER, answers))),
        "replies": stored(lambda: question(20, filled(b"<p>we reply</p>", 250_000))),
        "dashes": stored(lambda: question(21, ahead=b"<h1>" + filled(b"a - ", 190_000) + b"</h1>")),
        "paragraphs": stored(lambda: question(22, filled(b"<p>%s</p>" % filled(words, 100_000), size))),
        "style": stored(lambda: question(23, ahead=hide % filled(b"@media", size - 50))),
        "plain": refused("more than 100,000 lines", lambda: filled(b"a\n", size), "text/plain"),
        "noise": refused("", lambda: filled(bytes(range(32, 256)), size)),
        "sitemap.xml": refused(
            f"a sitemap of {min(50_000, listed)} URLs", lambda: b"<urlset>" + numbered(loc, listed), "text/xml"
        ),
    }


def long_headers(size: int) -> dict[str, Hostile]:
    """Responses with headers of *size* bytes in all: one line, and lines of 4,000 bytes."""
    lines = tuple((f"X-{number}", "x" * 4000) for number in range(size // 4000))
    return {
        "header": Hostile("failed", "", lambda: question(31), (("X-Long", "x" * size),)),
        "headers": Hostile("failed", "", lambda: question(32), lines),
    }


def every_page() -> dict[str, Hostile]:
    return {
        **large_pages(50 * MEGABYTE),
        **large_pages(8 * MEGABYTE),
        **bombs(256 * MEGABYTE),
        **crowded_pages(),
        **long_headers(20 * MEGABYTE),
    }


def some_pages() -> dict[str, Hostile]:
    """What a quick test takes: all kinds, none of which takes long to be made."""
    return {**large_pages(12 * MEGABYTE), **bombs(64 * MEGABYTE), **crowded_pages(0.2), **long_headers(4 * MEGABYTE)}


@dataclass
class HostileSite(FaultySite):
    """The questions of ``FaultySite`` and *pages*, each at ``/hostile/NAME``."""

    pages: dict[str, Hostile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.bodies = {name: page.body() for name, page in self.pages.items()}

    def page_html(self, path: str, query: dict[str, list[str]]) -> str | None:
        html = super().page_html(path, query)
        if path != "/" or html is None:
            return html
        links = "".join(f'<li><a href="/hostile/{name}">{name}</a></li>' for name in self.pages)
        return html.replace("</ul>", links + "</ul>")

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = urlsplit(handler.path).path.removeprefix("/hostile/")
        page = self.pages.get(name)
        if page is None:
            return super().answer(handler)
        with suppress(OSError):  # who reads it may have seen enough
            self.send(handler, 200, self.bodies[name], page.kind, dict(page.headers))
        return None


@dataclass(frozen=True)
class Outcome:
    """How a crawl ended: its exit code, what it took, and state and reason of each hostile page."""

    exit_code: int
    figures: dict[str, float]
    ledger: dict[str, tuple[str, str]]
    unlike_truth: list[str]
    printed: str


def crawl_hostile(folder: Path, pages: dict[str, Hostile], questions: int = 40) -> Outcome:
    """Crawls a site of *pages* and *questions* with the real command, in a process of its own."""
    watched = folder / "loop.json"
    watch = ("-s", 'EXTENSIONS={"tests.faults.loop_watch.LoopWatch": 1}', "-s", f"LOOP_WATCH_FILE={watched}")
    bounds = ("-s", f"DOWNLOAD_TIMEOUT={TIMEOUT}", "-s", "RETRY_TIMES=1")
    with HostileSite(count=questions, pages=pages) as site:
        began = time.monotonic()
        done = qa_scraper(*crawl_arguments("edoctor", site.url, folder, *watch, *bounds), PYTHONPATH=str(ROOT))
        seconds = time.monotonic() - began
        truth = site.truth
        found = {url: record for record in records(folder, "edoctor") for url in shown_at(record)}
    with sqlite3.connect(folder / "edoctor" / "ledger.sqlite") as ledger:
        rows = ledger.execute(
            "SELECT key, state, coalesce(reason, '') FROM urls WHERE key LIKE '%/hostile/%'"
        ).fetchall()
    return Outcome(
        done.returncode,
        {**json.loads(watched.read_text()), "seconds": seconds},
        {key.rpartition("/hostile/")[2]: (state, reason) for key, state, reason in rows},
        [url for url, fields in truth.items() if {name: found.get(url, {}).get(name) for name in fields} != fields],
        done.stdout + done.stderr,
    )


def shown_at(record: dict[str, object]) -> list[str]:
    """All URLs that show the question of *record*."""
    source = record["source"]
    assert isinstance(source, dict)
    return [str(record["url"]), *source["other_urls"]]


def unexpected(pages: dict[str, Hostile], outcome: Outcome) -> list[str]:
    """One line a page whose entry in the ledger is not what it must be."""
    wrong = []
    for name, page in pages.items():
        state, reason = outcome.ledger.get(name, ("not in the ledger", ""))
        if state != page.state or page.reason not in reason or (state != "stored" and not reason):
            wrong.append(f"{name}: {state}: {reason} (not {page.state}: {page.reason})")
    return wrong


def measure(trial_folder: Path) -> dict[str, float]:
    """The figures of one whole trial: ``longest_block`` (and of it ``longest_block_cpu``, what was our own work),
    ``longest_stall`` and ``seconds`` in seconds, ``peak_memory`` in bytes, ``pages`` and ``unexpected``: how many
    hostile pages there were, and how many pages did not end as they must."""
    pages = every_page()
    outcome = crawl_hostile(trial_folder, pages)
    wrong = len(unexpected(pages, outcome)) + len(outcome.unlike_truth)
    return {**outcome.figures, "pages": float(len(pages)), "unexpected": float(wrong)}


def main() -> int:
    chosen = every_page()
    names = sys.argv[1:]
    pages = {name: page for name, page in chosen.items() if not names or name in names}
    with tempfile.TemporaryDirectory() as folder:
        outcome = crawl_hostile(Path(folder), pages)
        for name, (state, reason) in outcome.ledger.items():
            print(f"{name:22}{state:12}{reason}")
    wrong = unexpected(pages, outcome)
    print(*wrong, f"{len(outcome.unlike_truth)} questions unlike the truth, exit code {outcome.exit_code}", sep="\n")
    print(json.dumps(outcome.figures, indent=1))
    if outcome.unlike_truth or not outcome.ledger:
        print(outcome.printed)
    return bool(wrong or outcome.unlike_truth)


if __name__ == "__main__":
    sys.exit(main())
