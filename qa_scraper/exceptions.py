"""Who raises what. Every message says what happened, where, and what to do next."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from qa_scraper.errors import InputError, SiteBusy

__all__ = [
    "InputError",
    "NotAskedNow",
    "PrivateAddress",
    "RobotsDenied",
    "RobotsUnreachable",
    "SiteBusy",
    "UnusableResponse",
]


class RobotsDenied(IgnoreRequest):
    """robots.txt forbids the URL; raised by ``RobotsMiddleware``. No gap: the site does not want it read."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be read, so that nothing of the host may be (RFC 9309 §2.3.1.4); by ``RobotsMiddleware``."""


class NotAskedNow(IgnoreRequest):
    """The request was held back: its host asked for a pause, or the run is ending; raised by the download handler."""


class PrivateAddress(IgnoreRequest):
    """The host's address is private or loopback and such targets are not allowed; raised by the download handler."""


class UnusableResponse(Exception):
    """The response holds no page to extract; raised by ``LedgerMiddleware``, handled by ``Crawl.on_failure``."""
