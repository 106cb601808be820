"""Reads the pages of the demo site with the real extractor, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qa_scraper.demo import DemoPage, DemoSite, render
from qa_scraper.demo.pages import targets
from qa_scraper.items import Record, Source
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.spiders.demo import DemoSpider

BASE = "http://demo.example"


def pages(site: DemoSite, *kinds: str) -> Iterator[tuple[str, DemoPage]]:
    """Every target of *site* whose path begins with one of *kinds*, and its page."""
    for target in targets(site):
        if target.startswith(kinds):
            yield target, render(site, target, BASE)


def record_of(target: str, page: DemoPage) -> Record | None:
    """The record that the demo site's layout finds on *page*, without id and source; None if there is none."""
    if page.status != 200:
        return None
    read = Page.from_bytes(page.body, url=BASE + target, content_type=page.content_type)
    found = page_records(read, Provenance(site="demo"), DemoSpider.site.layouts)
    return bare(found[0]) if isinstance(found, list) else None


def bare(record: Record) -> Record:
    """*record* without what depends on the address and the run."""
    return replace(record, id="", url=None, source=Source())
