"""Item pipelines: dates, validate, dedupe, commit. One job each; what they decide reaches the ledger with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import orjson
from scrapy.exceptions import DropItem

from qa_scraper.crawl import Crawl
from qa_scraper.crawl_values import Lease
from qa_scraper.forgotten_store import FORGOTTEN
from qa_scraper.items import Record, valid_record
from qa_scraper.ledger_values import StoredRecord
from qa_scraper.scheduler import current_crawl
from qa_scraper.thread_pages import question_key
from qa_scraper.times_ago import counted_fields, keep_dates

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class _Pipeline:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make it."""
        return cls(crawler)

    def _lease(self, record: Record) -> tuple[Crawl | None, Lease | None]:
        """The page that *record* came from; (None, None) outside a crawl over a ledger (``scrapy parse``)."""
        crawl = current_crawl(self.crawler)
        return crawl, crawl.leases.get(record.url or "") if crawl is not None else None


class DatesPipeline(_Pipeline):
    """Keeps the dates of a record that its page says only as times gone by, as they were read first."""

    def process_item(self, item: Record) -> Record:
        """Gives *item* back."""
        if counted_fields(item):
            crawl, lease = self._lease(item)
            if crawl is not None and lease is not None:
                known = crawl.ledger.records.body(lease.due.key, item.id.partition("#")[2])
                if known is not None:
                    keep_dates(item, orjson.loads(known))
        return item


class ValidatePipeline(_Pipeline):
    """Fails a record that does not fit the published schema, and with it its page: that is an error of ours."""

    def process_item(self, item: Record) -> Record:
        """Gives *item* back. Raises what ``_validate`` raises."""
        _, lease = self._lease(item)
        _validate(item, orjson.dumps(item), lease.valid if lease is not None else set())
        return item


def _validate(record: Record, body: bytes, valid: set[bytes]) -> None:
    """Validates *record*, *body* as JSON, unless it is among those that are known to be *valid*; then it is one.

    Raises pydantic.ValidationError for a record that does not fit the schema, ValueError for one without any text.
    """
    if body not in valid:
        valid_record(body)
        valid.add(body)
    if not (record.question.title or record.question.text or record.title):
        raise ValueError(f"a record without title and text: {record.url}")


def _keep(record: Record, lease: Lease) -> None:
    """Lays *record* with its page. Validates it anew if somebody's pipeline has changed it. Raises as ``_validate``."""
    kept = stored(record)
    _validate(record, kept.body, lease.valid)
    lease.valid.discard(kept.body)  # it is asked for no more
    lease.records.append(kept)


class DedupePipeline(_Pipeline):
    """Drops a record whose question is shown by another URL already, or was forgotten.

    Of the former the ledger keeps both URLs, for the snapshot.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._in_hand: dict[str, str] = {}

    def process_item(self, item: Record) -> Record:
        """Gives *item* back where it is the first of its question. Raises DropItem, saying why, or as ``_validate``."""
        crawl, lease = self._lease(item)
        if crawl is None or lease is None:
            return item
        if crawl.ledger.forgotten.stays_away(item):
            lease.no_question = FORGOTTEN
            raise DropItem(FORGOTTEN, log_level="DEBUG")
        question = question_key(item)
        url = item.url or ""
        other = crawl.ledger.records.shown_elsewhere(question, url) or self._claimed(crawl, question, url)
        if other is not None:
            _keep(item, lease)
            raise DropItem(f"the same question as {other}", log_level="DEBUG")
        return item

    def _claimed(self, crawl: Crawl, question: str, url: str) -> str | None:
        """A page in hand beside this one that shows the question; else this page is noted as the one that does.

        A page that has failed shows nothing.
        """
        leases = crawl.leases
        self._in_hand = {
            known: key for known, key in self._in_hand.items() if key in leases and not leases[key].failure
        }
        holder = self._in_hand.setdefault(question, url)
        return holder if holder != url else None


class CommitPipeline(_Pipeline):
    """Lays a record with its page, to be committed in one transaction with it."""

    def process_item(self, item: Record) -> Record:
        """Gives *item* back, for feeds. Raises as ``_validate``."""
        _, lease = self._lease(item)
        if lease is not None:
            _keep(item, lease)
        return item


def stored(record: Record) -> StoredRecord:
    """The record as the ledger stores it."""
    return StoredRecord(
        part=record.id.partition("#")[2],
        name=record.id,
        question_hash=question_key(record),
        content_hash=record.source.content_hash or "",
        extractor_version=record.source.extractor_version or "",
        body=orjson.dumps(record),
        answered=bool(record.answers),
    )
