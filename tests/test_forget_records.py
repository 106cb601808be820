"""Whose records `forget` removes, and what of them it takes out of others, told by ledgers that are made for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from qa_scraper.change_feed import feeds, replay
from qa_scraper.errors import InputError
from qa_scraper.items import Answer, Asker, Author, Question, Record, RelatedQuestion, content_hash, question_hash
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.publication import publish
from qa_scraper.refresh import State
from qa_scraper.site import Bounds
from qa_scraper.upkeep import Forgotten, forget_site, publish_site

AT = "2026-01-31T08:00:00Z"
SITE = "edoctor"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / SITE).mkdir()
    opened = Ledger(tmp_path / SITE / "ledger.sqlite")
    yield opened
    opened.close()


def asked(path: str, name: str, asker: str | None, teased: str = "") -> Record:
    """The record *name* at *path*, with a teaser of the page *teased* if there is one."""
    record = Record(name, SITE, f"http://h/{path}", question=Question(name, f"{asker} at {path}"), asker=Asker(asker))
    record.related_questions = [RelatedQuestion("T", f"http://h/{teased}", "what she said")] if teased else []
    return record


def store(ledger: Ledger, *records: Record) -> None:
    """Stores *records* as those of one page."""
    url = records[0].url or ""
    kept = tuple(
        StoredRecord(part, record.id, question_hash(record), content_hash(record), "1", orjson.dumps(record))
        for record in records
        for part in [record.id.partition("#")[2]]
    )
    ledger.add_urls([FoundUrl(url, url, "h")], 0.0, AT)
    ledger.commit_page(PageOutcome(url, State.STORED, AT, records=kept), 0.0)


def published(ledger: Ledger, records: int = 0) -> int:
    """The run that publishes, or is rejected where there are fewer than so many *records*."""
    run = ledger.begin_run(AT, 0.0)
    publish(ledger, ledger.path.parent, run, AT, Bounds(records=records))
    return run


def forgotten(ledger: Ledger, asker: str | None = None, record_id: str | None = None) -> Forgotten:
    return forget_site(SITE, ledger.path.parent.parent, asker=asker, record_id=record_id, confirm=lambda _: True)


def snapshot(ledger: Ledger) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in (ledger.path.parent / "questions.jsonl").read_bytes().splitlines()]


def assert_agree(ledger: Ledger) -> None:
    folder = ledger.path.parent
    assert replay(feeds(folder)) == (folder / "questions.jsonl").read_bytes().splitlines()


@pytest.mark.parametrize("by_id", [False, True])
def test_who_shares_the_sites_own_id_stays(ledger: Ledger, *, by_id: bool) -> None:
    """Lily's was read by a run that was killed before it published: her record has no id yet."""
    store(ledger, asked("bob", "s:1", "Bob"))
    published(ledger)
    store(ledger, asked("lily", "s:1", "Lily"))
    done = forgotten(ledger, record_id="s:1") if by_id else forgotten(ledger, "Lily")
    assert done.found.urls == (("http://h/bob",) if by_id else ("http://h/lily",))
    assert [record["id"] for record in snapshot(ledger)] == ([] if by_id else ["s:1"])
    published(ledger)
    names = [record["asker"]["name"] for record in snapshot(ledger)]  # type: ignore[index]
    assert names == (["Lily"] if by_id else ["Bob"])
    assert_agree(ledger)


def test_a_damaged_snapshot_is_rebuilt_from_the_feeds(ledger: Ledger) -> None:
    store(ledger, asked("bob", "s:1", "Bob"))
    store(ledger, asked("lily", "s:2", "Lily"))
    published(ledger)
    file = ledger.path.parent / "questions.jsonl"
    file.write_bytes(file.read_bytes()[:-40] + b"\n")
    assert forgotten(ledger, "Lily").run == 2
    assert [record["id"] for record in snapshot(ledger)] == ["s:1"]
    (told,) = (ledger.path.parent / "changes" / "000002.jsonl").read_bytes().splitlines()
    assert (orjson.loads(told)["op"], orjson.loads(told)["id"]) == ("removed", "s:2")
    published(ledger)
    assert_agree(ledger)


