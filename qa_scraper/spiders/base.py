"""The base spider: every page is extracted, every link goes to the ledger, which decides what is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number

from qa_scraper import __version__
from qa_scraper.clock import Clock
from qa_scraper.crawl_values import RunSummary
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance
from qa_scraper.readers import Readers
from qa_scraper.reading import ReadPage, read_response
from qa_scraper.scheduler import current_crawl
from qa_scraper.site import Site
from qa_scraper.urls import canonical_url, page_address

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


_LINKS_AT_ONCE: Final = 250
_LINKS_WITH_PAGE: Final = 5_000


class SiteSpider(Spider):
    """A spider over one ``Site``. Spider argument ``start_url``: where to begin, several parted by white space."""

    site: ClassVar[Site]
    summary: RunSummary | None = None
    readers: Readers
    refusal: Exception | None = None  # why the scheduler could not open the ledger

    def __init__(self, name: str | None = None, start_url: str = "", **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.start_urls = start_url.split() or list(self.site.start_urls)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "site" in cls.__dict__:
            cls.name = cls.site.name

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make it; its readers end with it."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.readers = Readers(crawler.settings.getint("WORKERS"))
        crawler.signals.connect(spider.begin_reading, signals.spider_opened)
        crawler.signals.connect(spider.readers.close, signals.spider_closed)
        return spider

    def begin_reading(self) -> None:
        """Begins what reads pages, where there will be some: a refresh may find nothing that is to be read."""
        if self.refusal is None and self.settings["RUN_KIND"] == "crawl":
            self.readers.begin()

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The site's own settings, which ``-s`` overrides, and the User-Agent with its contact address."""
        super().update_settings(settings)
        settings.setdict(cls.site.settings(), priority="spider")
        contact = settings.get("CONTACT_URL")
        settings.set(
            "USER_AGENT",
            f"qa-scraper/{__version__}" + (f" (+{contact})" if contact else ""),
            priority="spider",
        )

    async def start(self) -> AsyncIterator[Request]:
        """The start URLs; without any, the run goes on with what the ledger knows.

        Raises CloseSpider where it knows none, and for a start URL that is none.
        """
        if self.refusal is not None:
            raise CloseSpider("refused")
        crawl = current_crawl(self.crawler)
        if not self.start_urls and (crawl is None or not crawl.hosts):
            self.refuse(f"{self.name}: no start URL: give -a start_url=https://… (qa-scraper crawl: --start-url)")
        for url in self.start_urls:
            if page_address(url, url) is None:
                self.refuse(f"the start URL {url!r} leads to no web page: write it like https://example.org/")
            yield Request(url, dont_filter=True)

    def refuse(self, message: str) -> NoReturn:
        """Ends the run before it began. Raises CloseSpider; *message* is for the user, and stands in the summary."""
        crawl = current_crawl(self.crawler)
        if crawl is not None:
            crawl.error = message
        self.logger.error(message)
        raise CloseSpider("refused")

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Record | Request]:
        """Gives the records of a page and a Request for each page that it links to."""
        body, content_type = response.body, _header(response, "Content-Type")
        if gzip_magic_number(response):  # a sitemap.xml.gz; compressed responses were opened by Scrapy already
            body, content_type = gunzip(body, max_size=self.settings.getint("DOWNLOAD_MAXSIZE")), "application/xml"
        key = canonical_url(response.url)
        read = partial(
            read_response,
            body,
            url=response.url,
            content_type=content_type,
            content_language=_header(response, "Content-Language"),
            provenance=self._provenance(response, key),
            layouts=self.site.layouts,
            may_be_question=self.site.may_be_question(key),
        )
        found = await self.readers.read(len(body), read)
        self._count(found, response)
        if found.reason:
            response.meta["no_question"] = found.reason
        if found.lastmods is not None:
            response.meta["is_sitemap"] = True
        lease = response.meta.get("lease")
        if lease is not None:
            lease.valid.update(found.valid)
        for record in found.records:
            yield record
        crawl = current_crawl(self.crawler)
        if crawl is None or lease is None:  # scrapy parse, scrapy shell
            for address in found.addresses:
                yield Request(address)
            return
        for begin in range(0, len(found.addresses), _LINKS_AT_ONCE):
            if begin:
                await asyncio.sleep(0)  # the loop takes its turn
            links = crawl.found_on(lease, found.addresses[begin : begin + _LINKS_AT_ONCE], found.lastmods)
            # The first of a page's go into the ledger with it; all 50,000 of a sitemap in one transaction would hold
            # the loop for seconds. What is noted early harms nothing: after a crash the page is read again.
            if begin < _LINKS_WITH_PAGE:
                lease.found += links
            else:
                crawl.note_urls(links)

    def _count(self, found: ReadPage, response: Response) -> None:
        self.crawler.stats.inc_value("links/not_pages", found.not_pages)
        if found.left_out:
            self.crawler.stats.inc_value("links/left_out", found.left_out)
            self.logger.warning("%s: %d links left out: more than a page may have", response, found.left_out)
        if found.encoding_doubt:
            self.crawler.stats.inc_value("pages/encoding_in_doubt")
            self.logger.info("%s: encoding in doubt: %s", response, found.encoding_doubt)

    def _provenance(self, response: Response, key: str) -> Provenance:
        crawl = current_crawl(self.crawler)
        return Provenance(
            site=self.site.name,
            fetched_at=(crawl.clock if crawl is not None else Clock()).stamp(),
            http_status=response.status,
            own_id=self.site.own_id(key),
        )


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
