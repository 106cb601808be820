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
    """Fails a record that does not fit the published schema, and with it its page: that is an error of ours.

    One of a crawl over a ledger is validated when it is laid with its page, whatever pipelines made of it by then.
    """

    def process_item(self, item: Record) -> Record:
        """Gives *item* back. Raises what ``_validate`` raises."""
        _, lease = self._lease(item)
        if lease is None:
            _validate(item, orjson.dumps(item))
        return item


def _validate(record: Record, body: bytes, *, fits: bool = False) -> None:
    """Validates *record*, *body* as JSON; *fits*: whether it is known to fit the schema.

    Raises pydantic.ValidationError for a record that does not, ValueError for one without any text.
    """
    if not fits:
        valid_record(body)
    if not (record.question.title or record.question.text or record.title):
        raise ValueError(f"a record without title and text: {record.url}")


def _keep(record: Record, lease: Lease) -> None:
    """Lays *record* with its page. Raises as ``_validate``."""
    body = orjson.dumps(record)
    signature = lease.valid.pop(body, None)
    _validate(record, body, fits=signature is not None)
    lease.records.append(stored(record, body, signature))


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
        try:
            stays_away, question = crawl.ledger.forgotten.stays_away(item), question_key(item)
        except (AttributeError, TypeError):
            _validate(item, orjson.dumps(item))  # which field is what it must not be, if that is why
            raise
        if stays_away:
            lease.no_question = FORGOTTEN
            raise DropItem(FORGOTTEN, log_level="DEBUG")
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


def stored(record: Record, body: bytes, signature: bytes | None) -> StoredRecord:
    """The record as the ledger stores it; *body*: as JSON, *signature*: where it is known."""
    return StoredRecord(
        part=record.id.partition("#")[2],
        name=record.id,
        question_hash=question_key(record),
        content_hash=record.source.content_hash or "",
        extractor_version=record.source.extractor_version or "",
        body=body,
        answered=bool(record.answers),
        signature=signature,
    )
