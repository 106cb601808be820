"""The demo site, crawled whole and compared with its truth, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator
from qa_scraper.demo import DemoServer, demo_site, truth
from qa_scraper.items import Record, record_schema

from tests.fixtures import differences
from tests.support.commands import CLOCK, crawl_arguments, qa_scraper, records

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(demo_site()) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("demo")
    done = qa_scraper(*crawl_arguments("demo", server.url, output, "--json"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["complete"] is True
    return output


def by_id(found: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    return {str(record["id"]): record for record in found}


def plain(record: Record) -> dict[str, object]:
    made: dict[str, object] = json.loads(orjson.dumps(record))
    return made


def test_every_record_once_in_order(server: DemoServer, crawled: Path) -> None:
    ids = [record["id"] for record in records(crawled, "demo")]
    assert ids == [record.id for record in truth(server.site, server.url)]


def test_every_field_right(server: DemoServer, crawled: Path) -> None:
    got = by_id(records(crawled, "demo"))
    for expected in truth(server.site, server.url):
        record = got[expected.id]
        source = record.pop("source")
        assert isinstance(source, dict)
        whole = plain(expected)
        assert source["other_urls"] == whole.pop("source")["other_urls"]  # type: ignore[index]
        assert differences(record, whole) == []
        assert (source["http_status"], source["fetched_at"], source["version"]) == (200, CLOCK, 1)


def test_lines_fit_the_schema(crawled: Path) -> None:
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for record in records(crawled, "demo"):
        assert list(validator.iter_errors(record)) == []


def test_what_robots_forbids_was_not_fetched(server: DemoServer, crawled: Path) -> None:
    fetched = [path for path, _ in server.requests]
    assert [path for path in fetched if path.startswith("/private")] == []
    assert fetched[0] == "/robots.txt"


def test_nothing_was_fetched_twice(server: DemoServer, crawled: Path) -> None:
    fetched = [path for path, _ in server.requests]
    assert len(fetched) == len(set(fetched))


def test_a_second_run_fetches_nothing_and_changes_no_byte(server: DemoServer, crawled: Path) -> None:
    snapshot = crawled / "demo" / "questions.jsonl"
    before, stamp, requests = snapshot.read_bytes(), snapshot.stat().st_mtime_ns, len(server.requests)
    done = qa_scraper(*crawl_arguments("demo", server.url, crawled))
    assert done.returncode == 0, done.stderr
    assert (snapshot.read_bytes(), snapshot.stat().st_mtime_ns) == (before, stamp)
    assert len(server.requests) <= requests + 1
