"""What a response gives: its records and its links. Pure, and apart from Scrapy, so that a worker process can do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import orjson

from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.items import Record, valid_record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.near_duplicates import signature_of
from qa_scraper.page import Page
from qa_scraper.text import clean_line

_TITLE_NAMED: Final = 80  # characters


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What a response gave. ``reason``: why it has no records; ``left_out``: links that were not looked at.

    ``lastmods``: what a sitemap says of each address; None for any other page.
    ``valid``: those of its records that are known to fit the schema, as JSON, with the signature of each
    (``near_duplicates.signature_of``).
    """

    records: list[Record]
    addresses: list[str]
    reason: str = ""
    lastmods: dict[str, str | None] | None = None
    not_pages: int = 0
    left_out: int = 0
    encoding_doubt: str = ""
    valid: Mapping[bytes, bytes] = field(default_factory=dict)

    def packed(self) -> PackedPage:
        """What another process makes the same of, and need not find out about its records any more."""
        bodies = list(map(orjson.dumps, self.records))
        return (
            [(body, _signature(body)) for body in bodies],
            self.addresses,
            self.reason,
            self.lastmods,
            self.not_pages,
            self.left_out,
            self.encoding_doubt,
        )

    @classmethod
    def unpacked(cls, packed: PackedPage) -> ReadPage:
        """What was ``packed``. Its records are validated while they are made: that costs no more than to make them.

        Raises pydantic.ValidationError for a record that does not fit the schema.
        """
        signed, addresses, reason, lastmods, not_pages, left_out, encoding_doubt = packed
        records = [valid_record(body) for body, _ in signed]
        return cls(records, addresses, reason, lastmods, not_pages, left_out, encoding_doubt, dict(signed))


PackedPage = tuple[list[tuple[bytes, bytes]], list[str], str, dict[str, str | None] | None, int, int, str]
"""A page on its way to another process: its records as JSON with their signatures, and all else as it is.

Plain values: a dataclass takes as long to pickle as all that stands in it.
"""


def _signature(body: bytes) -> bytes:
    try:
        return signature_of(body)
    except (AttributeError, AssertionError, TypeError):
        return b""  # it fits no schema, which who unpacks it finds


def read_response(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    content_language: str | None,
    provenance: Provenance,
    layouts: tuple[str, ...],
    may_be_question: bool,
) -> ReadPage:
    """The records and links of a response; needs no crawl, so that it can run in a thread."""
    page = Page.from_bytes(
        body,
        url=url,
        content_type=content_type,
        content_language=content_language,
        seen_on=date.fromisoformat(provenance.fetched_at[:10]) if provenance.fetched_at else None,
    )
    listed = page.sitemap_links()
    if listed is not None:
        return ReadPage([], list(listed), f"a sitemap of {len(listed)} URLs", listed)
    found: list[Record] | NoQuestion
    if page.unreadable or may_be_question:
        found = page_records(page, provenance, layouts)
    else:
        found = NoQuestion("no question page by its URL (the site's question_url)")
    links = page.links()
    records, reason = ([], found.reason) if isinstance(found, NoQuestion) else (found, "")
    title = clean_line(page.title)[:_TITLE_NAMED] if reason else ""
    if title:  # tells a block page, which has one title for all, from a new layout
        reason = f'{reason}; the page is titled "{title}"'
    return ReadPage(
        records,
        links.pages,
        reason,
        not_pages=links.not_pages,
        left_out=links.left_out,
        encoding_doubt=page.encoding_doubt,
    )
