"""What a feed of this run (``-O``) says of people: the same as the published files."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import orjson
from scrapy.exceptions import NotConfigured

from qa_scraper.items import Record, record_type
from qa_scraper.privacy import Privacy
from qa_scraper.privacy_key import PRIVACY_KEY, privacy_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from qa_scraper.site import Site

_NONE: Final = "keep"


class PrivacyPipeline:
    """Applies the site's policy to what goes on to the feeds; the ledger holds the record as it was read."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._folder = folder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make it. Raises NotConfigured where nothing is to be hidden: then it costs nothing."""
        site: Site | None = getattr(crawler.spidercls, "site", None)
        if site is None or site.privacy == _NONE:
            raise NotConfigured
        return cls(site, Path(crawler.settings["OUTPUT_DIR"]) / site.name)

    @cached_property
    def _privacy(self) -> Privacy:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return privacy_of(self._site.privacy, self._folder / PRIVACY_KEY)

    def process_item(self, item: Record) -> Record:
        """*item* as it may be published."""
        return record_type().validate_python(self._privacy.applied(orjson.loads(orjson.dumps(item))))
