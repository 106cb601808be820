"""The demo site's HTTP server: loopback only, HTTP/1.1, conditional requests, gzip."""

from __future__ import annotations

import gzip
import threading
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from qa_scraper.demo.data import DemoSite
from qa_scraper.demo.pages import DemoPage, render

SERVER_NAME: Final = "qa-scraper-demo"
DEFAULT_PORT: Final = 8765


class DemoServer:
    """Serves a demo site; a context manager that serves in a thread of its own. ``requests``: (target, status) served.

    Raises OSError where the port is taken. Port 0 takes any free one.
    """

    def __init__(self, site: DemoSite, port: int = 0, host: str = "127.0.0.1") -> None:
        self.site = site
        self.requests: list[tuple[str, int]] = []
        self._server = _Server((host, port), _handler(self))
        self.url = f"http://{host}:{self._server.server_port}"
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Serves in a thread until ``stop``."""
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serves in this thread until ``stop`` is called in another, or KeyboardInterrupt."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Ends serving and frees the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> DemoServer:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(server: DemoServer) -> type[BaseHTTPRequestHandler]:
    pages = lru_cache(maxsize=1024)(lambda target: render(server.site, target, server.url))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = SERVER_NAME
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            self._answer(pages(self.path))

        def do_HEAD(self) -> None:
            self._answer(pages(self.path))

        def _answer(self, page: DemoPage) -> None:
            unchanged = page.status == 200 and _is_current(page, self.headers)
            status = 304 if unchanged else page.status
            body = b"" if unchanged else page.body
            headers = {"Content-Type": page.content_type, "Vary": "Accept-Encoding"}
            if page.etag:
                headers |= {"ETag": page.etag, "Last-Modified": page.last_modified}
            if page.location:
                headers["Location"] = page.location
            if body and "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, 6, mtime=0)
                headers["Content-Encoding"] = "gzip"
            server.requests.append((self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: ``requests`` keeps what was served."""

    return Handler


def _is_current(page: DemoPage, headers: Message) -> bool:
    """Whether the request's validators match (RFC 9110 §13.2.2: If-None-Match goes before If-Modified-Since)."""
    if_none_match = headers.get("If-None-Match")
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return page.etag in tags or "*" in tags
    since = headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(page.last_modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
