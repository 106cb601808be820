"""A Scrapy extension: whatever pages and libraries say, no log line has a character that a terminal would obey."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.utils.log import get_scrapy_root_handler

from qa_scraper.text import printable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class PlainFormatter(logging.Formatter):
    """Formats as Scrapy does, with a blank for each control character."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of *record*, those of its traceback included."""
        return "\n".join(map(printable, super().format(record).split("\n")))


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
