"""The site of the torture trials: faults, redirects, duplicates, and links to hosts that must never be called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.support.faulty_site import FaultySite


class TrapHosts:
    """Listening sockets beside the site: another port of its host, another host. Nobody may connect to them."""

    def __init__(self) -> None:
        self._sockets = []
        for address in ("127.0.0.1", "127.0.0.2"):
            listener = socket.create_server((address, 0), backlog=8)
            listener.setblocking(False)
            self._sockets.append(listener)
        self.hosts = [f"{address}:{port}" for address, port in (s.getsockname() for s in self._sockets)]

    def connected(self) -> list[str]:
        """The trap hosts that somebody connected to since the last call (the kernel keeps them until then)."""
        found = []
        for host, listener in zip(self.hosts, self._sockets, strict=True):
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                continue
            connection.close()
            found.append(host)
        return found

    def close(self) -> None:
        """Closes the sockets."""
        for listener in self._sockets:
            listener.close()


@dataclass
class TortureSite(FaultySite):
    """A faulty site whose questions also stand behind redirects (``/go/N``) and at second addresses (``/print/N``).

    Its first page, and a redirect, lead to ``traps`` too. ``extras``: how many questions have such second addresses;
    ``flat``: the first page lists the questions itself, for a crawl of few pages.
    """

    traps: tuple[str, ...] = ()
    extras: int = 6
    flat: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.hold_after: int | None = None
        self.go_on = threading.Event()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.hold_after is not None and len(self.log) >= self.hold_after:
            self.go_on.wait(30)
        super().answer(handler)

    @contextmanager
    def held(self, after: int) -> Iterator[None]:
        """Answers about *after* requests, robots.txt among them, and no more until the block ends."""
        self.go_on.clear()
        self.hold_after = after
        try:
            yield
        finally:
            self.hold_after = None
            self.go_on.set()

    @property
    def aliases(self) -> dict[str, str]:
        """The truth URL of each second address of a question."""
        second = {f"/print/{n}": n for n in range(self.count)} | {f"/old?id={n}": n for n in range(self.count)}
        return {self.url + path: f"{self.url}/qa/{self.slug(n)}" for path, n in second.items()}

    def redirect(self, path: str, query: dict[str, list[str]]) -> str | None:
        if path == "/away" and self.traps:
            return f"http://{self.traps[0]}/from-redirect"
        number = path.removeprefix("/go/")
        if number.isdigit() and int(number) < self.count:
            far = int(number) % 2 and not number.startswith("0")  # two hops for every other one
            return f"/go/0{number}" if far else f"/qa/{self.slug(int(number))}"
        return None

    def page_html(self, path: str, query: dict[str, list[str]]) -> str | None:
        number = path.removeprefix("/print/")
        if number.isdigit() and int(number) < self.count:
            return self.question_html(int(number))
        if path == "/" and self.flat:
            items = "".join(f'<li><a href="/qa/{self.slug(n)}/">Advice {n}</a></li>' for n in range(self.count))
            html = f'<html lang="en"><body><ul>{items}</ul></body></html>'
        else:
            html = super().page_html(path, query)
        if html is not None and path == "/":
            some = range(0, self.count, max(1, self.count // self.extras))
            links = [f"/go/{n}" for n in some] + [f"/print/{n}" for n in some if n % 2 == 0]
            links += [f"http://{trap}/{n}" for n, trap in enumerate(self.traps)] + (["/away"] if self.traps else [])
            return html.replace("</body>", "".join(f'<a href="{link}">more</a> ' for link in links) + "</body>")
        return html
