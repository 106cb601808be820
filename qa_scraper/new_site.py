"""A module of its own for a site: what a crawl of it or saved pages tell of its questions, written into the project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from qa_scraper.errors import InputError
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.fetch import Fetched, fetch_pages
from qa_scraper.ledger_format import LEDGER
from qa_scraper.ledger_reader import read_ledger
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.options import CrawlOptions, check_start_url, named, run_settings
from qa_scraper.page import Page
from qa_scraper.run import known_sites
from qa_scraper.site_draft import SamplePage, SeenPage, SiteDraft, draft_site
from qa_scraper.urls import canonical_url, page_address, site_name

PAGES: Final = 40
"""Pages of a site that are fetched to learn from, where it was not crawled before."""
_ENOUGH: Final = 5  # questions from which on what is known already is learned from
_MOST_LEARNED_FROM: Final = 2_000
_SAMPLES: Final = 2
_OWN_ADDRESS: Final = etree.XPath(
    "string(//link[@rel='canonical']/@href | //meta[@property='og:url']/@content)", smart_strings=False
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a site: where to begin, the pages seen, and samples of its questions."""

    start_urls: tuple[str, ...]
    seen: tuple[SeenPage, ...]
    samples: tuple[SamplePage, ...]


def project_folder() -> Path:
    """The folder of the project that this package is run from. Raises InputError where it was installed as a wheel."""
    folder = Path(__file__).parent.parent
    if not (folder / "scrapy.cfg").exists() or not (folder / "tests").is_dir():
        raise InputError(
            f"there is no project around {folder / 'qa_scraper'} to write a site into: clone the project, and run"
            " .venv/bin/qa-scraper of the clone"
        )
    return folder


def learn_from_crawl(options: CrawlOptions) -> Known:
    """What a crawl of the site at the address ``options.site`` tells.

    Where its ledger holds a few questions already, they are learned from; else some pages are crawled first, by a
    process of its own. Raises InputError for a site that shows no question there.
    """
    given = named(options)
    check_start_url(options.site, allow_private=options.allow_private, given_as="the address")
    ledger = options.output / given.site / LEDGER
    seen, addresses, starts = _in_ledger(ledger)
    if sum(page.has_question for page in seen) < _ENOUGH:
        _crawl(options)
        seen, addresses, starts = _in_ledger(ledger)
    if not addresses:
        raise InputError(
            f"no page of {options.site} held a question, of {len(seen)} that were read: begin at a list of questions,"
            f" or see why with qa-scraper explain {options.site}"
        )
    settings = run_settings(given, lambda message: None)
    # The first and the last: sites differ more between their ends than between neighbours.
    chosen = list(dict.fromkeys((addresses[0], addresses[-1])))[:_SAMPLES]
    fetched = fetch_pages(chosen, allow_private=options.allow_private, settings=settings)
    samples = [SamplePage(canonical_url(page.url), page.body) for page in fetched if isinstance(page, Fetched)]
    samples = [sample for sample in samples if _has_question(sample)]
    if not samples:
        reasons = "; ".join(page.reason for page in fetched if not isinstance(page, Fetched))
        raise InputError(
            f"no question page of {options.site} can be had as a fixture now: {reasons or 'try again later'}"
        )
    return Known(tuple(starts), tuple(seen), tuple(samples))


def learn_from_files(paths: Sequence[str], url: str | None) -> Known:
    """What saved question pages tell. *url*: the address of the first one, where it does not name its own.

    Raises InputError for a file that cannot be read, holds no question, or whose address nobody knows.
    """
    samples = []
    for path in paths:
        try:
            body = Path(path).read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
        address = _own_address(body) or (url if path == paths[0] else None)
        if address is None:
            raise InputError(f"{path} does not say its own address (link rel=canonical): name it with --url")
        sample = SamplePage(canonical_url(address), body)
        if not _has_question(sample):
            raise InputError(f"{path} holds no question: see why with qa-scraper explain {path}")
        samples.append(sample)
    start = page_address(samples[0].url, "/")
    assert start is not None  # every page has one
    return Known((start,), tuple(SeenPage(sample.url, has_question=True) for sample in samples), tuple(samples))


def write_site(known: Known, name: str | None, folder: Path) -> SiteDraft:
    """Writes module, fixtures and test of a site into the project's *folder*; *name*: made of its host where None.

    Raises InputError where there is such a site already, or the folder cannot be written.
    """
    chosen = name or site_name(known.start_urls[0]).replace(".", "-")
    draft = draft_site(chosen, known.start_urls, known.seen, known.samples)
    taken = [path for path in draft.files if (folder / path).exists()]
    if chosen in known_sites() or taken:
        what = f" ({taken[0]})" if taken else ""
        raise InputError(f"there is a site {chosen!r} already{what}: choose another --name, or take it away")
    try:
        for path, content in draft.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    except OSError as error:
        raise InputError(f"cannot write into {folder}: {error.strerror or error}") from None
    return draft


def _in_ledger(path: Path) -> tuple[list[SeenPage], list[str], list[str]]:
    """Pages seen, addresses of questions, and start URLs in the ledger at *path*."""
    rows, starts = read_ledger(path, lambda ledger: (ledger.seen_pages(_MOST_LEARNED_FROM), ledger.start_urls())) or (
        [],
        [],
    )
    seen = [SeenPage(key, has, leads) for key, _, has, leads in rows]
    return seen, [address for _, address, has, _ in rows if has], starts


def _crawl(options: CrawlOptions) -> None:
    """Crawls some pages. A process has one event loop, and ours is needed for the samples."""
    words = ["crawl", options.site, "--output", str(options.output), "--limit", str(options.limit or PAGES)]
    words += [word for setting in options.settings for word in ("-s", setting)]
    words += ["--allow-private"] if options.allow_private else []
    done = subprocess.run([sys.executable, "-m", "qa_scraper", *words], stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in {0, 3, 4}:
        raise InputError(f"{options.site} cannot be crawled (exit code {done.returncode}); see the lines above")


def _has_question(sample: SamplePage) -> bool:
    page = Page.from_bytes(sample.body, url=sample.url, content_type="text/html")
    return not isinstance(page_records(page, Provenance()), NoQuestion)


def _own_address(body: bytes) -> str | None:
    page = Page.from_bytes(body, content_type="text/html")
    said = str(_OWN_ADDRESS(page.tree)) if page.tree is not None else ""
    return page_address(said, said) if said else None
