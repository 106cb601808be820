"""The smallest site: a path, its status, and its body or the place that it redirects to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Routes:
    """Serves *routes* on loopback; ``HOST`` in a body becomes the site's own host. Other paths answer 404."""

    def __init__(self, routes: dict[str, tuple[int, str]]) -> None:
        self.requests: list[str] = []
        self.headers: list[set[str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append(self.path)
                site.headers.append({name.lower() for name in self.headers})
                status, text = routes.get(self.path, (404, ""))
                body = b"" if status // 100 == 3 else text.replace("HOST", site.host).encode()
                self.send_response(status)
                if status // 100 == 3:
                    self.send_header("Location", text)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> Routes:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.shutdown()
        self.server.server_close()
