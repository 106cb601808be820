"""Links, redirects and names that lead where a crawl must never go: no connection is made there."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import TIMEOUT, crawl_arguments, environment, qa_scraper
from tests.support.faulty_site import FaultySite
from tests.support.routes import Answer, Listener, Routes

QUESTION = FaultySite(count=1).question_html(0)
ELSEWHERE = (
    "file:///etc/passwd", "data:text/html,<a href='http://127.0.0.2:{port}/'>x</a>", "ftp://127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}/x", "http://127.0.0.2:{port}/", "//localhost:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://127.1:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://169.254.169.254/latest/meta-data/", "http://user@127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}\\x",
    "http://HOST@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@HOST/", "http://127.0.0.1.:{port}/",
    "javascript:fetch('http://127.0.0.1:{port}')", "s3://bucket/key", "http://①②⑦.0.0.1:{port}/", "http:///x", "http://[",
)  # fmt: skip


@pytest.mark.parametrize("way", ["link", "redirect", "meta refresh", "frame", "base"])
def test_no_connection_leaves_the_allowed_hosts(tmp_path: Path, way: str) -> None:
    with Listener() as trap:
        targets = [target.format(port=trap.port) for target in ELSEWHERE]
        pages: dict[str, tuple[int, str] | Answer] = {"/q": (200, QUESTION)}
        links = "".join(f'<a href="/{n}">{n}</a>' for n in range(len(targets)))
        for n, target in enumerate(targets):
            pages[f"/{n}"] = {
                "link": Answer(200, f'<html><a href="{target}">x</a></html>'),
                "redirect": Answer(302, "", {"Location": target.encode("ascii", "ignore").decode()}),
                "meta refresh": Answer(200, f'<html><meta http-equiv="refresh" content="0; url={target}"></html>'),
                "frame": Answer(200, f'<html><iframe src="{target}"></iframe><img src="{target}"></html>'),
                "base": Answer(200, f'<html><base href="{target}"><a href="x">x</a></html>'),
            }[way]
        pages["/"] = (200, f'<html>{links}<a href="/q">q</a></html>')
        with Routes(pages) as site:
            done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--json"))
        assert trap.connections == 0
    summary = json.loads(done.stdout)
    assert summary["records"] == 1
    with sqlite3.connect(tmp_path / "edoctor" / "ledger.sqlite") as ledger:
        unexplained = ledger.execute("SELECT key, state FROM urls WHERE reason='' AND state<>'stored'").fetchall()
    assert unexplained == []


REBINDING = """
import socket, sys
true, turns = socket.getaddrinfo, {}
def rebinding(host, *more, **named):
    name = host.decode() if isinstance(host, bytes) else host
    if name and name.endswith(".example"):
        turns[name] = turns.get(name, 0) + 1
        host = {"inside.example": "127.0.0.1", "six.example": "::1", "mapped.example": "::ffff:127.0.0.1"}.get(name)
        host = host or ("93.184.215.14" if turns[name] % 2 else "127.0.0.1")
    return true(host, *more, **named)
socket.getaddrinfo = rebinding
sys.argv = ["qa-scraper", *sys.argv[1:]]
from qa_scraper.__main__ import main
main()
"""
NAMES = ("inside.example", "six.example", "mapped.example", "2130706433", "0x7f.1", "127.1", "0", "①②⑦.0.0.1")


def has_ipv6() -> bool:
    """Whether the machine has it: containers often do not."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_names_that_lead_inside_are_not_connected_to(tmp_path: Path) -> None:
    """The check is at the connection itself: whichever way a name is written or resolved, the address counts."""
    with Listener() as trap, Listener("::1" if has_ipv6() else "127.0.0.1") as trap6:
        starts = [part for name in NAMES for part in ("--start-url", f"http://{name}:{trap.port}/")]
        starts += ["--start-url", f"http://six.example:{trap6.port}/"]
        done = subprocess.run(
            [sys.executable, "-c", REBINDING, "crawl", "edoctor", *starts, "--output", tmp_path, "--json",
             "-s", "RETRY_TIMES=0", "-s", "DOWNLOAD_DELAY=0", "-s", "DOWNLOAD_TIMEOUT=5",
             "-s", "ASYNCIO_EVENT_LOOP=asyncio.SelectorEventLoop"],  # uvloop has a resolver of its own
            capture_output=True, text=True, timeout=TIMEOUT, env=environment(), check=False,
        )  # fmt: skip
        assert (trap.connections, trap6.connections) == (0, 0)
    assert done.returncode == 3, done.stderr
    gaps = json.loads(done.stdout)["gaps"]
    assert len(gaps) == len(NAMES) + 1
    for key, state, reason in gaps:
        assert state == "held"
        assert "private or loopback" in reason or ".example" not in key, reason


def test_nothing_that_a_page_says_moves_the_terminal(tmp_path: Path) -> None:
    """Escape sequences and direction marks in all that a site sends: none stands in the log or on the terminal."""
    evil = "\x1b[31m\x1b]0;title\x07\u202e\x9b2J\x7f"
    raw = evil.encode("latin-1", "replace").decode("latin-1")
    page = (
        f'<html><head><meta charset="{evil}"><title>{evil}</title></head><body><h1>{evil} a question</h1>'
        f'<a href="/{evil}">x</a><a href="http://{evil}.example/">y</a><a href="/moved">m</a><a href="/odd">o</a>'
        f'<a href="/packed">p</a><a href="/q">q</a><a href="/{"%1b" * 3}">z</a><p>{evil}</p></body></html>'
    )
    pages: dict[str, tuple[int, str] | Answer] = {
        "/": (200, page),
        "/q": (200, QUESTION.replace("<h2>", f"<h2>{evil}")),
        "/moved": Answer(302, "", {"Location": f"http://{raw}.example/{raw}"}),
        "/odd": Answer(200, "x", {"Content-Type": f"text/{raw}; charset={raw}"}),
        "/packed": Answer(200, "x", {"Content-Encoding": raw}),
        "/robots.txt": Answer(200, f"User-agent: *\n{evil}\nCrawl-delay: {evil}\nSitemap: /{evil}\nDisallow: /{evil}"),
    }
    with Routes(pages) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "LOG_LEVEL=DEBUG"))
    assert (tmp_path / "edoctor" / "questions.jsonl").stat().st_size
    checked = qa_scraper("doctor", "edoctor", "--output", str(tmp_path))
    log = (tmp_path / "edoctor" / "crawl.log").read_text("utf-8")
    for shown in (done.stdout, done.stderr, checked.stdout, checked.stderr, log):
        assert sorted({c for c in shown if not c.isprintable()} - {"\n"}) == []
