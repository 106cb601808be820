"""What a link is to the ledger: a page of the site to be fetched, or one that is left alone for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from qa_scraper.ledger_values import FoundUrl
from qa_scraper.refresh import State
from qa_scraper.site import Site
from qa_scraper.urls import USUAL_LENGTH, canonical_url, host_of, www_twin

_LONGEST_URL: Final = 4096
_REMEMBERED: Final = 16_384


class SiteLinks:
    """The links of a site in one run. ``hosts``: those that belong to it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.hosts: set[str] = set(site.hosts)
        # Menus stand on every page: what their links are is looked up once. (In a third of the time of an lru_cache.)
        self._remembered: dict[str, FoundUrl] = {}

    def take_host(self, host: str) -> None:
        """Makes *host* part of the site."""
        self.hosts |= self._with_twin(host)
        self._remembered.clear()

    def hosts_with(self, addresses: Iterable[str]) -> set[str]:
        """The hosts that belong to the site once it begins at these addresses as well."""
        return self.hosts.union(*(self._with_twin(host_of(address)) for address in addresses))

    def _with_twin(self, host: str) -> set[str]:
        twin = www_twin(host) if self._site.explores else None
        return {name for name in (host, twin) if name}

    def found(self, address: str, listed_on: str | None = None, lastmod: str | None = None) -> FoundUrl | None:
        """What a link to *address* is to the ledger; *listed_on*: the sitemap that has it. None: not a URL."""
        try:
            key = canonical_url(address)
        except ValueError:
            return None
        if key == address:
            key = address  # one string in memory, not two
        host = host_of(address)
        if host not in self.hosts:
            return FoundUrl(key, address, host, State.OFF_HOST, "on another host")
        if len(address) > _LONGEST_URL:
            return FoundUrl(key, address, host, State.SKIPPED, f"longer than {_LONGEST_URL} characters")
        if self._site.skips(key):
            return FoundUrl(key, address, host, State.SKIPPED, "the site's skip_url matches")
        return FoundUrl(key, address, host, listed_on=listed_on, lastmod=lastmod)

    def on_page(self, addresses: Iterable[str]) -> list[FoundUrl]:
        """What the links of a page are to the ledger."""
        known = self._remembered.get
        found = [known(link) or self._look_up(link) for link in addresses]
        return [url for url in found if url is not None]

    def _look_up(self, address: str) -> FoundUrl | None:
        found = self.found(address)
        if found is not None and len(address) <= USUAL_LENGTH:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[address] = found
        return found

    def on_sitemap(self, key: str, lastmods: Mapping[str, str | None], addresses: Iterable[str]) -> list[FoundUrl]:
        """What the *addresses* on the sitemap *key* are to the ledger; *lastmods*: what it says of each."""
        found = (self.found(address, key, lastmods.get(address)) for address in addresses)
        return [url for url in found if url is not None]
