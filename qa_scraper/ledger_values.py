"""What goes into the ledger and what comes out of it, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from qa_scraper.refresh import State

RunOutcome = Literal["complete", "gaps", "error"]
RunKind = Literal["crawl", "refresh", "refresh-all", "publish", "forget"]
Publication = Literal["publishing", "published", "rejected", "accepted", "undone"]


class FoundUrl(NamedTuple):
    """A URL to be noted, with the state that it begins in. ``listed_on``: a sitemap, ``lastmod``: what it says."""

    key: str
    address: str
    host: str
    state: State = State.NEW
    reason: str = ""
    is_start: bool = False
    listed_on: str | None = None
    lastmod: str | None = None


@dataclass(frozen=True, slots=True)
class DueUrl:
    """A URL that is due to be fetched."""

    key: str
    address: str
    host: str
    tries: int
    is_start: bool
    body_hash: str | None
    body_seen: int = 0
    revisit: Revisit | None = None
    is_sitemap: bool = False


@dataclass(frozen=True, slots=True)
class Revisit:
    """What is known of a page that was read before. Times in seconds since the epoch.

    ``checks`` since the first fetch, ``changes`` that they saw. ``lost_at``: since when a question is missing on it.
    """

    read_hash: str
    read_version: str
    first_check: float
    last_check: float
    checks: int = 0
    changes: int = 0
    etag: str | None = None
    last_modified: str | None = None
    lost_at: float | None = None


@dataclass(frozen=True, slots=True)
class UnchangedPage:
    """A page that is as it was: the server said so (304), its body is the same, or a trusted sitemap says so."""

    key: str
    checked_at: str
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record to be stored: its identity and its JSON (without what only the ledger knows).

    ``signature``: by which it is like others (``near_duplicates.signature_of``); None: not made yet.
    """

    part: str
    name: str
    question_hash: str
    content_hash: str
    extractor_version: str
    body: bytes
    answered: bool = True
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """All that one fetch gave: committed whole or not at all.

    ``due_at``: seconds since the epoch; None: never, or as the ledger's policy says of a page that was read.
    ``read_hash``, ``read_version``: of a page that was read whole; ``body_seen``: how many fetches in a row gave
    ``body_hash``.
    ``took``: seconds until the answer began, ``size``: bytes of its body, unpacked; of a page that was read.
    ``listed``: keys of all pages that it lists, for a sitemap. ``pause``: a host and the time until which it wants to
    be left alone.
    """

    key: str
    state: State
    checked_at: str
    reason: str = ""
    due_at: float | None = None
    tries: int = 0
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    body_seen: int = 0
    read_hash: str | None = None
    read_version: str | None = None
    took: float | None = None
    size: int | None = None
    is_sitemap: bool = False
    moved_to: str | None = None
    pause: tuple[str, float] | None = None
    records: tuple[StoredRecord, ...] = ()
    found: tuple[FoundUrl, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What a commit changed: URLs to be fetched that were not known before, records added and changed."""

    new_urls: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(slots=True)
class PublishedRecord:
    """A question as it is to be published: the copy at its smallest canonical URL, and the other URLs that show it.

    ``further_pages``: the records of those of them that are further pages of its thread, in their order.
    """

    id: str
    body: bytes
    first_seen_at: str
    changed_at: str
    version: int
    duplicate_cluster: str | None = None
    other_urls: list[str] = field(default_factory=list)
    further_pages: list[bytes] = field(default_factory=list)