def test_teasers_that_lead_there_by_a_redirect_go_and_stay_away(ledger: Ledger) -> None:
    store(ledger, asked("lily", "s:1", "Lily"))
    for old, new in (("older", "old"), ("old", "lily"), ("other", "bob")):
        ledger.add_urls([FoundUrl(f"http://h/{old}", f"http://h/{old}", "h")], 0.0, AT)
        ledger.commit_page(PageOutcome(f"http://h/{old}", State.MOVED, AT, moved_to=f"http://h/{new}"), 0.0)
    for number, teased in enumerate(("older", "old", "other")):
        store(ledger, asked(f"by-{number}", f"s:by-{number}", "Bob", teased))
    published(ledger)
    done = forgotten(ledger, "Lily")
    assert (done.found.teasers, done.found.whole) == (2, ("http://h/lily",))
    left = [record["related_questions"] for record in snapshot(ledger)]
    assert [len(teasers) for teasers in left] == [0, 0, 1]  # type: ignore[arg-type]
    again = asked("by-0", "s:by-0", "Bob", "older")
    assert (ledger.forgotten.stays_away(again), again.related_questions) == (False, [])
    assert_agree(ledger)


def test_teasers_of_a_page_with_parts_go_and_stay_away(ledger: Ledger) -> None:
    store(ledger, asked("faq", "s:faq#1", "Lily"), asked("faq", "s:faq#2", "Amy"))
    store(ledger, asked("bob", "s:bob", "Bob", "faq"))
    published(ledger)
    done = forgotten(ledger, "Lily")
    assert (done.found.teasers, done.found.whole) == (1, ())
    assert [(record["id"], record["related_questions"]) for record in snapshot(ledger)] == [
        ("s:bob", []), ("s:faq#2", []),
    ]  # fmt: skip
    again = asked("bob", "s:bob", "Bob", "faq")
    assert (ledger.forgotten.stays_away(again), again.related_questions) == (False, [])
    assert_agree(ledger)


def test_who_signs_with_a_forgotten_name_stays_away(ledger: Ledger) -> None:
    store(ledger, asked("lily", "s:1", "Lily"))
    published(ledger)
    forgotten(ledger, "Lily")
    record = asked("new", "s:9", None)
    record.answers = [Answer(Author(None), "Thanks", signed_by="Lily", by_asker=True)]
    assert ledger.forgotten.stays_away(record)


def test_what_was_rejected_before_somebody_was_forgotten_is_not_accepted(ledger: Ledger) -> None:
    """Its feed would have a smaller number than the one that tells of the removal."""
    store(ledger, asked("bob", "s:1", "Bob"))
    store(ledger, asked("lily", "s:2", "Lily"))
    published(ledger)
    store(ledger, asked("amy", "s:3", "Amy"))
    rejected = published(ledger, records=99)
    forgotten(ledger, "Lily")
    with pytest.raises(InputError, match=r"run 2 cannot be accepted.* feed of run 3.*qa-scraper refresh edoctor"):
        publish_site(SITE, ledger.path.parent.parent, accept=rejected)
    assert_agree(ledger)


def test_the_bodies_are_read_once_however_many_urls_somebody_has(ledger: Ledger) -> None:
    for number in range(30):
        store(ledger, asked(f"lily-{number}", f"s:l{number}", "Lily", f"bob-{number}"))
        store(ledger, asked(f"bob-{number}", f"s:b{number}", "Bob", f"lily-{number}"))
    published(ledger)
    with closing(sqlite3.connect(ledger.path)) as watched:
        said: list[str] = []
        watched.set_trace_callback(said.append)
        found = type(ledger.removals)(watched).of_asker(lambda name: name == "Lily")
    assert (len(found.records), found.teasers) == (30, 30)
    assert sum("body" in each and " FROM records" in each and "url_key=" not in each for each in said) == 2
