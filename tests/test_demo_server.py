"""The demo site's server over real connections: conditional requests, switching the site, faults, measuring."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.message import Message

import pytest
from qa_scraper.demo import DemoServer, Evolution, Fault, Validators, demo_site, evolve, render

from tests.support.commands import environment, qa_scraper

SITE = demo_site(1, 60)
TARGET = f"/questions/{SITE.questions[0].slug}"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(SITE) as running:
        yield running


def ask(server: DemoServer, target: str = TARGET, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    with closing(connection):
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def test_bytes_are_those_of_the_page_compressed_or_not(server: DemoServer) -> None:
    page = render(SITE, TARGET, server.url)
    status, headers, body = ask(server)
    assert (status, body, headers["ETag"], headers["Last-Modified"]) == (200, page.body, page.etag, page.last_modified)
    _, headers, packed = ask(server, Accept_Encoding="br, gzip")
    assert (headers["Content-Encoding"], gzip.decompress(packed)) == ("gzip", page.body)
    status, headers, nothing = ask(server, method="HEAD")
    assert (status, nothing, headers["Content-Length"]) == (200, b"", str(len(page.body)))
    assert server.requests == [(TARGET, 200)] * 3
    assert server.body_bytes == len(body) + len(packed)


def test_redirects_and_what_is_not_there(server: DemoServer) -> None:
    assert ask(server, "/q/1")[1]["Location"] == server.url + TARGET
    assert ask(server, TARGET + "/?utm_source=x")[0] == 200
    assert ask(server, "/nowhere")[0] == 404
    assert [status for _, status in server.requests] == [301, 200, 404]


def test_conditional_requests(server: DemoServer) -> None:
    _, headers, _ = ask(server)
    etag, since = headers["ETag"], headers["Last-Modified"]
    status, headers, body = ask(server, If_None_Match=f'"other", W/{etag}')
    assert (status, body, headers["ETag"]) == (304, b"", etag)
    assert ask(server, If_Modified_Since=since)[0] == 304
    assert ask(server, If_Modified_Since="Wed, 01 Jan 2003 00:00:00 GMT")[0] == 200
    assert ask(server, If_Modified_Since="yesterday")[0] == 200
    assert ask(server, If_None_Match='"other"', If_Modified_Since=since)[0] == 200  # the first one decides


@pytest.mark.parametrize(
    ("validators", "told", "by_tag", "by_date"),
    [
        (Validators.BOTH, {"ETag", "Last-Modified"}, 304, 304),
        (Validators.WEAK, {"ETag"}, 304, 200),
        (Validators.LAST_MODIFIED, {"Last-Modified"}, 200, 304),
        (Validators.NONE, set(), 200, 200),
    ],
)
def test_validators_that_a_server_tells(validators: Validators, told: set[str], by_tag: int, by_date: int) -> None:
    page = render(SITE, TARGET, "")
    with DemoServer(SITE, validators=validators) as server:
        _, headers, _ = ask(server)
        assert {"ETag", "Last-Modified"} & set(headers.keys()) == told
        assert str(headers["ETag"]).startswith("W/") == (validators is Validators.WEAK)
        tag = headers["ETag"] or page.etag
        assert ask(server, If_None_Match=tag)[0] == by_tag
        assert ask(server, If_Modified_Since=page.last_modified)[0] == by_date


def test_another_site_is_shown_from_the_next_request_on(server: DemoServer) -> None:
    """Also on a connection that is open, to whoever holds validators of the first one."""
    later = evolve(SITE, 1, 1, Evolution(removed=0.2, noise=1.0))
    gone, kept = later.gone[0].question, later.questions[0]
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)) as connection:
        tags = {}
        for question in (gone, kept):
            connection.request("GET", f"/questions/{question.slug}")
            response = connection.getresponse()
            response.read()
            tags[question.number] = str(response.headers["ETag"])
        server.show(later)
        statuses = []
        for question in (gone, kept):
            connection.request("GET", f"/questions/{question.slug}", headers={"If-None-Match": tags[question.number]})
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
    assert statuses == [later.gone[0].status, 200]
    assert server.site is later


def test_faults_as_a_client_meets_them(server: DemoServer) -> None:
    server.show(replace(SITE, fault=Fault.DROPPED))
    with pytest.raises(ConnectionError):
        ask(server)
    server.show(replace(SITE, fault=Fault.OUTAGE))
    assert ask(server, "/robots.txt", If_None_Match="*")[0] == 503
    server.show(SITE)
    assert ask(server)[0] == 200
    assert server.requests == [(TARGET, 0), ("/robots.txt", 503), (TARGET, 200)]


@pytest.mark.parametrize(
    ("sent", "first"),
    [
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET /\r\n\r\n", b"HTTP/1.1 400 "),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", b"HTTP/1.1 501 "),
        # One byte too many, the last one: a connection that is closed ahead of unread bytes loses what it answered.
        (b"GET / HTTP/1.1\r\n".ljust(65_537, b"x"), b"HTTP/1.1 431 "),
        (b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200 "),
    ],
)
def test_what_ends_a_connection(server: DemoServer, sent: bytes, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20) as client:
        client.sendall(sent)
        with client.makefile("rb") as answer:
            whole = answer.read()  # to the end of the connection
    assert whole.startswith(first)
    assert whole.count(b"HTTP/1.1 ") == 1


def test_several_requests_at_once_and_one_in_pieces(server: DemoServer) -> None:
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20) as client:
        client.sendall(b"HEAD /about HTTP/1.1\r\n\r\nHEAD /faq HTTP/1.1\r\n\r\nHEAD /pri")
        client.sendall(b"vacy HTTP/1.1\r\nConnection: close\r\n\r\n")
        with client.makefile("rb") as answer:
            assert answer.read().count(b"HTTP/1.1 200 OK") == 3
    assert [target for target, _ in server.requests] == ["/about", "/faq", "/privacy"]


def test_a_stopped_server_frees_its_port_and_drops_who_is_connected() -> None:
    server = DemoServer(SITE)
    server.start()
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        assert client.recv(9) == b"HTTP/1.1 "
        server.stop()
        with DemoServer(SITE, port=port) as again:
            assert ask(again)[0] == 200


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--evolve", "3"], "write SEED:STEP"),
        (["--evolve", "1:-2"], "write SEED:STEP"),
        (["--fault", "fire"], "write one of redesign, redesign-answers, "),
    ],
)
def test_a_site_that_cannot_be_shown_is_named(arguments: list[str], told: str) -> None:
    done = qa_scraper("demo-site", "--port", "0", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert arguments[1] in done.stderr
    assert told in done.stderr


def test_the_server_for_measurements_obeys_its_input() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "qa_scraper.demo", "--port", "0", "--questions", "100", "--page-bytes", "20000"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), text=True,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = [json.loads(process.stdout.readline())]
        first = http.client.HTTPConnection(answers[0]["url"].removeprefix("http://"), timeout=20)
        with closing(first):
            first.request("GET", f"/questions/{demo_site(1, 100).questions[0].slug}")
            assert 18_000 < len(first.getresponse().read()) <= 20_000
        for line in ("show 1:1", "fault outage", "fault -", "count", "sing", "show 1"):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
    assert process.returncode == 0
    assert [answer.get("step") for answer in answers[:4]] == [0, 1, 1, 1]
    assert [answer.get("fault") for answer in answers[:4]] == [None, None, "outage", None]
    assert answers[4]["statuses"] == {"200": 1}
    assert ["error" in answer for answer in answers[4:]] == [False, True, True]
