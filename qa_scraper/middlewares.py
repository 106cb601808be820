"""Where the crawl meets Scrapy's engine: outcomes of pages (spider middleware), robots.txt (downloader middleware)."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from qa_scraper.crawl import Crawl
from qa_scraper.crawl_values import Lease
from qa_scraper.exceptions import RobotsDenied, RobotsUnreachable, UnusableResponse
from qa_scraper.outcomes import Whole, describe
from qa_scraper.refresh import REDIRECT_STATUS, RetryPolicy, retry_after
from qa_scraper.scheduler import current_crawl
from qa_scraper.urls import host_of, page_address

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

logger = logging.getLogger(__name__)


class LedgerMiddleware:
    """Commits a page when its callback is done and each of its records has come back from the pipelines.

    Stands outside all other spider middlewares. Scrapy hands every Request of a callback to the engine at once and has
    no signal for the end of a page, so this drains the callback, keeps its Requests for the ledger and counts its
    records back in. Responses to requests without a lease pass through untouched.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self._came_back, signals.item_scraped)
        crawler.signals.connect(self._came_back, signals.item_dropped)
        crawler.signals.connect(self._failed, signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make it."""
        return cls(crawler)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Marks the requests of a start; Scrapy's middleware for it looks at each page's output too, and so is off."""
        async for request in start:
            if isinstance(request, Request):
                request.meta.setdefault("is_start_request", True)
            yield request

    def process_spider_input(self, response: Response) -> None:
        """Lets whole pages through to the callback; all else goes to the errback. Raises UnusableResponse."""
        crawl, lease = self._lease(response)
        if crawl is not None and lease is not None and not isinstance(crawl.judge(lease, response), Whole):
            raise UnusableResponse(f"{response}: see the reason in the ledger")

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Passes the records on, keeps the Requests, and commits the page once all is known."""
        crawl, lease = self._lease(response)
        if crawl is None or lease is None or not isinstance(lease.verdict, Whole):
            # Not ours, or what the errback gave for a response that is no page: its outcome is in the ledger already.
            async for output in result:
                yield output
            return
        records = []
        try:
            async for output in result:
                if isinstance(output, Request):
                    lease.found += crawl.found_on(lease, [output.url])
                else:
                    records.append(output)
        except Exception as error:
            lease.failure = f"the spider's callback failed: {describe(error)}"
            crawl.finish_page(lease)
            raise
        lease.no_question = response.meta.get("no_question", "no question found")
        lease.is_sitemap = bool(response.meta.get("is_sitemap"))
        lease.waiting_for = len(records)
        if not records:
            crawl.finish_page(lease)
        for record in records:
            yield record

    def _lease(self, response: Response | None) -> tuple[Crawl | None, Lease | None]:
        if response is None or response.request is None:
            return None, None
        lease = response.request.meta.get("lease")
        return current_crawl(self.crawler), lease if isinstance(lease, Lease) else None

    def _came_back(self, response: Response | None) -> None:
        crawl, lease = self._lease(response)
        if crawl is None or lease is None:
            return
        lease.waiting_for -= 1
        if lease.waiting_for == 0:
            crawl.finish_page(lease)

    def _failed(self, failure: Failure, response: Response | None) -> None:
        _, lease = self._lease(response)
        if lease is not None:
            lease.failure = f"a pipeline failed on its record: {describe(failure.value)}"
        self._came_back(response)


_MAX_ROBOTS_BYTES: Final = 500 * 1024
_MAX_ROBOTS_REDIRECTS: Final = 5
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What a host's robots.txt says. ``unreachable``: why it could not be read (empty where it could)."""

    parser: Protego | None = None
    unreachable: str = ""


class RobotsMiddleware:
    """Obeys robots.txt to the letter of RFC 9309, where the setting ``ROBOTSTXT_OBEY`` says so.

    4xx: all allowed (§2.3.1.3). 5xx or no answer: nothing allowed (§2.3.1.4). At least five redirects are followed
    (§2.3.1.2), the first 500 KiB are read (§2.5). Crawl-delay, which the RFC leaves open, is kept.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self.crawler = crawler
        self.user_agent: str = crawler.settings.get("ROBOTSTXT_USER_AGENT") or crawler.settings.get("USER_AGENT")
        self.policy = RetryPolicy(
            min(4, crawler.settings.getint("RETRY_TIMES") + 1), crawler.settings.getfloat("RETRY_BACKOFF")
        )
        self._rules: dict[str, asyncio.Task[RobotsRules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises RobotsDenied or RobotsUnreachable where the URL may not be fetched."""
        if request.meta.get("dont_obey_robotstxt") or not request.url.startswith(("http://", "https://")):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch_rules(origin))
        rules = await asyncio.shield(self._rules[origin])
        self._open_gate(request.url, rules)
        if rules.unreachable:
            raise RobotsUnreachable(
                f"{origin}/robots.txt cannot be read ({rules.unreachable}), so nothing there may be fetched"
            )
        if rules.parser is not None and not rules.parser.can_fetch(request.url, self.user_agent):
            raise RobotsDenied("robots.txt forbids it")

    def crawl_delay(self, url: str) -> float:
        """Seconds between two requests that the host of *url* asks for; 0 where it does not, or was not asked yet."""
        parts = urlsplit(url)
        task = self._rules.get(f"{parts.scheme}://{parts.netloc}")
        known = task is not None and task.done() and not task.cancelled() and task.exception() is None
        return self._delay_of(task.result()) if task is not None and known else 0.0

    def _delay_of(self, rules: RobotsRules) -> float:
        return float((rules.parser.crawl_delay(self.user_agent) if rules.parser else None) or 0.0)

    def _open_gate(self, url: str, rules: RobotsRules) -> None:
        crawl = current_crawl(self.crawler)
        if crawl is None:
            return
        gate = crawl.gates.of(host_of(url))
        if not gate.rules_known:
            gate.rules_known = True
            gate.crawl_delay = self._delay_of(rules)

    async def _fetch_rules(self, origin: str) -> RobotsRules:
        reason = ""
        for tries_made in range(1, self.policy.tries + 1):
            try:
                response = await self._fetch(f"{origin}/robots.txt")
            except IgnoreRequest as error:
                return RobotsRules(unreachable=describe(error))
            except Exception as error:  # noqa: BLE001 - whatever the downloader raises, the file was not reached
                reason, wait = describe(error), 0.0
            else:
                if response.status < 400:
                    return RobotsRules(self._parsed(response, origin))
                if response.status < 500 and response.status != 429:
                    return RobotsRules()
                reason = f"HTTP {response.status}"
                wait = self._asked_pause(origin, response)
                if wait > self.crawler.settings.getfloat("RETRY_WAIT_MAX"):
                    return RobotsRules(unreachable=f"{reason}, it asks for {wait:.0f} seconds of pause")
            if tries_made < self.policy.tries:
                await asyncio.sleep(max(self.policy.wait(tries_made, random.random()), wait))
        return RobotsRules(unreachable=reason)

    def _asked_pause(self, origin: str, response: Response) -> float:
        """Seconds for which the host of robots.txt wants to be left alone, by the ledger's leave also in later runs."""
        now = time.time()
        until = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), now)
        crawl = current_crawl(self.crawler)
        if until is not None and crawl is not None:
            crawl.pause_host(host_of(origin), until)
        return max(0.0, (until or now) - now)

    async def _fetch(self, url: str) -> Response:
        """The response to a request for robots.txt after its redirects; the last one where there are too many."""
        for _ in range(_MAX_ROBOTS_REDIRECTS + 1):
            request = Request(url, callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True})
            response = await self.crawler.engine.download_async(request)
            location = (response.headers.get("Location") or b"").decode("utf-8", "replace")
            target = page_address(url, location) if response.status in REDIRECT_STATUS and location else None
            if target is None:
                return response
            url = target
        return response.replace(status=404)

    def _parsed(self, response: Response, origin: str) -> Protego:
        text = response.body[:_MAX_ROBOTS_BYTES].decode("utf-8", "replace").removeprefix(_BOM)
        parser = Protego.parse(text)
        crawl = current_crawl(self.crawler)
        if crawl is not None:
            addresses = (page_address(origin + "/", sitemap) for sitemap in parser.sitemaps)
            crawl.note_urls(found for found in map(crawl.links.found, filter(None, addresses)) if found)
        return parser
