"""What a fetch came to. Every response and every failure is judged here, and nowhere else. Pure functions."""

from __future__ import annotations

import hashlib
import re
import string
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, UnsupportedURLSchemeError
from scrapy.http import Response

from qa_scraper.exceptions import NotAskedNow, PrivateAddress, RobotsDenied, RobotsUnreachable
from qa_scraper.ledger_values import DueUrl, Revisit
from qa_scraper.refresh import (
    GONE_STATUS,
    MAX_REDIRECTS,
    NOT_MODIFIED,
    REDIRECT_STATUS,
    Fate,
    RetryPolicy,
    State,
    after_failure,
    is_transient,
    retry_after,
)
from qa_scraper.text import printable
from qa_scraper.urls import canonical_url, page_address

_BELIEVED_AFTER: Final = 4
"""So many fetches in a row must give the same body where nothing else says that it is whole."""
_DATES_REMEMBERED: Final = 16  # all pages of a second were sent at the same time
_SSL_OBJECT: Final = re.compile(r" ssl:(?:<[^<>]*>|\w+)")  # aiohttp's messages show the address of its context
_CLOSED: Final = re.compile(rb"</(?:html|urlset|sitemapindex)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Whole:
    """A page to be extracted; ``body_hash`` is the SHA-256 (hex) of its body, ``body_seen`` as in the ledger.

    ``doubt``: why it may be cut short all the same, empty where nothing speaks for that.
    """

    body_hash: str
    body_seen: int = 1
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The page is as it was when it was read last: the server says so, or its body is the same."""


@dataclass(frozen=True, slots=True)
class Follow:
    """A redirect to the same canonical URL, to be followed inside the same lease."""

    address: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect to another canonical URL."""

    address: str


@dataclass(frozen=True, slots=True)
class Ended:
    """No page: what becomes of the URL, and until when its host wants to be left alone (None: it did not say)."""

    fate: Fate
    pause_until: float | None = None
    body_hash: str | None = None
    body_seen: int = 0


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The request was never sent: the URL stays due as it was."""


Verdict = Whole | Unchanged | Follow | Moved | Ended | HeldBack


def judge_response(
    response: Response,
    due: DueUrl,
    redirects: int,
    policy: RetryPolicy,
    now: float,
    random: float,
    known: Revisit | None = None,
) -> Verdict:
    """What *response* to a fetch of *due* means. *redirects*: how many were followed for it; *random*: in [0, 1).

    *known*: what the page was when it was read last, if it need not be read again where it still is that.
    """
    status = response.status
    if status == NOT_MODIFIED and known is not None and (known.etag or known.last_modified):
        return Unchanged()
    if status in REDIRECT_STATUS:
        return _judge_redirect(response, due, redirects)
    if status in GONE_STATUS:
        return Ended(Fate(State.GONE, f"HTTP {status}"))
    if is_transient(status):
        not_before = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), now)
        pause = not_before if status in {429, 503} else None
        return Ended(after_failure(f"HTTP {status}", due.tries + 1, policy, now, random, not_before or 0.0), pause)
    if not 200 <= status < 300:
        return Ended(Fate(State.FAILED, f"HTTP {status}"))
    body_hash = hashlib.sha256(response.body).hexdigest()
    if known is not None and known.read_hash == body_hash:
        return Unchanged()
    if not _may_be_cut(response):
        return Whole(body_hash)
    # Nothing says how long the body was to be: it is believed once enough fetches in a row give the same.
    seen = due.body_seen + 1 if body_hash == due.body_hash else 1
    reason = "the body may be cut short: no Content-Length, no chunks, no closing tag"
    if seen >= min(_BELIEVED_AFTER, policy.tries):
        return Whole(body_hash, seen, f"{reason}, but {seen} fetches in a row gave the same")
    return Ended(after_failure(reason, due.tries + 1, policy, now, random), body_hash=body_hash, body_seen=seen)


def last_modified(response: Response) -> str | None:
    """The Last-Modified of *response* as it was sent, to be sent back; None where it proves nothing.

    A page that changed within the second in which it was sent may change once more in it (RFC 9110 §8.8.2.2). Whatever
    the server's clock says otherwise, it is only compared with itself.
    """
    value = (response.headers.get("Last-Modified") or b"").decode("latin-1")
    date = (response.headers.get("Date") or b"").decode("latin-1")
    try:
        changed = _seconds(value)
        sent = _seconds(date) if date else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None if sent is not None and abs(sent - changed) < 1 else value


@lru_cache(maxsize=_DATES_REMEMBERED)
def _seconds(date: str) -> float:
    """A date of a header in seconds since the epoch. Raises what parsedate_to_datetime and timestamp raise."""
    return parsedate_to_datetime(date).timestamp()


def _as_sent(location: bytes) -> str:
    """A Location header as text; bytes that are no UTF-8 are percent-encoded, as browsers ask for them."""
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return quote(location, safe=string.printable)


def redirect_address(response: Response) -> str | None:
    """The address that a redirect leads to; None where it leads to no web page."""
    location = _as_sent(response.headers.get("Location") or b"")
    return page_address(response.url, location) if location else None


def _judge_redirect(response: Response, due: DueUrl, redirects: int) -> Verdict:
    address = redirect_address(response)
    if address is None:
        location = _as_sent(response.headers.get("Location") or b"")
        return Ended(Fate(State.FAILED, f"HTTP {response.status} to no web page: {location[:200]!r}"))
    if canonical_url(address) != due.key:
        return Moved(address)
    if redirects >= MAX_REDIRECTS or address == response.url:
        return Ended(Fate(State.FAILED, f"a redirect loop: {address}"))
    return Follow(address)


def _may_be_cut(response: Response) -> bool:
    headers = response.headers
    if "Content-Length" in headers or b"chunked" in (headers.get("Transfer-Encoding") or b"").lower():
        return False
    return response.protocol != "h2" and _CLOSED.search(response.body[-2048:]) is None


def judge_failure(error: BaseException | None, due: DueUrl, policy: RetryPolicy, now: float, random: float) -> Verdict:
    """What the *error* that a fetch of *due* ended with means: most may pass, some never will."""
    if isinstance(error, NotAskedNow):
        return HeldBack()
    if isinstance(error, RobotsDenied):
        return Ended(Fate(State.DENIED, str(error)))
    if isinstance(error, RobotsUnreachable):
        return Ended(Fate(State.HELD, str(error)))
    if isinstance(error, PrivateAddress | DownloadCancelledError | UnsupportedURLSchemeError | IgnoreRequest):
        return Ended(Fate(State.FAILED, describe(error)))
    return Ended(after_failure(describe(error), due.tries + 1, policy, now, random))


def describe(error: BaseException | None) -> str:
    """The error in one line, without control characters, at most 300 characters."""
    text = _SSL_OBJECT.sub("", " ".join(printable(str(error)).split()))
    name = type(error).__name__
    return f"{name}: {text}"[:300] if text else name
