"""The checks find what is wrong: a check that finds nothing proves nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import orjson
import pytest
from qa_scraper.items import Record

from tests.faults.campaign import spread
from tests.faults.checks import Run, Verdict, exactly_once, exit_codes, published, stayed_at_home
from tests.faults.reader import SnapshotReader
from tests.faults.site import TortureSite, TrapHosts


@pytest.fixture
def site() -> TortureSite:
    made = TortureSite(count=3)
    made.url = "http://site.test"
    return made


def shown(site: TortureSite) -> list[dict[str, object]]:
    return [{"id": url, "url": url, "source": {"other_urls": []}, **fields} for url, fields in site.truth.items()]


def findings(site: TortureSite, records: list[dict[str, object]]) -> tuple[int, int, int, int]:
    verdict = Verdict()
    exactly_once(site, records, verdict)
    return verdict.lost, verdict.doubled, verdict.wrong, len(verdict.findings)


def test_the_truth_itself_is_right(site: TortureSite) -> None:
    assert findings(site, shown(site)) == (0, 0, 0, 0)


def test_lost_doubled_wrong_and_strange_records_are_found(site: TortureSite) -> None:
    records = shown(site)
    assert findings(site, records[1:]) == (1, 0, 0, 1)
    second = {**records[0], "id": "other", "url": "http://site.test/print/0"}
    assert findings(site, [*records, second]) == (0, 1, 0, 1)
    assert findings(site, [{**records[0], "title": "other"}, *records[1:]]) == (0, 0, 1, 1)
    assert findings(site, [*records, {**records[0], "id": "x", "url": "http://site.test/d/1"}])[3] == 1
    assert findings(site, [{**record, "id": "same"} for record in records])[3] == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (orjson.dumps(Record("s:1", "s")) + b"\n", 0),
        (orjson.dumps(Record("s:1", "s")), 1),
        (orjson.dumps(Record("s:1", "s"))[:-9] + b"\n", 1),
        (b'{"id": "\xff"}\n', 1),
        (b'{"id": "s:1"}\n', 1),
    ],
)
def test_bad_lines_are_found(tmp_path: Path, content: bytes, found: int) -> None:
    verdict = Verdict()
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content)
    published(path, verdict)
    assert len(verdict.findings) == found


def test_the_reader_sees_torn_lines_and_fewer_records(tmp_path: Path) -> None:
    reader = SnapshotReader(tmp_path / "questions.jsonl")
    for content in (b'{"a": 1}\n{"a": 2}\n', b'{"a": 1}\n{"a"', b'{"a": 1}\n'):
        reader.path.write_bytes(content)
        reader.look()
    assert (reader.polls, reader.torn, reader.fewer) == (3, 1, 1)
    reader.path.unlink()
    reader.look()
    assert reader.fewer == 2


def test_an_exit_code_that_does_not_fit_is_found() -> None:
    for code, complete, hurt, found in [(0, True, False, 0), (3, False, False, 0), (0, False, True, 1)]:
        verdict = Verdict()
        exit_codes([Run(code, complete=complete, hurt=hurt)], verdict)
        assert len(verdict.findings) == found
    verdict = Verdict()
    exit_codes([Run(3, complete=True), Run(1, errors="Traceback (most recent call last):")], verdict)
    assert len(verdict.findings) == 2


def test_a_connection_to_a_trap_is_found(site: TortureSite) -> None:
    traps, verdict = TrapHosts(), Verdict()
    host, _, port = traps.hosts[1].partition(":")
    socket.create_connection((host, int(port))).close()
    stayed_at_home(site, traps, verdict)
    traps.close()
    assert len(verdict.findings) == 1


def test_points_are_spread_from_the_first_to_the_last() -> None:
    assert spread(4, 0) == [1, 2, 3, 4]
    assert spread(301, 3) == [1, 151, 301]
    assert spread(2, 9) == [1, 2]
