"""A doctor Q&A site in the edoctor layout at URLs of its own, which misbehaves on purpose; its truth is at hand.

Departments at ``/d/<department>?page=2``, questions at ``/qa/<slug>``, one question also at ``/old?id=N``.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.support.faulty_answers import BROKEN, Faults, QuietServer, send_broken, send_whole

__all__ = ["DEPARTMENTS", "Faults", "FaultySite"]

DEPARTMENTS = ("Internal Medicine", "Dermatology / Allergy", "Eye Care", "Dental Health")
PER_PAGE = 10


@dataclass
class FaultySite:
    """The site as a context manager; ``log`` is the witness of what was fetched, ``truth`` what it shows."""

    count: int = 60
    faults: Faults = field(default_factory=Faults)
    seed: int = 7
    robots: str = "User-agent: *\nDisallow: /secret\n"
    robots_status: int = 200
    log: list[tuple[float, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = threading.Condition(self.lock)
        self.seen: dict[str, int] = {}
        self.pauses: list[tuple[float, float, str]] = []  # when which path was answered 429, and until when it asks
        self.broken = False
        self.over = threading.Event()

    def __enter__(self) -> FaultySite:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    # What it saw

    @property
    def requests(self) -> list[tuple[str, int]]:
        """Path and status of each request, -1 for a body cut short."""
        return [(path, status) for _, path, status in self.log]

    def note(self, path: str, status: int) -> None:
        with self.asked:
            self.log.append((time.monotonic(), path, status))
            self.asked.notify_all()

    def wait_for_requests(self, more: int) -> None:
        """Waits until *more* requests have come than there are now."""
        with self.asked:
            wanted = len(self.log) + more
            assert self.asked.wait_for(lambda: len(self.log) >= wanted, timeout=30)

    def forget(self) -> None:
        """Begins anew: faults strike again."""
        with self.lock:
            self.seen.clear()
            self.log.clear()
            self.pauses.clear()

    def keep_pauses_until(self, known: float) -> None:
        """Asks for no more of the pauses so far than a killed client could know: until *known* (monotonic seconds).

        Of several 429s at once the kill may come between the commits of the first and the last, and what they ask for
        may differ: a date is whole seconds, so by a second. The pause that ends first is asked for in any case.
        """
        with self.lock:
            known = max(known, min((until for _, until, _ in self.pauses), default=known))
            self.pauses = [(sent, min(until, known), path) for sent, until, path in self.pauses]

    def too_soon(self, grace: float = 1.0, in_flight: int = 8) -> list[str]:
        """Paths requested while a Retry-After was running: its own, or others that were not on their way already.

        *in_flight*: how many requests may be on their way (twice as many as are sent at once); *grace*: seconds after
        the 429 in which all count as that. On a machine with too much to do, a client has been seen to read the 429
        0.8 s after it was sent.
        """
        found = []
        for sent, until, refused in self.pauses:
            during = [(at, path) for at, path, _ in self.log if sent < at < until]
            found += [path for _, path in during if path == refused]
            found += [path for at, path in during[in_flight:] if path != refused and at > sent + grace]
        return found

    # What it shows

    def department(self, number: int) -> str:
        return DEPARTMENTS[number % len(DEPARTMENTS)]

    def slug(self, number: int) -> str:
        return f"case-{number:04d}"

    @property
    def truth(self) -> dict[str, dict[str, object]]:
        """Fields of each question by its URL."""
        return {f"{self.url}/qa/{self.slug(n)}": self.question(n) for n in range(self.count)}

    def question(self, number: int) -> dict[str, object]:
        department = self.department(number)
        return {
            "title": f"Advice on complaint {number}",
            "categories": [department],
            "question": {
                "title": f"Complaint {number} & what to do?",
                "text": f"For {number} days I have felt it.\nIs 3 < {number + 4} normal?\n\nThanks, number {number}.",
                "asked_on": f"2015-03-{number % 28 + 1:02d}",
                "votes": None,
            },
            "asker": {
                "name": f"User, {number}",
                "age_min": 30,
                "age_max": 39,
                "gender": "male" if number % 2 else "female",
            },
            "answers": []
            if number % 9 == 4
            else [
                {
                    "author": {"name": f"Lin Number{number}", "title": "Dr.", "department": department},
                    "text": f"Hello {number}, rest for {number + 1} days.\n\nCome back if it stays.",
                    "answered_on": "2015-04-02",
                    "accepted": None,
                    "votes": None,
                    "by_asker": False,
                    "signed_by": None,
                }
            ],
            "more_info": f"Background on complaint {number}.\n\nIt is common.",
        }

    def question_html(self, number: int) -> str:
        q = self.question(number)
        department = self.department(number)
        body, asked = q["question"], q["asker"]
        text = "".join(f"<p>{_br(part)}</p>" for part in body["text"].split("\n\n"))
        answers = "".join(
            f"<h3>Dr. {a['author']['name']} reply {_escaped(department)}</h3>"
            + "".join(f"<p>{_br(part)}</p>" for part in a["text"].split("\n\n"))
            + "<p>Reply Date: 2015/04/02</p>"
            for a in q["answers"]
        )
        day = body["asked_on"].replace("-", "/")
        more = "".join(f"<p>{part}</p>" for part in q["more_info"].split("\n\n"))
        other = (number * 7 + 3) % self.count
        return f"""<!DOCTYPE html><html lang="en"><head><title>{q["title"]}</title></head>
