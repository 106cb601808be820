"""Fetches a few single pages in this process, as politely and as guarded as a crawl: no ledger, no site, no records."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from qa_scraper import __version__
from qa_scraper.middlewares import RobotsMiddleware
from qa_scraper.outcomes import describe, redirect_address
from qa_scraper.refresh import MAX_REDIRECTS, REDIRECT_STATUS
from qa_scraper.text import printable
from qa_scraper.urls import host_of, page_address

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings, Settings

_PAUSE: Final = 1.0  # seconds between two requests to a host, as for a site that declares nothing else


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that came. ``asked``: the URL as given; ``url``: the one that answered, after redirects.

    ``status``: its HTTP status (200 to 299); ``body``: its bytes, decompressed; ``content_type`` and
    ``content_language``: those headers, None where they were not sent.
    """

    asked: str
    url: str
    status: int
    body: bytes
    content_type: str | None = None
    content_language: str | None = None


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A page that did not come. ``url``: as given; ``reason``: why, in words for a person, on one line."""

    url: str
    reason: str


def fetch_pages(urls: Iterable[str], *, allow_private: bool, settings: Settings) -> list[Fetched | NotFetched]:
    """Fetches each of *urls*, one after the other, and tells in the same order what came of it.

    robots.txt (with Crawl-delay), DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT and CONTACT_URL hold as in a crawl; at most ten
    redirects are followed, each asked for like a page of its own. Private addresses are refused unless *allow_private*
    or the settings allow them. *settings* are the project's (``options.project_settings``), they are not changed.

    Nothing that a server does is raised. It can be called once in a process, for an event loop that has ended does not
    begin again: name all URLs in one call.
    """
    from scrapy.crawler import AsyncCrawlerProcess

    own = settings.copy()
    own.setdict({"LOG_ENABLED": False, "LOG_FILE": None, "EXTENSIONS": {}, "ITEM_PIPELINES": {}}, priority="cmdline")
    if allow_private:
        own.set("ALLOW_PRIVATE_ADDRESSES", True, priority="cmdline")
    process = AsyncCrawlerProcess(own)
    outcomes: list[Fetched | NotFetched] = []
    task = process.crawl(_PageSpider, urls=list(urls), outcomes=outcomes)
    process.start(install_signal_handlers=False)
    if task.done() and not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return outcomes


class _PageSpider(Spider):
    """Downloads the pages while it starts; nothing ever goes through the scheduler or a callback."""

    name = "single-pages"

    def __init__(self, urls: list[str], outcomes: list[Fetched | NotFetched], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls
        self.outcomes = outcomes
        self.last_sent: dict[str, float] = {}

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The politeness of a site that declares none, and the User-Agent with its contact address; ``-s`` wins."""
        super().update_settings(settings)
        contact = settings.get("CONTACT_URL")
        settings.set("DOWNLOAD_DELAY", _PAUSE, priority="spider")
        if contact:
            settings.set("USER_AGENT", f"qa-scraper/{__version__} (+{contact})", priority="spider")

    async def start(self) -> AsyncIterator[Request]:
        """Downloads all pages; gives no request."""
        for url in self.urls:
            self.outcomes.append(await self._outcome(url))
        return
        yield

    async def _outcome(self, url: str) -> Fetched | NotFetched:
        reason = _not_a_page(url)
        if reason:
            return NotFetched(url, reason)
        try:
            return await self._fetch(url, page_address(url, url) or url)
        except IgnoreRequest as error:  # ours: each is a sentence
            return NotFetched(url, printable(str(error)))
        except Exception as error:  # noqa: BLE001 - whatever the downloader raises, the page did not come
            return NotFetched(url, describe(error))

    async def _fetch(self, asked: str, address: str) -> Fetched | NotFetched:
        seen: list[str] = []
        while address not in seen and len(seen) <= MAX_REDIRECTS:
            response = await self._download(address)
            if response.status not in REDIRECT_STATUS:
                return _fetched(asked, response)
            target = redirect_address(response)
            if target is None:
                return NotFetched(asked, f"HTTP {response.status}, a redirect that leads to no web page")
            seen.append(address)
            address = target
        return NotFetched(asked, f"a redirect loop, or more than {MAX_REDIRECTS} redirects: {printable(address)}")

    async def _download(self, address: str) -> Response:
        """One response. Raises IgnoreRequest where the host asks for a longer pause than anyone would wait."""
        host = host_of(address)
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        pause = robots.crawl_delay(address) if robots is not None else 0.0
        if pause > self.settings.getfloat("RETRY_WAIT_MAX"):
            raise IgnoreRequest(f"robots.txt of {host} asks for {pause:.0f} seconds between two pages")
        if host in self.last_sent:
            await asyncio.sleep(max(0.0, self.last_sent[host] + pause - time.monotonic()))
        engine = self.crawler.engine
        assert engine is not None
        response = await engine.download_async(Request(address, callback=NO_CALLBACK))
        self.last_sent[host] = time.monotonic()
        return response


def _not_a_page(url: str) -> str:
    """Why *url* is never asked for, empty where it is; what its host's address is, the download handler looks at."""
    if page_address(url, url) is None or any(c.isspace() for c in url):
        return f"{printable(url)!r} is no address of a web page: write it like https://example.org/page"
    if "@" in url.partition("://")[2].partition("/")[0]:
        return (
            "the URL holds a user name or password: leave it out, and give"
            ' -s \'DEFAULT_REQUEST_HEADERS={"Authorization": "Basic …"}\' if the site needs it'
        )
    return ""


def _fetched(asked: str, response: Response) -> Fetched | NotFetched:
    if not 200 <= response.status < 300:
        return NotFetched(asked, f"HTTP {response.status}")
    kind, language = response.headers.get("Content-Type"), response.headers.get("Content-Language")
    return Fetched(
        asked,
        response.url,
        response.status,
        response.body,
        kind.decode("latin-1") if kind else None,
        language.decode("latin-1") if language else None,
    )
