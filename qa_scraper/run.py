"""Runs a crawl of a site inside this process, from its options to its summary."""

from __future__ import annotations

import difflib
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qa_scraper import garbage
from qa_scraper.errors import InputError
from qa_scraper.interrupts import INTERRUPTS
from qa_scraper.options import CrawlOptions, check_output, check_start_url, named, project_settings, run_settings
from qa_scraper.urls import is_site_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from qa_scraper.crawl import Crawl
    from qa_scraper.crawl_values import Progress, RunSummary
    from qa_scraper.site import Site
    from qa_scraper.spiders.base import SiteSpider


class Display(Protocol):
    """Shows a run while it goes on."""

    def showing(self, progress: Callable[[], Progress | None]) -> AbstractContextManager[None]:
        """A context in which what *progress* gives is shown; it gives None before the run began."""

    def warn(self, message: str) -> None:
        """Tells of something that does not keep the run from going on."""


def known_sites(settings: Settings | None = None) -> dict[str, Site]:
    """All sites that have a module of their own, by name."""
    from scrapy.spiderloader import SpiderLoader

    loader = SpiderLoader.from_settings(settings or project_settings())
    spiders = (loader.load(name) for name in sorted(loader.list()))
    return {spider.name: spider.site for spider in spiders if hasattr(spider, "site") and not spider.site.explores}


def find_site(name: str, settings: Settings | None = None) -> Site:
    """The site called *name*, or the one without a module at the host *name*. Raises InputError where there is none."""
    return find_spider(name, settings).site


def find_spider(name: str, settings: Settings | None = None) -> type[SiteSpider]:
    """The spider of the site *name*: that of its module, or of any site at the host *name* (``forum.example.org``).

    Raises InputError with the nearest name where it is neither.
    """
    from scrapy.spiderloader import SpiderLoader

    from qa_scraper.spiders.any import spider_called
    from qa_scraper.spiders.base import SiteSpider

    loader = SpiderLoader.from_settings(settings or project_settings())
    if name in loader.list():
        spider = loader.load(name)
        if not issubclass(spider, SiteSpider):
            raise InputError(f"the spider {name!r} is no SiteSpider: run it with scrapy crawl {name}")
        return spider
    if is_site_name(name):
        return spider_called(name)
    sites = known_sites(settings)
    near = difflib.get_close_matches(name, sites, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known sites: {', '.join(sites)}."
    raise InputError(f"there is no site {name!r}.{hint} Any other site is crawled by its address: https://…")


def crawl(options: CrawlOptions, display: Display) -> RunSummary:
    """Crawls, showing the run on *display*, and gives its summary.

    Raises InputError for options that cannot be used, SiteBusy where another run holds the site, LedgerError for a
    ledger that cannot be opened, and RuntimeError where the disk does not let it begin, or it ended without a summary.
    """
    from qa_scraper.ledger_format import LEDGER

    options = named(options)
    settings = run_settings(options, display.warn)
    spider = find_spider(options.site, settings)
    site = spider.site
    for url in options.start_urls:
        check_start_url(url, allow_private=settings.getbool("ALLOW_PRIVATE_ADDRESSES") or site.private)
    folder = Path(settings["OUTPUT_DIR"]) / site.name
    if not options.start_urls and not site.start_urls and not (folder / LEDGER).exists():
        if site.explores:
            raise InputError(
                f"{site.name} was not crawled yet: give its address (qa-scraper crawl https://{site.name}/)"
            )
        raise InputError(f"the site {site.name!r} names no start URL: give one with --start-url https://…")
    check_output(folder, Path(settings["LOG_FILE"]) if settings["LOG_FILE"] else None)

    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    logging.raiseExceptions = False  # a log that cannot be written must not fill the terminal with tracebacks
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    arguments = {"start_url": " ".join(options.start_urls)} if options.start_urls else {}

    def stop_if_asked() -> None:
        run = _current(crawler)
        if run is not None and INTERRUPTS.received is not None:
            run.stop("a signal")

    from twisted.internet import reactor

    crawler.signals.connect(stop_if_asked, signals.spider_opened, weak=False)
    task = process.crawl(crawler, **arguments)
    INTERRUPTS.listen(lambda: reactor.callFromThread(stop_if_asked))
    garbage.spare_what_is_loaded()
    with display.showing(lambda: _progress(crawler)):
        process.start(install_signal_handlers=False)
    error = task.exception() if task.done() and not task.cancelled() else None
    if isinstance(error, OSError | sqlite3.Error):
        raise RuntimeError(  # noqa: TRY004
            f"the run cannot start in {folder}: {error}. Free some space or mend the disk, then run again."
        ) from error
    if error is not None:
        if options.settings:
            raise InputError(f"the run cannot start with these settings (-s {' -s '.join(options.settings)}): {error}")
        raise error
    refusal: Exception | None = getattr(crawler.spider, "refusal", None)
    if refusal is not None:
        raise refusal
    summary: RunSummary | None = getattr(crawler.spider, "summary", None)
    if summary is None:
        raise RuntimeError(f"the run ended without a summary: see {settings['LOG_FILE']}, and run it again to go on")
    return summary


def _current(crawler: Crawler) -> Crawl | None:
    """The run that *crawler* is doing; None before it began and after it ended."""
    from qa_scraper.scheduler import current_crawl

    try:
        return current_crawl(crawler)
    except RuntimeError:  # Scrapy makes the engine when the crawl starts
        return None


def _progress(crawler: Crawler) -> Progress | None:
    run = _current(crawler)
    return None if run is None else run.progress