<body><nav><a href="/">Home</a></nav>
<article><h1>{q["title"]} - {_escaped(department)}</h1><p>Share to:</p><h2>{_escaped(body["title"])}</h2>{text}
<p>{asked["name"]}, 30~39 year old {asked["gender"]}. Ask Date: {day}</p>{answers}<h2>More Info</h2>{more}
<h2>Similar Q&amp;A</h2><div><h3>Advice on complaint {other}</h3><p>For {other} days...</p>
<p>Dr. Lin Number{other} reply {_escaped(self.department(other))}<br>Hello {other}...</p>
<p><a href="/qa/{self.slug(other)}?utm_source=similar">[Read More] Advice on complaint {other}</a></p></div>
<h2>Related FAQ</h2><p><a href="/secret/faq">Rest</a></p><p>({_escaped(department)})</p></article></body></html>"""

    def page_html(self, path: str, query: dict[str, list[str]]) -> str | None:
        if path == "/":
            links = "".join(f'<li><a href="/d/{n}">{_escaped(name)}</a></li>' for n, name in enumerate(DEPARTMENTS))
            links += '<li><a href="mailto:a@b.example">Mail</a></li><li><a href="/gone">Gone</a></li>'
            return f'<html lang="en"><body><ul>{links}</ul></body></html>'
        if path.startswith("/d/") and path[3:].isdigit():
            mine = [n for n in range(self.count) if n % len(DEPARTMENTS) == int(path[3:])]
            page = int(query.get("page", ["1"])[0])
            shown = mine[(page - 1) * PER_PAGE : page * PER_PAGE]
            items = "".join(f'<li><a href="/qa/{self.slug(n)}/">Advice on complaint {n}</a></li>' for n in shown)
            more = f'<a href="?page={page + 1}">Next</a>' if page * PER_PAGE < len(mine) else ""
            return f'<html><body><ul>{items}</ul>{more}<a href="/old?id={mine[0]}">Old</a></body></html>'
        if path.startswith("/qa/"):
            number = path.strip("/")[-4:]
            return self.question_html(int(number)) if number.isdigit() and int(number) < self.count else None
        if path == "/old":
            return self.question_html(int(query["id"][0]))
        return None

    # How it answers

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        if parts.path == "/robots.txt":
            return self.send(handler, self.robots_status, self.robots.encode(), "text/plain")
        fault = self.fault(handler.path)
        if fault == "server_error":
            return self.send(handler, 503, b"busy", "text/plain")
        if fault == "too_many":
            value, seconds = self.faults.retry_after_header()
            with self.asked:
                now = time.monotonic()
                self.pauses.append((now, now + seconds, handler.path))
                self.log.append((now, handler.path, 429))
                self.asked.notify_all()
            return send_whole(handler, 429, b"slow", "text/plain", {"Retry-After": value})
        query = parse_qs(parts.query)
        target = self.redirect(parts.path, query)
        if target is not None:
            return self.send(handler, 302, b"", "text/html", {"Location": target})
        html = self.page_html(parts.path, query)
        if html is None:
            return self.send(handler, 404, b"<html><body>no such page</body></html>", "text/html")
        if fault in BROKEN:
            self.note(handler.path, -1)
            return send_broken(handler, fault, html.encode(), self.faults.stall, self.over)
        return self.send(handler, 200, html.encode(), "text/html; charset=utf-8")

    def redirect(self, path: str, query: dict[str, list[str]]) -> str | None:
        """Where an address redirects to; None: it does not."""
        return None

    def fault(self, path: str) -> str | None:
        with self.lock:
            count = self.seen[path] = self.seen.get(path, 0) + 1
            number = sum(self.seen.values())
        return "server_error" if self.broken else self.faults.strikes(self.seed, path, count, number)

    def send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.note(handler.path, status)
        send_whole(handler, status, body, kind, headers)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _br(text: str) -> str:
    return _escaped(text).replace("\n", "<br>")
