"""Single pages over HTTP, against loopback servers. An event loop runs once in a process, so each fetch has its own."""

from __future__ import annotations

import json
import subprocess
import sys

from qa_scraper import __version__

from tests.support.commands import environment
from tests.support.routes import Answer, Listener, Routes

SCRIPT = """
import base64, dataclasses, json, sys
from qa_scraper import download
from qa_scraper.fetch import fetch_pages
from qa_scraper.options import project_settings

given = json.load(sys.stdin)
if given["public"]:  # no test leaves this machine: one loopback address plays the public one
    known = download.is_public
    download.is_public = lambda address: address == given["public"] or known(address)
settings = project_settings()
settings.setdict(given["settings"], priority="cmdline")
found = fetch_pages(given["urls"], allow_private=given["allow_private"], settings=settings)
print(json.dumps([dataclasses.asdict(one) for one in found], default=bytes.decode))
"""
QUICK = {"DOWNLOAD_DELAY": 0, "RETRY_BACKOFF": 0.02}


def fetch(
    *urls: str, allow_private: bool = True, public: str = "", settings: dict[str, object] | None = None
) -> list[dict[str, object]]:
    given = {"urls": urls, "allow_private": allow_private, "public": public, "settings": QUICK | (settings or {})}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_pages_come_in_the_order_in_which_they_were_asked_for() -> None:
    headers = {"Content-Type": "text/html; charset=big5", "Content-Language": "zh-Hant"}
    with Routes({"/a": (200, "one"), "/b": Answer(200, "two", headers)}) as site:
        first, second = fetch(site.url + "/a", site.url + "/b")
        assert site.requests == ["/robots.txt", "/a", "/b"]
    assert (first["asked"], first["url"], first["status"], first["body"]) == (
        site.url + "/a",
        site.url + "/a",
        200,
        "one",
    )
    assert (second["body"], second["content_type"], second["content_language"]) == (
        "two",
        "text/html; charset=big5",
        "zh-Hant",
    )


def test_redirects_are_followed_but_not_for_ever() -> None:
    chain = {f"/hop{n}": (302, f"/hop{n + 1}") for n in range(11)}
    routes = {"/a": (301, "/b"), "/b": (200, "here"), "/loop": (302, "/loop"), "/file": (302, "file:///etc/hosts")}
    with Routes({**routes, **chain, "/hop11": (200, "far")}) as site:
        found = fetch(*(site.url + path for path in ("/a", "/loop", "/file", "/hop0", "/hop1")))
        assert site.requests.count("/loop") == 1
    assert (found[0]["asked"], found[0]["url"], found[0]["body"]) == (site.url + "/a", site.url + "/b", "here")
    assert "redirect loop" in str(found[1]["reason"])
    assert "leads to no web page" in str(found[2]["reason"])
    assert "more than 10 redirects" in str(found[3]["reason"])
    assert found[4]["body"] == "far"


def test_what_does_not_come_is_told() -> None:
    routes = {"/robots.txt": (200, "User-agent: *\nDisallow: /no\n"), "/cut": Answer(-1), "/big": (200, "x" * 2000)}
    with Routes(routes) as site:
        urls = [site.url + path for path in ("/missing", "/no", "/cut", "/big")]
        found = fetch(*urls, "ftp://example.org/", "https://user:word@example.org/", "", settings={
            "DOWNLOAD_MAXSIZE": 1000,
        })  # fmt: skip
        assert "/no" not in site.requests
    reasons = [str(one["reason"]) for one in found]
    assert [one["url"] for one in found[:4]] == urls
    assert reasons[0] == "HTTP 404"
    assert reasons[1] == "robots.txt forbids it"
    assert "disconnected" in reasons[2]
    assert "larger than download max size (1000)" in reasons[3]
    assert "no address of a web page" in reasons[4]
    assert "user name or password" in reasons[5]
    assert "word" not in reasons[5].replace("password", "")
    assert "no address of a web page" in reasons[6]


def test_nothing_is_fetched_where_robots_txt_cannot_be_read() -> None:
    with Routes({"/robots.txt": (503, ""), "/a": (200, "one")}) as site:
        (found,) = fetch(site.url + "/a")
        assert set(site.requests) == {"/robots.txt"}
    assert "robots.txt cannot be read (HTTP 503)" in str(found["reason"])


def test_private_addresses_are_refused_also_after_a_redirect() -> None:
    with Listener("127.0.0.2") as private:
        secret = f"http://127.0.0.2:{private.port}/a"
        (refused,) = fetch(secret, allow_private=False)
        with Routes({"/go": (302, secret), "/here": (200, "open")}) as public:
            urls = (public.url + "/go", public.url + "/here")
            led_on, here = fetch(*urls, allow_private=False, public="127.0.0.1")
        assert private.connections == 0
    assert "private or loopback address" in str(refused["reason"])
    assert "127.0.0.2" in str(led_on["reason"])
    assert "private or loopback address" in str(led_on["reason"])
    assert here["body"] == "open"


def test_the_contact_address_and_the_hosts_pause_are_kept() -> None:
    rules = "User-agent: *\nCrawl-delay: 90\n"
    with Routes({"/a": (200, "one"), "/b": (200, "two")}) as site, Routes({"/robots.txt": (200, rules)}) as slow:
        found = fetch(site.url + "/a", slow.url + "/a", slow.url + "/b", settings={"CONTACT_URL": "https://me.example"})
        assert site.user_agents == {f"qa-scraper/{__version__} (+https://me.example)"}
    assert found[0]["body"] == "one"
    assert str(found[2]["reason"]).endswith("asks for 90 seconds between two pages")
