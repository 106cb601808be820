"""A Scrapy extension: whatever pages and libraries say, no log line has a character that a terminal would obey."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.logformatter import LogFormatter
from scrapy.utils.log import get_scrapy_root_handler

from qa_scraper.text import printable

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult
    from twisted.python.failure import Failure


class PlainFormatter(logging.Formatter):
    """Formats as Scrapy does, with a blank for each control character."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of *record*, those of its traceback included."""
        return "\n".join(map(printable, super().format(record).split("\n")))


class ShortLog(LogFormatter):
    """Makes no line for each page and record where none is written: most of what a line costs is to be made."""

    # Scrapy's loggers let everything through: it is the handler that LOG_LEVEL belongs to.
    _writes_all = True

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make it."""
        formatter = cls()
        level = crawler.settings.get("LOG_LEVEL")
        formatter._writes_all = logging.getLevelNamesMapping().get(level, logging.DEBUG) <= logging.DEBUG
        return formatter

    def crawled(  # type: ignore[override]  # Scrapy takes None for "no line"
        self, request: Request, response: Response, spider: Spider
    ) -> LogFormatterResult | None:
        """The line of a page, None where the level is above DEBUG."""
        return super().crawled(request, response, spider) if self._writes_all else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """The line of a record, None where the level is above DEBUG."""
        return super().scraped(item, response, spider) if self._writes_all else None


class PlainLog:
    """Gives the handler of Scrapy's log its formatter; Scrapy makes that handler after the extensions."""

    def __init__(self, crawler: Crawler) -> None:
        self._settings = crawler.settings
        crawler.signals.connect(self._spider_opened, signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension, for the log of *crawler*."""
        return cls(crawler)

    def _spider_opened(self) -> None:
        handler = get_scrapy_root_handler()
        if handler is not None:
            handler.setFormatter(PlainFormatter(self._settings["LOG_FORMAT"], self._settings["LOG_DATEFORMAT"]))
