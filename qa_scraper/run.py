"""Runs a crawl of a site inside this process: settings, checks of what the user gave, start and end."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from qa_scraper.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from scrapy.crawler import Crawler
    from scrapy.settings import Settings

    from qa_scraper.crawl_values import Progress, RunSummary
    from qa_scraper.site import Site

LOG_NAME: Final = "crawl.log"


class Display(Protocol):
    """Shows a run while it goes on."""

    def showing(self, progress: Callable[[], Progress | None]) -> AbstractContextManager[None]:
        """A context in which what *progress* gives is shown; it gives None before the run began."""


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What the user asked for. ``settings``: ``NAME=VALUE`` texts, which win over the site's own settings."""

    site: str
    start_urls: tuple[str, ...] = ()
    output: Path = Path("output")
    limit: int = 0
    settings: tuple[str, ...] = ()
    allow_private: bool = False


def project_settings() -> Settings:
    """The project's Scrapy settings, whatever the current folder is."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("qa_scraper.settings", priority="project")
    return settings


def known_sites(settings: Settings | None = None) -> dict[str, Site]:
    """All sites by name."""
    from scrapy.spiderloader import SpiderLoader

    loader = SpiderLoader.from_settings(settings or project_settings())
    spiders = (loader.load(name) for name in sorted(loader.list()))
    return {spider.name: spider.site for spider in spiders if hasattr(spider, "site")}


def find_site(name: str, settings: Settings | None = None) -> Site:
    """The site called *name*. Raises InputError with the nearest name where there is none."""
    sites = known_sites(settings)
    if name in sites:
        return sites[name]
    near = difflib.get_close_matches(name, sites, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known sites: {', '.join(sites)}."
    raise InputError(f"there is no site {name!r}.{hint}")


def crawl(options: CrawlOptions, display: Display) -> RunSummary:
    """Crawls, showing the run on *display*, and gives its summary.

    Raises InputError for options that cannot be used, LedgerError for a ledger that cannot be opened, and RuntimeError
    where the run ended without a summary.
    """
    from qa_scraper.crawl import LEDGER

    settings = _settings(options)
    site = find_site(options.site, settings)
    for url in options.start_urls:
        _check_start_url(url, allow_private=settings.getbool("ALLOW_PRIVATE_ADDRESSES") or site.private)
    if not options.start_urls and not site.start_urls and not (options.output / site.name / LEDGER).exists():
        raise InputError(f"the site {site.name!r} names no start URL: give one with --start-url https://…")
    _check_writable(Path(settings["OUTPUT_DIR"]) / site.name)

    from scrapy.crawler import AsyncCrawlerProcess

    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(site.name)
    arguments = {"start_url": " ".join(options.start_urls)} if options.start_urls else {}
    task = process.crawl(crawler, **arguments)
    with display.showing(lambda: _progress(crawler)):
        process.start()
    if not task.done() or task.cancelled():
        raise RuntimeError("the run was ended before its pages in hand were finished; run it again to go on")
    error = task.exception()
    if error is not None:
        raise error
    summary: RunSummary | None = getattr(crawler.spider, "summary", None)
    if summary is None:
        raise RuntimeError(f"the run ended without a summary: see {settings['LOG_FILE']}")
    return summary


def _settings(options: CrawlOptions) -> Settings:
    settings = project_settings()
    given = dict(_name_and_value(text) for text in options.settings)
    log_file = options.output / options.site / LOG_NAME
    ours: dict[str, object] = {
        "OUTPUT_DIR": str(options.output),
        "LOG_FILE": str(log_file),
        "PAGE_LIMIT": options.limit,
    }
    if options.allow_private:
        ours["ALLOW_PRIVATE_ADDRESSES"] = True
    for name, value in given.items():
        _check_setting(name, value, settings.get(name))
    settings.setdict({**ours, **given}, priority="cmdline")
    return settings


def _check_setting(name: str, value: str, default: object) -> None:
    """Raises InputError for a value that the setting *name*, whose default is *default*, cannot have."""
    from scrapy.settings import BaseSettings

    from qa_scraper.clock import Clock

    try:
        if name == "FIXED_CLOCK":
            Clock.from_setting(value)
        elif isinstance(default, bool):
            BaseSettings({name: value}).getbool(name)
        elif isinstance(default, int | float):
            float(value)
    except ValueError as error:
        raise InputError(f"-s {name}={value} cannot be used: {error}") from None


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(f"-s {text!r} is no setting: write it as NAME=VALUE, for example -s DOWNLOAD_DELAY=2")
    return name.strip(), value


def _check_start_url(url: str, *, allow_private: bool) -> None:
    from qa_scraper.download import is_ip_address, is_public

    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise InputError(f"--start-url {url!r} cannot be read: {error}") from None
    if parts.scheme not in {"http", "https"} or "://" not in url:
        raise InputError(f"--start-url {url!r} has no scheme that can be crawled: begin it with https:// or http://")
    if not host:
        raise InputError(f"--start-url {url!r} names no host: write it like https://example.org/")
    private = host == "localhost" or host.endswith(".localhost") or (is_ip_address(host) and not is_public(host))
    if private and not allow_private:
        raise InputError(f"{host} is a private or loopback address; if that is meant, add --allow-private")


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the output folder {folder}: {error.strerror or error}. Choose another with --output."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(
            f"the output folder {folder} cannot be written. Choose another with --output, or change its mode."
        )


def _progress(crawler: Crawler) -> Progress | None:
    """What the run has counted so far; None before it began and after it ended."""
    from qa_scraper.scheduler import current_crawl

    try:
        run = current_crawl(crawler)
    except RuntimeError:  # Scrapy makes the engine when the crawl starts
        return None
    return None if run is None else run.progress


def publish_site(name: str, output: Path) -> tuple[Path, int]:
    """Publishes what the ledger of a site holds. Gives the snapshot's path and its number of records.

    Raises InputError where the site was never crawled, LedgerError or OSError where ledger or folder cannot be used.
    """
    from qa_scraper.crawl import LEDGER
    from qa_scraper.ledger import Ledger
    from qa_scraper.publish import SNAPSHOT, publish

    folder = output / find_site(name).name
    if not (folder / LEDGER).exists():
        raise InputError(f"there is no ledger in {folder}: crawl the site first (qa-scraper crawl {name})")
    ledger = Ledger(folder / LEDGER)
    try:
        return folder / SNAPSHOT, publish(ledger, folder)
    finally:
        ledger.close()
