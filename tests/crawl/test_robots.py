"""robots.txt by RFC 9309, whatever way the server has of giving it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import crawl_arguments, qa_scraper
from tests.support.faulty_site import FaultySite
from tests.support.routes import Answer, Routes

QUESTION = FaultySite(count=1).question_html(0)
PAGES = {"/": (200, '<a href="/secret/q">a</a><a href="/open/q">b</a>'), "/secret/q": (200, QUESTION)}
FORBIDS = "User-agent: *\nDisallow: /secret\n"
TEXT = {"Content-Type": "text/plain"}


def fetched(output: Path, routes: dict[str, object], *more: str) -> tuple[int, list[str], dict[str, object]]:
    """Exit code, pages asked for, summary."""
    with Routes({**PAGES, **routes}) as site:
        done = qa_scraper(*crawl_arguments("edoctor", site.url, output, "--json", *more))
        return done.returncode, [path for path in site.requests if "robots" not in path], json.loads(done.stdout)


def redirected(times: int) -> dict[str, object]:
    """robots.txt behind so many redirects."""
    names = ["/robots.txt", *(f"/robots{n}.txt" for n in range(1, times)), "/rules.txt"]
    return {**{a: (302, b) for a, b in itertools.pairwise(names)}, "/rules.txt": Answer(200, FORBIDS, TEXT)}


@pytest.mark.parametrize(
    ("routes", "secret_is_read"),
    [
        ({"/robots.txt": Answer(200, FORBIDS, TEXT)}, False),
        ({"/robots.txt": Answer(200, "\ufeff" + FORBIDS, TEXT)}, False),
        ({"/robots.txt": Answer(200, FORBIDS.replace("\n", "\r"), TEXT)}, False),
        ({"/robots.txt": Answer(200, "#" * 400_000 + "\n" + FORBIDS, TEXT)}, False),
        ({"/robots.txt": Answer(200, "#" * 600_000 + "\n" + FORBIDS, TEXT)}, True),  # past the 500 KiB of §2.5
        (redirected(5), False),
        (redirected(7), True),  # §2.3.1.2: as if there were none
        ({"/robots.txt": (404, "")}, True),
        ({"/robots.txt": (403, "")}, True),
        ({"/robots.txt": Answer(200, "User-agent: qa-scraper\nDisallow:\n\n" + FORBIDS, TEXT)}, True),
        ({"/robots.txt": Answer(200, "User-agent: *\nDisallow: /\nAllow: /$\n", TEXT)}, False),
    ],
)
def test_what_is_said_is_done(tmp_path: Path, routes: dict[str, object], *, secret_is_read: bool) -> None:
    code, pages, _ = fetched(tmp_path, routes)
    assert ("/secret/q" in pages, code) == (secret_is_read, 0)


@pytest.mark.parametrize("answer", [Answer(500), Answer(503), Answer(-1)])
def test_what_cannot_be_read_forbids_all(tmp_path: Path, answer: Answer) -> None:
    code, pages, summary = fetched(tmp_path, {"/robots.txt": answer})
    assert (code, pages, summary["urls"]) == (3, [], {"held": 1})


def failing(times: int, then: Answer) -> Callable[[], Answer]:
    """Drops so many connections, then answers."""
    answers = itertools.chain([Answer(-1)] * times, itertools.repeat(then))
    return lambda: next(answers)


def test_a_dropped_connection_is_tried_again(tmp_path: Path) -> None:
    code, pages, _ = fetched(tmp_path, {"/robots.txt": failing(2, Answer(200, FORBIDS, TEXT))})
    assert (code, "/secret/q" in pages, "/open/q" in pages) == (0, False, True)


def test_a_retry_after_on_robots_is_kept(tmp_path: Path) -> None:
    asked: list[float] = []

    def busy() -> Answer:
        asked.append(time.monotonic())
        return Answer(503, "", {"Retry-After": "2"}) if len(asked) == 1 else Answer(200, FORBIDS, TEXT)

    code, _, _ = fetched(tmp_path, {"/robots.txt": busy})
    assert code == 0
    assert asked[1] - asked[0] >= 2
    asked.clear()
    code, pages, summary = fetched(tmp_path / "other", {"/robots.txt": busy}, "-s", "RETRY_WAIT_MAX=1")
    assert (code, pages, len(asked)) == (3, [], 1)
    assert summary["next_due_at"]
