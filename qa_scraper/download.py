"""The download handler: Scrapy's aiohttp handler, with a check of the address that is really connected to."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import DownloadConnectionRefusedError
from scrapy.http import Headers

from qa_scraper.exceptions import NotAskedNow, PrivateAddress
from qa_scraper.scheduler import current_crawl
from qa_scraper.urls import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_REFUSED: Final = "not a public address:"


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Connects to public addresses only (unless ``ALLOW_PRIVATE_ADDRESSES``) and sends nothing to a host in pause."""

    experimental: ClassVar[bool] = False
    lazy: bool = True  # made by the first request: "scrapy shell" loads handlers before its loop runs

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if not crawler.settings.getbool("ALLOW_PRIVATE_ADDRESSES"):
            # The socket factory sees each address right before it is connected to, whichever way it was found
            # (resolver, literal, redirect). Scrapy's handler makes its connector without one, and aiohttp has no
            # public setter.
            self._session.connector._socket_factory = _public_socket  # type: ignore[union-attr]

    async def download_request(self, request: Request) -> Response:
        """Downloads, unless the host has asked for a pause since the request was leased.

        Raises NotAskedNow, PrivateAddress, or what Scrapy's handler raises.
        """
        crawl = current_crawl(self.crawler)
        if crawl is not None and "lease" in request.meta:
            gate = crawl.gates.of(host_of(request.url))
            now = crawl.clock.seconds()
            if now < gate.paused_until or crawl.sends_no_more:
                raise NotAskedNow(f"{request.url}: its host is in pause or the run is ending")
            gate.last_sent = now
        try:
            return await super().download_request(request)
        except DownloadConnectionRefusedError as error:
            if _REFUSED in str(error):
                proxy = request.meta.get("proxy")
                who = f"the proxy {host_of(proxy)} (for {host_of(request.url)})" if proxy else host_of(request.url)
                raise PrivateAddress(
                    f"{who} is at a private or loopback address; if that is meant, allow it with --allow-private"
                    " (setting ALLOW_PRIVATE_ADDRESSES)"
                ) from error
            raise

    @staticmethod
    def _request_headers(request: Request) -> Headers:
        """Not a copy where nothing is to be left out: who gets them only lists them."""
        if "Proxy-Authorization" in request.headers:
            return AiohttpDownloadHandler._request_headers(request)
        return request.headers

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """The headers as they were sent: aiohttp's own text of them cannot be encoded again if it was no UTF-8."""
        headers = _SentHeaders()
        for name, value in response.raw_headers:  # put in as Headers would: what it normalises is bytes already
            dict.setdefault(headers, name.title(), []).append(value)
        return headers


class _SentHeaders(Headers):
    """Headers that a response copies: all normalised, so that none needs to be looked up again."""

    def items(self) -> Iterable[tuple[bytes, list[bytes]]]:  # type: ignore[override]  # as Scrapy's own
        """Each name with its values."""
        return dict.items(self)


def is_ip_address(host: str) -> bool:
    """Whether *host* is a literal IP address (v4 or v6)."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an IP address (v4, v6, mapped or embedded v4) belongs to the public internet; False for no IP address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if embedded is not None:
            return is_public(str(embedded))
    return ip.is_global and not ip.is_multicast


def _public_socket(address_info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
    family, kind, protocol, _, address = address_info
    if not is_public(str(address[0])):
        raise OSError(errno.EACCES, f"{_REFUSED} {address[0]}")
    return socket.socket(family, kind, protocol)
