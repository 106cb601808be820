"""The demo site's HTTP server: loopback only, HTTP/1.1, conditional requests, gzip.

It runs beside the crawler on the same machine, so it takes next to nothing: each page is made and compressed once.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate, parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from qa_scraper.demo.data import DemoSite
from qa_scraper.demo.pages import DemoPage, plain_target, render, targets

SERVER_NAME: Final = "qa-scraper-demo"
DEFAULT_PORT: Final = 8765
_END: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 65_536


class Validators(StrEnum):
    """What a server tells of when and whether a page has changed."""

    BOTH = "both"
    """A strong ETag and Last-Modified."""
    WEAK = "weak"
    """A weak ETag alone."""
    LAST_MODIFIED = "last-modified"
    """Last-Modified alone."""
    NONE = "none"
    """Nothing: there are no conditional requests."""


class DemoServer:
    """Serves a demo site; a context manager that serves in a thread of its own. ``requests``: (target, status) served;
    ``body_bytes``: of all bodies sent, as compressed.

    Raises OSError where the port is taken. Port 0 takes any free one.
    """

    def __init__(
        self, site: DemoSite, port: int = 0, host: str = "127.0.0.1", validators: Validators = Validators.BOTH
    ) -> None:
        self.requests: list[tuple[str, int]] = []
        self.body_bytes = 0
        self.validators = validators
        self._socket = socket.create_server((host, port), backlog=128)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._pages = _Pages(site, self.url)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving = threading.Event()
        self._ended = asyncio.Event()

    @property
    def site(self) -> DemoSite:
        """The site that is shown."""
        return self._pages.site

    def show(self, site: DemoSite) -> None:
        """Shows *site* from the next request on; may be called from any thread."""
        self._pages = _Pages(site, self.url)

    def warm(self) -> None:
        """Makes and compresses all pages now, so that no request has to wait for it."""
        for target in targets(self.site):
            self._pages.packed(target)

    def answer(self, target: str) -> tuple[DemoPage, bytes]:
        """The page at *target* without its body, and that compressed."""
        return self._pages.packed(plain_target(target))

    def start(self) -> None:
        """Serves in a thread until ``stop``."""
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        self._serving.wait()

    def serve_forever(self) -> None:
        """Serves in this thread until ``stop`` is called in another, or KeyboardInterrupt."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        connections: set[asyncio.Transport] = set()
        server = await self._loop.create_server(lambda: _Connection(self, connections), sock=self._socket)
        self._serving.set()
        try:
            await self._ended.wait()
        finally:
            server.close()
            for connection in connections:
                connection.abort()

    def stop(self) -> None:
        """Ends serving and frees the port."""
        if self._thread is not None and self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> DemoServer:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


class _Pages:
    """The pages of one site, each made once. Those that are not there are made anew: nothing bounds their number."""

    def __init__(self, site: DemoSite, url: str) -> None:
        self.site = site
        self._url = url
        self._made: dict[str, tuple[DemoPage, bytes]] = {}

    def packed(self, target: str) -> tuple[DemoPage, bytes]:
        made = self._made.get(target)
        if made is None:
            page = render(self.site, target, self._url)
            # Level 1, as web servers have it; only this form is kept, for hardly any client wants another.
            made = replace(page, body=b""), gzip.compress(page.body, 1, mtime=0)
            if page.etag:
                self._made[target] = made
        return made


class _Connection(asyncio.Protocol):
    """One connection: answers what is asked, one after the other."""

    def __init__(self, server: DemoServer, connections: set[asyncio.Transport]) -> None:
        self._server = server
        self._connections = connections
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while _END in self._waiting and not self._transport.is_closing():
            head, _, self._waiting = self._waiting.partition(_END)
            self._answer(head)
        if len(self._waiting) > _LONGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _answer(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = first.partition(" ")
        target, _, version = rest.rpartition(" ")
        if not target or not version.startswith("HTTP/1."):
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        if method not in {"GET", "HEAD"}:
            self._refuse(HTTPStatus.NOT_IMPLEMENTED)
            return
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        page, packed = self._server.answer(target)
        if not page.status:
            self._server.requests.append((target, 0))
            self._transport.abort()
            return
        told = _validators(page, self._server.validators)
        unchanged = page.status == HTTPStatus.OK and _is_current(told, headers)
        status = HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus(page.status)
        is_packed = "gzip" in headers.get("accept-encoding", "")
        body = b"" if unchanged else packed if is_packed else gzip.decompress(packed)
        fields = {"Content-Type": page.content_type, "Vary": "Accept-Encoding", **told}
        if page.location:
            fields["Location"] = page.location
        if body and is_packed:
            fields["Content-Encoding"] = "gzip"
        ends = version == "HTTP/1.0" or headers.get("connection", "").lower() == "close"
        self._server.requests.append((target, status.value))
        self._send(status, fields, body, whole=method == "GET", ends=ends)

    def _refuse(self, status: HTTPStatus) -> None:
        self._send(status, {}, b"", whole=True, ends=True)

    def _send(self, status: HTTPStatus, fields: dict[str, str], body: bytes, *, whole: bool, ends: bool) -> None:
        fields |= {"Content-Length": str(len(body)), "Date": formatdate(time.time(), usegmt=True)}
        if ends:
            fields["Connection"] = "close"
        lines = [f"HTTP/1.1 {status.value} {status.phrase}", f"Server: {SERVER_NAME}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        sent = body if whole else b""
        self._server.body_bytes += len(sent)
        self._transport.write("\r\n".join(lines).encode("latin-1") + _END + sent)
        if ends:
            self._transport.close()


def _validators(page: DemoPage, validators: Validators) -> dict[str, str]:
    if not page.etag or validators is Validators.NONE:
        return {}
    if validators is Validators.WEAK:
        return {"ETag": f"W/{page.etag}"}
    etag = {} if validators is Validators.LAST_MODIFIED else {"ETag": page.etag}
    return {**etag, "Last-Modified": page.last_modified}


def _is_current(told: dict[str, str], headers: dict[str, str]) -> bool:
    """Whether the request's validators match (RFC 9110 §13.2.2: If-None-Match goes before If-Modified-Since)."""
    if_none_match = headers.get("if-none-match")
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "ETag" in told and (told["ETag"].removeprefix("W/") in tags or "*" in tags)
    since = headers.get("if-modified-since")
    if since is None or "Last-Modified" not in told:
        return False
    try:
        return parsedate_to_datetime(told["Last-Modified"]) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
