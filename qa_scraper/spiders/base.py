"""The base spider: every page is extracted, every link is followed; the ledger decides what is fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number

from qa_scraper import __version__
from qa_scraper.clock import Clock
from qa_scraper.crawl_values import RunSummary
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.scheduler import current_crawl
from qa_scraper.site import Site
from qa_scraper.urls import canonical_url, page_address

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class SiteSpider(Spider):
    """A spider over one ``Site``. Spider argument ``start_url``: where to begin, several parted by white space."""

    site: ClassVar[Site]
    summary: RunSummary | None = None
    refusal: Exception | None = None  # why the scheduler could not open the ledger

    def __init__(self, name: str | None = None, start_url: str = "", **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.start_urls = start_url.split() or list(self.site.start_urls)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "site" in cls.__dict__:
            cls.name = cls.site.name

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

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Record | Request]:
        """Gives the records of a page and a Request for each page that it links to."""
        body, content_type = response.body, _header(response, "Content-Type")
        if gzip_magic_number(response):  # a sitemap.xml.gz; compressed responses were opened by Scrapy already
            body, content_type = gunzip(body, max_size=self.settings.getint("DOWNLOAD_MAXSIZE")), "application/xml"
        page = Page.from_bytes(
            body,
            url=response.url,
            content_type=content_type,
            content_language=_header(response, "Content-Language"),
        )
        listed = page.sitemap_links()
        if listed is not None:
            response.meta["no_question"] = f"a sitemap of {len(listed)} URLs"
            yield from (Request(address) for address in listed)
            return
        if self.site.may_be_question(canonical_url(response.url)):
            found = page_records(page, self._provenance(response), self.site.layouts)
        else:
            found = NoQuestion("no question page by its URL (the site's question_url)")
        if isinstance(found, NoQuestion):
            response.meta["no_question"] = found.reason
        else:
            yield from found
        links = page.links()
        self.crawler.stats.inc_value("links/not_pages", links.not_pages)
        for address in links.pages:
            yield Request(address)

    def _provenance(self, response: Response) -> Provenance:
        crawl = current_crawl(self.crawler)
        return Provenance(
            site=self.site.name,
            fetched_at=(crawl.clock if crawl is not None else Clock()).stamp(),
            http_status=response.status,
            own_id=self.site.own_id(canonical_url(response.url)),
        )


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
