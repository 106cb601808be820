"""What is declared of a site: start URLs, hosts, URL patterns, layout, politeness. One frozen dataclass, no code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from qa_scraper.privacy import POLICIES, PrivacyPolicy
from qa_scraper.urls import is_site_name

_DAY: Final = 24 * 3600.0
_BARREN_BUDGET: Final = 60  # where nothing is known of a site's URLs, most kinds of pages are none that is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a run must keep to be published; None: learned from the last good runs. Shares are 0 to 1.

    ``records``: at least so many; ``drop``: largest loss of records against what is published; ``removals``: largest
    share of records that a run may remove; ``failed``: largest share of known question pages that may fail;
    ``fill``: least share of records in which a field is filled (``{"answers.text": 0.9}``).
    """

    records: int = 0
    drop: float | None = None
    removals: float = 0.05
    failed: float | None = None
    fill: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site, as its module in ``spiders/`` declares it.

    ``hosts``: further hosts beside those of the start URLs. ``layouts``: names of the layouts to try, all where empty.
    ``question_url``: a regular expression on canonical URLs of question pages, where the site has such a pattern; its
    group ``id``, if it has one, is the site's own id of the question. Without it extraction tells what a page is.
    ``skip_url``: canonical URLs that are never fetched. Delays and ages are in seconds: ``question_age`` and
    ``page_age`` are how often a page is expected to change before anything is known of it, ``minimum_age`` and
    ``maximum_age`` bound how often any is looked at. ``trust_lastmod``: whether pages whose ``lastmod`` in the sitemap
    is as it was need no fetch; None: once enough changes have borne it out. ``explores``: nothing is known of the
    site's URLs, so that pages are fetched in the order of what pages at like paths gave; ``www.`` is no other host.
    ``privacy``: what is published of askers: ``keep``, ``pseudonym`` or ``drop`` (docs/privacy.md).
    """

    name: str
    title: str
    start_urls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    question_url: str | None = None
    skip_url: str | None = None
    download_delay: float = 1.0
    concurrency: int = 4
    autothrottle: bool = True
    question_age: float = 7 * _DAY
    page_age: float = 1 * _DAY
    minimum_age: float = 0.25 * _DAY
    maximum_age: float = 60 * _DAY
    trust_lastmod: bool | None = None
    bounds: Bounds = field(default_factory=Bounds)
    private: bool = False
    explores: bool = False
    privacy: PrivacyPolicy = "keep"

    def __post_init__(self) -> None:
        # That of a site without a module is its host.
        if not (re.fullmatch(r"[a-z0-9][a-z0-9_-]*", self.name) or (self.explores and is_site_name(self.name))):
            raise ValueError(
                f"a site's name is made of a-z, 0-9, - and _, since its folder is called so: {self.name!r}"
            )
        if self.privacy not in POLICIES:
            raise ValueError(f"privacy of the site {self.name!r} is one of {', '.join(POLICIES)}, not {self.privacy!r}")

    def settings(self) -> dict[str, object]:
        """The site's politeness as Scrapy settings, so that ``-s`` can override each of them."""
        exploring = {"BARREN_BUDGET": _BARREN_BUDGET} if self.explores else {}
        return {
            **exploring,
            "DOWNLOAD_DELAY": self.download_delay,
            "CONCURRENT_REQUESTS_PER_DOMAIN": self.concurrency,
            "AUTOTHROTTLE_ENABLED": self.autothrottle,
            "AUTOTHROTTLE_START_DELAY": max(self.download_delay, 0.1),
            "AUTOTHROTTLE_TARGET_CONCURRENCY": max(1.0, self.concurrency / 2),
            "ALLOW_PRIVATE_ADDRESSES": self.private,
        }

    def own_id(self, url: str) -> str | None:
        """The id that the site itself gives to the question at canonical URL *url*, None where the URL shows none."""
        match = re.search(self.question_url, url) if self.question_url else None
        return match.groupdict().get("id") if match else None

    def may_be_question(self, url: str) -> bool:
        """Whether the page at canonical URL *url* is to be read as a question page: always, without a pattern."""
        return self.question_url is None or re.search(self.question_url, url) is not None

    def skips(self, url: str) -> bool:
        """Whether the site says that canonical URL *url* is never to be fetched."""
        return bool(self.skip_url and re.search(self.skip_url, url))
