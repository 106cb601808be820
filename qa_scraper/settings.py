"""Scrapy settings of the project: safe, polite, and wired to the ledger. ``-s NAME=VALUE`` overrides each of them."""

from __future__ import annotations

import sys

from scrapy.settings import default_settings

from qa_scraper import __version__

BOT_NAME = "qa-scraper"
SPIDER_MODULES = ["qa_scraper.spiders"]
NEWSPIDER_MODULE = "qa_scraper.spiders"

# Ours
OUTPUT_DIR = "output"
CONTACT_URL = ""  # stands in the User-Agent, so that who runs the site can reach who runs the crawl
RUN_KIND = "crawl"  # what is due: crawl, refresh (and what lists show now), refresh-all (every page)
PAGE_LIMIT = 0  # pages a run may fetch, 0: no limit
RETRY_BACKOFF = 1.0  # seconds before the second try, doubled from try to try
RETRY_WAIT_MAX = 60.0  # seconds that a run waits for pages that are due later
BARREN_BUDGET = 200  # fetches that pages at like paths may take without anything new, 0: no limit
ALLOW_PRIVATE_ADDRESSES = False
WORKERS = 1  # processes of a run: from 2 on, all but one do nothing but read pages
FIXED_CLOCK = ""  # a time like 2026-01-31T08:00:00Z that records and ledger say, for reproducible output

# Who we are, and what we ask for
USER_AGENT = f"qa-scraper/{__version__}"
ROBOTSTXT_USER_AGENT = "qa-scraper"
ROBOTSTXT_OBEY = True
RETRY_TIMES = 5
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
HTTPERROR_ALLOW_ALL = True
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.1"}

# What nothing here uses is not in Scrapy's own lists of components: what is None in ours is imported all the same
_UNUSED = (
    "downloadermiddlewares.offsite",
    "downloadermiddlewares.robotstxt",
    "downloadermiddlewares.retry",
    "downloadermiddlewares.redirect",
    "downloadermiddlewares.cookies",
    "downloadermiddlewares.stats",  # writes out each request to count its bytes
    "spidermiddlewares",
    "extensions.throttle",
)


def _used(components: dict[str, int]) -> dict[str, int]:
    unused = tuple(f"scrapy.{module}." for module in _UNUSED)
    return {name: place for name, place in components.items() if not name.startswith(unused)}


DOWNLOADER_MIDDLEWARES_BASE = _used(default_settings.DOWNLOADER_MIDDLEWARES_BASE)
SPIDER_MIDDLEWARES_BASE = _used(default_settings.SPIDER_MIDDLEWARES_BASE)
EXTENSIONS_BASE = _used(default_settings.EXTENSIONS_BASE)

# What a page may not reach or start
EXTENSIONS = {"qa_scraper.plain_log.PlainLog": 0}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "qa_scraper.download.GuardedDownloadHandler",
    "https": "qa_scraper.download.GuardedDownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}

# Politeness: AutoThrottle, for runs in which most answers are 304 (AUTOTHROTTLE_* say whether and how)
EXTENSIONS |= {"qa_scraper.throttle.Throttle": 0}

# The loop: one place judges every outcome, the ledger is the queue
SCHEDULER = "qa_scraper.scheduler.LedgerScheduler"
SPIDER_MIDDLEWARES = {"qa_scraper.middlewares.LedgerMiddleware": 10}
DOWNLOADER_MIDDLEWARES = {"qa_scraper.middlewares.RobotsMiddleware": 100}
ITEM_PIPELINES = {
    "qa_scraper.pipelines.DatesPipeline": 50,
    "qa_scraper.pipelines.ValidatePipeline": 100,
    "qa_scraper.pipelines.DedupePipeline": 200,
    "qa_scraper.pipelines.CommitPipeline": 300,
    "qa_scraper.privacy_pipeline.PrivacyPipeline": 400,
}
CONCURRENT_ITEMS = 1  # Scrapy begins so many tasks for each page; what our pipelines do is done without waiting
CONCURRENT_REQUESTS = 16

# Feeds (-O, -o) hold the records of one run; a run without any leaves the old file alone
FEED_STORE_EMPTY = False
FEED_EXPORT_ENCODING = "utf-8"
FEED_STORAGES = {"": "qa_scraper.publish.AtomicFileStorage", "file": "qa_scraper.publish.AtomicFileStorage"}

LOG_LEVEL = "INFO"
LOG_FORMATTER = "qa_scraper.plain_log.ShortLog"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if sys.platform != "win32" else None
