"""Fetch policy: what a response or a failure means, when a URL is due again, which addresses are public."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from qa_scraper.clock import Clock
from qa_scraper.download import is_public
from qa_scraper.exceptions import NotAskedNow, PrivateAddress, RobotsDenied, RobotsUnreachable
from qa_scraper.ledger_values import DueUrl, Revisit
from qa_scraper.outcomes import (
    Ended,
    Follow,
    HeldBack,
    Moved,
    Unchanged,
    Whole,
    judge_failure,
    judge_response,
    last_modified,
)
from qa_scraper.politeness import HostGates
from qa_scraper.refresh import REMOVED_AFTER, RetryPolicy, RevisitPolicy, Seen, State, after_failure, retry_after
from qa_scraper.revisit import History
from qa_scraper.site import Site
from scrapy.exceptions import DownloadTimeoutError, ResponseDataLossError
from scrapy.http import HtmlResponse

NOW = 1_000_000.0
URL = "http://h/a"


def due(tries: int = 0, body_hash: str | None = None) -> DueUrl:
    return DueUrl(URL, URL, "h", tries, is_start=False, body_hash=body_hash)


def response(status: int, body: bytes = b"<html></html>", **headers: str) -> HtmlResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HtmlResponse(URL, status=status, body=body, headers={"Content-Length": str(len(body)), **named})


def judged(answer: HtmlResponse, tries: int = 0, redirects: int = 0) -> object:
    return judge_response(answer, due(tries), redirects, RetryPolicy(), NOW, 0.5)


def test_a_page_is_whole() -> None:
    assert isinstance(judged(response(200)), Whole)


@pytest.mark.parametrize("status", [304, 408, 429, 500, 502, 503, 504, 520, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    verdict = judged(response(status))
    assert isinstance(verdict, Ended)
    assert (verdict.fate.state, verdict.fate.due_at) == (State.RETRY, NOW + 1.0)
    last = judged(response(status), tries=5)
    assert isinstance(last, Ended)
    assert last.fate.state == State.FAILED
    assert "after 6 tries" in last.fate.reason


@pytest.mark.parametrize(
    ("status", "state"), [(404, State.GONE), (410, State.GONE), (403, State.FAILED), (400, State.FAILED)]
)
def test_what_will_not_pass_is_not(status: int, state: State) -> None:
    verdict = judged(response(status))
    assert isinstance(verdict, Ended)
    assert verdict.fate.state == state


@pytest.mark.parametrize("value", ["120", "Mon, 12 Jan 1970 13:48:40 GMT"])
def test_retry_after_is_a_floor_and_a_pause_of_the_host(value: str) -> None:
    verdict = judged(response(429, Retry_After=value))
    assert isinstance(verdict, Ended)
    assert verdict.fate.due_at == NOW + 120
    assert verdict.pause_until == NOW + 120


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "99999999999999999999", "Mon, 99 Foo"])
def test_a_broken_retry_after_is_none(value: str | None) -> None:
    assert retry_after(value, NOW) is None or value == "99999999999999999999"


def test_backoff_doubles_with_jitter_and_a_ceiling() -> None:
    policy = RetryPolicy(99, 1.0)
    assert [policy.wait(n, 0.5) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert (policy.wait(1, 0.0), policy.wait(1, 0.999)) == (0.5, pytest.approx(1.499))
    assert policy.wait(50, 0.5) == 600
    assert after_failure("x", 1, policy, NOW, 0.5, not_before=NOW + 60).due_at == NOW + 60


@pytest.mark.parametrize(("changed", "is_kept"), [
    ("Mon, 02 Mar 2026 08:00:00 GMT", False), ("Mon, 02 Mar 2026 07:59:58 GMT", True),
    ("Tue, 03 Mar 2026 08:00:00 GMT", True), ("Sun, 01 Mar 2026 08:00:00 GMT", True), ("yesterday", False), ("", False),
])  # fmt: skip
def test_last_modified_is_kept_where_it_proves_something(changed: str, is_kept: bool) -> None:
    """Whatever the clocks say, a day off either way; not where the page may change again within the second."""
    sent = response(200, Date="Mon, 02 Mar 2026 08:00:00 GMT", Last_Modified=changed)
    assert last_modified(sent) == (changed if is_kept else None)


def test_what_is_unchanged() -> None:
    page = b"<html>same</html>"
    known = Revisit(hashlib.sha256(page).hexdigest(), "1", NOW - 9, NOW - 5, etag='W/"1"')

    def verdict(answer: HtmlResponse, revisit: Revisit | None) -> object:
        return judge_response(answer, due(), 0, RetryPolicy(), NOW, 0.5, revisit)

    assert isinstance(verdict(response(304), known), Unchanged)
    assert isinstance(verdict(response(200, page), known), Unchanged)
    assert isinstance(verdict(response(200, b"<html>other</html>"), known), Whole)
    assert isinstance(verdict(response(200, page), None), Whole)
    for unasked in (verdict(response(304), None), verdict(response(304), replace(known, etag=None))):
        assert isinstance(unasked, Ended)
        assert unasked.fate.state == State.RETRY


def test_redirects() -> None:
    assert judged(response(301, Location="/a/")) == Follow("http://h/a/")
    assert judged(response(302, Location="http://h/b")) == Moved("http://h/b")
    sent = {"Location": b"http://h/\xa4\xa4?q=1#%20"}
    assert judged(HtmlResponse(URL, status=302, headers=sent)) == Moved("http://h/%A4%A4?q=1")
    loop = judged(response(301, Location="/a"))
    assert isinstance(loop, Ended)
    assert "loop" in loop.fate.reason
    for location in ("", "file:///etc/passwd", "javascript:x", "http://["):
        verdict = judged(response(301, Location=location))
        assert isinstance(verdict, Ended), location
        assert verdict.fate.state == State.FAILED


def test_a_body_that_may_be_cut_is_believed_when_it_comes_four_times_in_a_row() -> None:
    open_ended = HtmlResponse(URL, body=b"<html><body>half", headers={"Content-Type": "text/html"})
    page = due()
    for seen in (1, 2, 3):
        verdict = judge_response(open_ended, page, 0, RetryPolicy(), NOW, 0.5)
        assert isinstance(verdict, Ended)
        assert (verdict.fate.state, verdict.body_seen) == (State.RETRY, seen)
        page = replace(page, tries=seen, body_hash=verdict.body_hash, body_seen=verdict.body_seen)
    other = judge_response(open_ended.replace(body=b"<html>"), page, 0, RetryPolicy(), NOW, 0.5)
    assert isinstance(other, Ended)
    assert other.body_seen == 1
    believed = judge_response(open_ended, page, 0, RetryPolicy(), NOW, 0.5)
    assert isinstance(believed, Whole)
    assert "4 fetches in a row gave the same" in believed.doubt


def test_a_body_that_may_be_cut_and_never_comes_twice_is_given_up() -> None:
    open_ended = HtmlResponse(URL, body=b"<html><body>half", headers={"Content-Type": "text/html"})
    verdict = judge_response(open_ended, replace(due(), tries=5), 0, RetryPolicy(), NOW, 0.5)
    assert isinstance(verdict, Ended)
    assert verdict.fate.state == State.FAILED
    assert "may be cut short" in verdict.fate.reason


@pytest.mark.parametrize("end", [b"</html>", b"</HTML >\n", b"</urlset>", b"</html><!-- cache -->"])
def test_a_body_that_ends_with_a_closing_tag_is_whole(end: bytes) -> None:
    assert isinstance(judged(HtmlResponse(URL, body=b"<html>x" + end)), Whole)


def test_a_pause_of_years_is_a_broken_clock() -> None:
    week = 7 * 24 * 3600
    assert retry_after("999999999", NOW) == NOW + week
    assert retry_after("Fri, 31 Dec 9999 23:59:59 GMT", NOW) == NOW + week


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (DownloadTimeoutError("slow"), State.RETRY),
        (ResponseDataLossError("cut"), State.RETRY),
        (ValueError("odd"), State.RETRY),
        (RobotsDenied("no"), State.DENIED),
        (RobotsUnreachable("no"), State.HELD),
        (PrivateAddress("no"), State.FAILED),
    ],
)
def test_failures(error: Exception, state: State) -> None:
    verdict = judge_failure(error, due(), RetryPolicy(), NOW, 0.5)
    assert isinstance(verdict, Ended)
    assert verdict.fate.state == state


def test_what_was_never_sent_stays_due() -> None:
    assert judge_failure(NotAskedNow("pause"), due(), RetryPolicy(), NOW, 0.5) == HeldBack()


def test_next_look() -> None:
    policy, never = RevisitPolicy(minimum_age=5.0, maximum_age=1e9), History(0, 0, 0.0)
    assert policy.next_look(Seen(State.OFF_HOST, never), NOW) is None
    assert policy.next_look(Seen(State.GONE, never), NOW) == NOW + 1e9
    assert policy.next_look(Seen(State.LOST, never, lost_at=NOW - 7200.0), NOW) == NOW + REMOVED_AFTER - 7200
    looks = [policy.next_look(Seen(State.STORED, History(n, 0, n * 1e6)), NOW) or 0.0 for n in range(9)]
    assert looks == sorted(looks)
    open_question = policy.next_look(Seen(State.STORED, never, answered=False), NOW) or 0.0
    assert NOW + 5 <= open_question < looks[0]


def test_gates() -> None:
    gates = HostGates({})
    assert gates.may_lease("h", 0, NOW)
    assert not gates.may_lease("h", 1, NOW)  # robots.txt is not known yet
    gates.of("h").rules_known = True
    assert gates.may_lease("h", 3, NOW)
    gates.of("h").paused_until = NOW + 5
    assert not gates.may_lease("h", 0, NOW)
    assert gates.may_lease("h", 0, NOW + 5)
    gates.of("h").crawl_delay, gates.of("h").last_sent = 10.0, NOW
    assert not gates.may_lease("h", 1, NOW + 11)
    assert not gates.may_lease("h", 0, NOW + 9)
    assert gates.may_lease("h", 0, NOW + 10)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "100.64.0.1", "224.0.0.1", "no address", ""],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public(address: str) -> None:
    assert is_public(address)


def test_clock() -> None:
    assert Clock.from_setting("2026-01-31T08:00:00Z").stamp() == "2026-01-31T08:00:00Z"
    assert Clock.from_setting("2026-01-31 09:00:00+01:00").stamp() == "2026-01-31T08:00:00Z"
    assert Clock.from_setting("").stamp() > "2026"
    with pytest.raises(ValueError, match="FIXED_CLOCK"):
        Clock.from_setting("noon")


@pytest.mark.parametrize("name", ["../out", "/etc", "a/b", "a\\b", "", ".", "a.b", "A", "a\n", "-a", "a b", "Ａ"])
def test_output_cannot_leave_its_folder(name: str) -> None:
    """A site's name is that of its folder."""
    with pytest.raises(ValueError, match="a site's name is made of"):
        Site(name=name, title="A site")
