"""Stock Scrapy that only downloads: nothing is parsed, no link is followed; what to fetch stands in a list."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

# The defaults, but for what every contender has (no pause, 16 requests at once, no log of each page) and what nobody
# leaves on in a crawl that is to be fast (consoles to look into it).
SETTINGS: dict[str, Any] = {
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "INFO",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}


class DownloadSpider(scrapy.Spider):
    name = "download"

    def __init__(self, urls: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.urls:
            yield scrapy.Request(url)

    def parse(self, response: scrapy.http.Response, **kwargs: Any) -> Iterator[None]:
        yield from ()


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(DownloadSpider, urls=Path(sys.argv[3]).read_text("utf-8").split())
    process.start()
