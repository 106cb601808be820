"""The ledger: exactly once whatever the order, ids kept, versions kept, clear errors."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from qa_scraper.commit_group import CommitGroup
from qa_scraper.doctor import examine
from qa_scraper.items import Question, Record, Source, content_hash, question_hash
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_file import LedgerError
from qa_scraper.ledger_format import FORMATS
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.publication import publish as publish_run
from qa_scraper.refresh import State
from qa_scraper.site import Bounds
from qa_scraper.urls import url_hash

AT = "2026-01-31T08:00:00Z"


def publish(ledger: Ledger, folder: Path) -> int:
    run = ledger.begin_run(AT, 0.0)
    return publish_run(ledger, folder, run, AT, Bounds(removals=1.0)).measures.records


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def stored(url: str, text: str, more: str = "", extractor: str = "1") -> StoredRecord:
    record = Record(
        f"s:{url_hash(url)}", "s", url, question=Question("T", text), more_info=more or None, source=Source()
    )
    return StoredRecord("", record.id, question_hash(record), content_hash(record), extractor, orjson.dumps(record))


def store(ledger: Ledger, url: str, text: str, more: str = "", extractor: str = "1", at: str = AT) -> None:
    store_record(ledger, url, stored(url, text, more, extractor), at)


def store_record(ledger: Ledger, url: str, record: StoredRecord, at: str = AT) -> None:
    ledger.add_urls([FoundUrl(url, url, "h")], 0.0, at)
    ledger.commit_page(PageOutcome(url, State.STORED, at, records=(record,)), 0.0)


def store_page(ledger: Ledger, thread: int, page: int, text: int, name: int) -> None:
    """A page of a thread; a further one shows the question again, or (*text* is not 0) nothing but more answers."""
    url = f"http://h/{thread}" + (f"?page={page}" if page > 1 else "")
    question = f"page:http://h/{thread}\nT" if page > 1 and text else f"{text:064}"
    store_record(ledger, url, replace(stored(url, f"{text}"), name=f"s:{name}", question_hash=question))


def lines(folder: Path) -> list[dict[str, dict[str, object]]]:
    return [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]


def test_a_url_is_noted_once_and_keeps_its_first_address(ledger: Ledger) -> None:
    assert ledger.add_urls([FoundUrl("k", "k/", "h"), FoundUrl("k", "k?utm_source=x", "h")], 1.0, AT) == 1
    assert ledger.add_urls([FoundUrl("k", "other", "h")], 2.0, AT) == 0
    assert [(due.key, due.address) for due in ledger.due(["h"], 5.0, 0.0, 9)] == [("k", "k/")]


def test_due_leaves_out_leases_other_hosts_and_later_ones(ledger: Ledger) -> None:
    ledger.add_urls([FoundUrl(k, k, h) for k, h in (("a", "h"), ("b", "h"), ("c", "other"))], 1.0, AT)
    ledger.commit_page(PageOutcome("b", State.RETRY, AT, "HTTP 503", 100.0, 1), 1.0)
    assert [due.key for due in ledger.due(["h"], 50.0, 0.0, 9)] == ["a"]
    assert ledger.due(["h"], 50.0, 0.0, 9, ["a"]) == []
    assert [(due.key, due.tries) for due in ledger.due(["h"], 100.0, 0.0, 9)] == [("a", 0), ("b", 1)]
    assert ledger.next_due_at(["h"], 0.0) == 1.0


def test_a_page_is_not_due_twice_in_a_run(ledger: Ledger) -> None:
    ledger.add_urls([FoundUrl("a", "a", "h")], 1.0, AT)
    ledger.commit_page(PageOutcome("a", State.STORED, AT, due_at=60.0), 10.0)
    assert ledger.due(["h"], 100.0, 50.0, 9) == []
    assert [due.key for due in ledger.due(["h"], 100.0, 70.0, 9)] == ["a"]


def test_links_to_the_host_of_a_new_start_url_are_fetched_and_counted(ledger: Ledger) -> None:
    off_host = [FoundUrl(key, key, "h", State.OFF_HOST, "on another host") for key in ("a", "b")]
    ledger.add_urls([*off_host, FoundUrl("c", "c", "x", State.OFF_HOST)], 5.0, AT)
    assert ledger.open_count(["h", "x"], 9.0) == 0
    assert ledger.mark_start("a", "h", 7.0) == 2
    assert ledger.open_count(["h", "x"], 9.0) == 2
    assert ledger.mark_start("a", "h", 7.0) == 0


def test_a_failed_commit_leaves_nothing(ledger: Ledger) -> None:
    ledger.add_urls([FoundUrl("a", "a", "h")], 1.0, AT)
    broken = StoredRecord("", "s:1", "q", "c", "1", None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit_page(
            PageOutcome("a", State.STORED, AT, records=(stored("a", "x"), broken), found=(FoundUrl("b", "b", "h"),)),
            1.0,
        )
    assert [due.key for due in ledger.due(["h"], 5.0, 0.0, 9)] == ["a"]
    assert ledger.records.count() == 0


COPIES = [("http://h/a", "one"), ("http://h/b", "one"), ("http://h/c", "two"), ("http://h/0", "two")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_same_question_is_one_record_whatever_the_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for at in order:
        store(ledger, *COPIES[at])
    assert publish(ledger, tmp_path) == 2
    ledger.close()
    found = {record["url"]: record["source"]["other_urls"] for record in lines(tmp_path)}
    assert found == {"http://h/a": ["http://h/b"], "http://h/0": ["http://h/c"]}
    assert {record["id"] for record in lines(tmp_path)} == {
        f"s:{url_hash('http://h/a')}",
        f"s:{url_hash('http://h/0')}",
    }


def test_an_id_once_published_is_kept(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/b", "one")
    publish(ledger, tmp_path)
    (before,) = lines(tmp_path)
    store(ledger, "http://h/a", "one")
    publish(ledger, tmp_path)
    (after,) = lines(tmp_path)
    assert (after["id"], after["url"]) == (before["id"], "http://h/a")
    store(ledger, "http://h/a", "one, edited")
    store(ledger, "http://h/b", "one, edited")
    publish(ledger, tmp_path)
    assert [record["id"] for record in lines(tmp_path)] == [before["id"]]


def test_copies_that_part_get_ids_of_their_own(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/a", "one")
    store(ledger, "http://h/b", "one")
    publish(ledger, tmp_path)
    store(ledger, "http://h/b", "another question now")
    publish(ledger, tmp_path)
    assert {record["id"] for record in lines(tmp_path)} == {
        f"s:{url_hash('http://h/a')}",
        f"s:{url_hash('http://h/b')}",
    }


def test_of_two_questions_of_one_name_the_smaller_url_has_it(tmp_path: Path, ledger: Ledger) -> None:
    for url, text in [("http://h/b", "one"), ("http://h/c", "two"), ("http://h/a", "three")]:
        record = replace(stored(url, text), name="s:7" if url != "http://h/c" else "s:8")
        store_record(ledger, url, record)
    publish(ledger, tmp_path)
    ids = {record["url"]: record["id"] for record in lines(tmp_path)}
    assert ids == {"http://h/a": "s:7", "http://h/b": f"s:7~{stored('', 'one').question_hash[:8]}", "http://h/c": "s:8"}


PAGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=14
)


@settings(max_examples=60, deadline=None)
@given(PAGES)
def test_ids_given_by_the_thousand_are_those_given_one_by_one(pages: list[tuple[int, int, int, int, bool]]) -> None:
    """Pages of threads, copies, parts of a question that moved on, names that several claim."""
    import tempfile

    found = []
    for by_the_thousand in (True, False):
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(Ledger(Path(folder) / "l.sqlite")) as ledger:
            for thread, page, text, name, is_published in pages:
                store_page(ledger, thread, page, text, name)
                if is_published:
                    issue(ledger, by_the_thousand=by_the_thousand)
            issue(ledger, by_the_thousand=by_the_thousand)
            found.append(ledger.keys("SELECT url_key || ' ' || id || ' ' || settled FROM records ORDER BY 1"))
    assert found[0] == found[1]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(0, 4), st.integers(0, 4)),
        max_size=12,
        unique_by=lambda page: page[:2],
    ).flatmap(lambda pages: st.tuples(st.just(pages), st.permutations(pages)))
)
def test_ids_do_not_hang_on_the_order_in_which_pages_are_read(
    orders: tuple[list[tuple[int, int, int, int]], list[tuple[int, int, int, int]]],
) -> None:
    import tempfile

    found = []
    for pages in orders:
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(Ledger(Path(folder) / "l.sqlite")) as ledger:
            for page in pages:
                store_page(ledger, *page)
            ledger.records.issue_ids()
            found.append(ledger.keys("SELECT url_key || ' ' || id || ' ' || settled FROM records ORDER BY 1"))
    assert found[0] == found[1]


def test_a_name_that_was_given_ahead_yields_to_a_smaller_url(tmp_path: Path, ledger: Ledger) -> None:
    """The one at the smaller URL was a copy, with another id; what it is now claims the name of what is new."""
    for url, name in [("http://h/a", "s:1"), ("http://h/b", "s:2")]:
        store_record(ledger, url, replace(stored(url, "one"), name=name))
    publish(ledger, tmp_path)
    store_record(ledger, "http://h/c", replace(stored("http://h/c", "two"), name="s:2"))
    store_record(ledger, "http://h/b", replace(stored("http://h/b", "three"), name="s:2"))
    publish(ledger, tmp_path)
    ids = {record["url"]: record["id"] for record in lines(tmp_path)}
    assert ids == {
        "http://h/a": "s:1",
        "http://h/b": "s:2",
        "http://h/c": f"s:2~{stored('', 'two').question_hash[:8]}",
    }


@pytest.mark.parametrize(
    ("url", "text", "name", "thread"),
    [("http://h/0", "one", "s:0", "s:0"), ("http://h/7", "one", "s:9", "s:9"), ("http://h/0", "two", "s:7", None)],
    ids=["a copy at a smaller URL", "another name", "another question of that name"],
)
def test_pages_of_a_thread_follow_an_id_that_was_issued_but_not_published(
    tmp_path: Path, ledger: Ledger, url: str, text: str, name: str, thread: str | None
) -> None:
    """A run is killed between the ids and the files; the next one finds what gives the thread another id."""
    first, second = "http://h/7", "http://h/7?page=2"
    store_record(ledger, first, replace(stored(first, "one"), name="s:7"))
    store_record(ledger, second, replace(stored(second, "more"), name="s:7p2", question_hash=f"page:{first}\nT"))
    ledger.records.issue_ids()
    store_record(ledger, url, replace(stored(url, text, extractor="2"), name=name))
    publish(ledger, tmp_path)
    ids = ledger.keys(f"SELECT DISTINCT id FROM records WHERE url_key IN ('{first}', '{second}')")
    assert ids == [thread or f"s:7~{stored('', 'one').question_hash[:8]}"]
    assert any(second in record["source"]["other_urls"] for record in lines(tmp_path))


def test_a_thread_whose_address_leads_to_its_last_page_is_published(tmp_path: Path, ledger: Ledger) -> None:
    first, last = "http://h/7", "http://h/7?page=2"
    ledger.add_urls([FoundUrl(first, first, "h"), FoundUrl(last, last, "h")], 0.0, AT)
    ledger.commit_page(PageOutcome(first, State.MOVED, AT, moved_to=last), 0.0)
    store_record(ledger, last, replace(stored(last, "more"), name="s:7", question_hash=f"page:{first}\nT"))
    assert publish(ledger, tmp_path) == 1
    assert [record["id"] for record in lines(tmp_path)] == ["s:7"]


def test_doctor_finds_no_fault_in_what_a_killed_run_left(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/b", "one")
    publish(ledger, tmp_path)
    ledger.begin_run(AT, 1.0)
    for url in ("http://h/a", "http://h/c"):
        store_record(ledger, url, replace(stored(url, url), name="s:same"))
    ledger.close()
    assert list(examine(tmp_path / "ledger.sqlite")) == []


def issue(ledger: Ledger, *, by_the_thousand: bool) -> None:
    if by_the_thousand:
        ledger.records.issue_ids()
        return
    for question in dict.fromkeys(ledger.keys("SELECT question_hash FROM records WHERE settled=0 ORDER BY url_key")):
        ledger.records.issue_id(question)


def test_versions(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/a", "one")
    store(ledger, "http://h/a", "one", at="2026-02-01T08:00:00Z")
    publish(ledger, tmp_path)
    assert lines(tmp_path)[0]["source"]["version"] == 1
    store(ledger, "http://h/a", "one", more="news", at="2026-02-02T08:00:00Z")
    publish(ledger, tmp_path)
    (record,) = lines(tmp_path)
    assert (record["more_info"], record["source"]["version"]) == ("news", 2)
    assert (record["source"]["first_seen_at"], record["source"]["changed_at"]) == (AT, "2026-02-02T08:00:00Z")
    with sqlite3.connect(ledger.path) as database:
        assert database.execute("SELECT url_key, version FROM record_versions").fetchall() == [("http://h/a", 1)]


def test_a_newer_extractor_reaches_old_records(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/a", "one")
    store(ledger, "http://h/a", "one", extractor="2")
    with sqlite3.connect(ledger.path) as database:
        assert database.execute("SELECT extractor_version, version FROM records").fetchall() == [("2", 1)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=12))
@example([(2, 2), (0, 2), (2, 1), (1, 1), (1, 0)])
def test_published_questions_are_those_of_the_last_look(pages: list[tuple[int, int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        ledger = Ledger(Path(name) / "ledger.sqlite")
        for number, text in pages:
            store(ledger, f"http://h/{number}", f"text {text}")
            publish(ledger, Path(name))
        ledger.close()
        last = {f"http://h/{number}": f"text {text}" for number, text in pages}
        found = lines(Path(name))
        shown = {url: r["question"]["text"] for r in found for url in [r["url"], *r["source"]["other_urls"]]}
        assert shown == last
        assert len(found) == len(set(last.values()))
        assert [r["id"] for r in found] == sorted({r["id"] for r in found})


def test_an_unchanged_snapshot_is_not_touched(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "http://h/a", "one")
    publish(ledger, tmp_path)
    before = (tmp_path / "questions.jsonl").stat()
    publish(ledger, tmp_path)
    assert (tmp_path / "questions.jsonl").stat() == before
    assert [path.name for path in tmp_path.glob(".questions*")] == []


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"something else " * 100)
    with pytest.raises(LedgerError, match="move it away"):
        Ledger(tmp_path / "ledger.sqlite")
    assert (tmp_path / "ledger.sqlite").read_bytes().startswith(b"something else")


def test_what_could_not_be_flushed_is_told_from_then_on(tmp_path: Path, ledger: Ledger) -> None:
    def page(text: str, pause: tuple[str, float] | None = None) -> PageOutcome:
        return PageOutcome("http://h/1", State.STORED, AT, records=(stored("http://h/1", text),), pause=pause)

    async def crawl() -> None:
        group = CommitGroup(ledger, told.append)
        group.commit_page(page("one"), 0.0)
        group.end()
        (tmp_path / "ledger.sqlite-wal").rename(tmp_path / "away")
        with pytest.raises(sqlite3.OperationalError, match=r"its log cannot be brought onto the disk: .*\.sqlite-wal"):
            group.commit_page(page("two", ("h", 5.0)), 0.0)  # ends the group
        (tmp_path / "away").rename(tmp_path / "ledger.sqlite-wal")
        assert group.commit_page(page("three"), 0.0).changed
        with pytest.raises(sqlite3.OperationalError, match="its log"):
            group.close()

    told: list[sqlite3.Error] = []
    ledger.add_urls([FoundUrl("http://h/1", "http://h/1", "h")], 0.0, AT)
    asyncio.run(crawl())
    assert told == []
    ledger.close()  # what was not committed is gone, what was is whole
    again = Ledger(tmp_path / "ledger.sqlite")
    assert publish(again, tmp_path) == 1
    again.close()
    assert lines(tmp_path)[0]["question"]["text"] == "two"


def test_a_ledger_behind_a_link_has_its_log_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "ledger.sqlite").symlink_to(tmp_path / "real" / "file.sqlite")

    async def crawl() -> None:
        ledger = Ledger(tmp_path / "ledger.sqlite")
        group = CommitGroup(ledger, pytest.fail)
        ledger.add_urls([FoundUrl("http://h/1", "http://h/1", "h")], 0.0, AT)
        group.commit_page(PageOutcome("http://h/1", State.NO_QUESTION, AT), 0.0)
        group.close()
        ledger.close()

    asyncio.run(crawl())


def test_a_ledger_of_a_newer_version(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("PRAGMA user_version=99")
    with pytest.raises(LedgerError, match="newer qa-scraper"):
        Ledger(tmp_path / "ledger.sqlite")


@pytest.mark.parametrize("version", range(3, len(FORMATS)))
def test_the_records_of_an_older_ledger_are_kept_as_they_are(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite"
    columns = (
        "url_key, part, question_hash, content_hash, name, id, settled, body, extractor_version, first_seen_at,"
        " changed_at, version, lost_at, removed_at, answered"
    )
    rows = [
        ("b", "", "q", "c", "s:b", "s:b", 1, b"{}" * 3000, "2", AT, AT, 3, None, None, 1),
        ("a", "x", "q", "c", "s:a#x", None, 0, b"{}", "1", AT, AT, 1, 5.5, AT, 0),
    ]
    with sqlite3.connect(path) as old:
        for added in FORMATS[:version]:
            old.executescript(added)
        old.execute(f"PRAGMA user_version={version}")
        old.executemany(f"INSERT INTO records ({columns}) VALUES ({', '.join('?' * 15)})", rows)
    Ledger(path).close()
    with sqlite3.connect(path) as new:
        assert new.execute(f"SELECT {columns} FROM records ORDER BY url_key DESC").fetchall() == rows
        with pytest.raises(sqlite3.IntegrityError):
            new.execute(f"INSERT INTO records ({columns}) VALUES ({', '.join('?' * 15)})", rows[0])
    Ledger(tmp_path / "fresh.sqlite").close()
    with sqlite3.connect(path) as new, sqlite3.connect(tmp_path / "fresh.sqlite") as fresh:
        tables = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
        assert new.execute(tables).fetchall() == fresh.execute(tables).fetchall()


def test_in_a_run_with_a_limit_an_unanswered_question_comes_first(ledger: Ledger) -> None:
    for url, answered in (("a", True), ("b", False), ("c", True)):
        ledger.add_urls([FoundUrl(url, url, "h")], 0.0, AT)
        record = replace(stored(url, url), answered=answered)
        ledger.commit_page(PageOutcome(url, State.STORED, AT, records=(record,)), 0.0)
    later = 60 * 24 * 3600.0
    ledger.pages.rank_due(later)
    assert [due.key for due in ledger.due(["h"], later, later, 9, by_worth=True)] == ["b", "a", "c"]
