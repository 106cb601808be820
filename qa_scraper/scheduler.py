"""Scrapy's scheduler with the ledger as its queue. Adapts; what to fetch is decided in ``crawl``.

Requests of spiders without a ``Site`` (``scrapy shell``) and requests with a callback of their own (``scrapy parse``)
take Scrapy's ordinary way.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler

from qa_scraper.crawl import Crawl
from qa_scraper.ending import close
from qa_scraper.errors import SiteBusy
from qa_scraper.ledger_file import LedgerError
from qa_scraper.site import Site
from qa_scraper.urls import host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

logger = logging.getLogger(__name__)


class LedgerScheduler(Scheduler):
    """Scrapy's scheduler, with the ledger as its queue for the pages of a site.

    Where the ledger cannot be had, the error stands at ``spider.refusal``, and the spider does not start.
    """

    crawl: Crawl | None = None

    def open(self, spider: Spider) -> Deferred[None] | None:
        """Opens the ledger of the spider's site; a spider without one gets Scrapy's own queues only."""
        site = getattr(spider, "site", None)
        # "scrapy parse" and "scrapy check" put a start of their own into the spider: they crawl nothing.
        crawls = not type(spider).start.__module__.startswith("scrapy.commands")
        if isinstance(site, Site) and self.crawler is not None and crawls:
            try:
                self.crawl = Crawl(self.crawler, site)
            except (LedgerError, SiteBusy) as error:
                logger.error(str(error))
                spider.refusal = error  # type: ignore[attr-defined]
                return super().open(spider)
            start_urls: list[str] = getattr(spider, "start_urls", [])
            if not start_urls:
                for address in self.crawl.ledger.start_urls():
                    self.crawl.links.take_host(host_of(address))
            self.crawl.count_open(start_urls)
        return super().open(spider)

    def close(self, reason: str) -> Deferred[None] | None:
        """Ends the run: publishes, and leaves its summary at ``spider.summary``."""
        if self.crawl is not None:
            self.spider.summary = close(self.crawl, reason)  # type: ignore[attr-defined]
        return super().close(reason)

    def enqueue_request(self, request: Request) -> bool:
        """Takes a start URL or a redirect into the ledger's care; anything else goes Scrapy's way."""
        if self.crawl is None:
            return super().enqueue_request(request)
        if "lease" in request.meta:
            self.crawl.send_next(request)
            return True
        if request.meta.get("wake_up"):
            return True
        if request.meta.get("is_start_request") and request.callback is None and request.method == "GET":
            self.crawl.add_start_url(request.url)
            return True
        return super().enqueue_request(request)

    def next_request(self) -> Request | None:
        """The next request: Scrapy's own queue first (it is empty in a crawl), then what is due in the ledger."""
        request = super().next_request()
        if request is not None or self.crawl is None:
            return request
        try:
            return self.crawl.next_request(self.spider)
        except sqlite3.Error as error:  # the engine would log it, and ask for ever
            self.crawl.ledger_failed(error)
            return None

    def has_pending_requests(self) -> bool:
        """Whether the engine is to wait for more."""
        if super().has_pending_requests():
            return True
        try:
            return self.crawl is not None and self.crawl.has_pending()
        except sqlite3.Error as error:
            assert self.crawl is not None
            self.crawl.ledger_failed(error)
            return False


def current_crawl(crawler: Crawler) -> Crawl | None:
    """The run that *crawler* is doing, None for a spider without a site."""
    scheduler = crawler.engine.scheduler
    return scheduler.crawl if isinstance(scheduler, LedgerScheduler) else None
