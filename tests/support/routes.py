"""The smallest site: what it answers at each path, said in the test itself."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One answer; a status below zero closes the connection without any."""

    status: int = 200
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)


Table = dict[str, tuple[int, str] | Answer | Callable[[], Answer]]


class Routes:
    """Serves *routes* on loopback; ``HOST`` in texts becomes the site's own host. Other paths answer 404.

    A route is ``(status, body or place that it redirects to)``, an ``Answer``, or a function that gives one. Instead of
    a table of them, *routes* may be a function that gives the answer at any path.
    """

    def __init__(self, routes: Table | Callable[[str], Answer]) -> None:
        self.requests: list[str] = []
        self.headers: list[set[str]] = []
        self.user_agents: set[str | None] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append(self.path)
                site.headers.append({name.lower() for name in self.headers})
                site.user_agents.add(self.headers["User-Agent"])
                route = routes(self.path) if callable(routes) else routes.get(self.path, (404, ""))
                answer = route if isinstance(route, Answer) else route() if callable(route) else site.answer(*route)
                if answer.status < 0:
                    self.close_connection = True
                    return
                body = answer.body
                body = body if isinstance(body, bytes) else body.replace("HOST", site.host).encode()
                self.send_response(answer.status)
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
                for name, value in (headers | answer.headers).items():
                    self.send_header(name, value.replace("HOST", site.host))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"

    @staticmethod
    def answer(status: int, text: str) -> Answer:
        return Answer(status, "", {"Location": text}) if status // 100 == 3 else Answer(status, text)

    def __enter__(self) -> Routes:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class Listener:
    """A port that nothing may ever connect to; ``connections`` says how often something did."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.connections = 0
        self.socket = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self.socket.getsockname()[1]

    def __enter__(self) -> Listener:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self.socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()
