"""A policy that changes where something goes wrong: a rejected run, a crash, a lost key."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from qa_scraper.change_feed import feeds, replay
from qa_scraper.doctor import examine
from qa_scraper.errors import InputError
from qa_scraper.items import Asker, Question, Record, Source, content_hash, question_hash
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_format import FORMATS
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.privacy import PrivacyPolicy
from qa_scraper.publication import publish
from qa_scraper.refresh import State
from qa_scraper.run_store import RunStore
from qa_scraper.site import Bounds, Site

AT = "2026-01-31T08:00:00Z"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    for number, name in enumerate(("Lily Chen", "Amy Wu", "陳小明")):
        store(opened, number, name, f"{name} has had it for {number} days.")
    yield opened
    opened.close()


def store(ledger: Ledger, number: int, name: str, text: str) -> None:
    url = f"http://h/{number}"
    record = Record(f"s:{number}", "s", url, question=Question("T", text), asker=Asker(name), source=Source())
    record.source.content_hash = content_hash(record)
    kept = StoredRecord("", record.id, question_hash(record), content_hash(record), "1", orjson.dumps(record))
    ledger.add_urls([FoundUrl(url, url, "h")], 0.0, AT)
    ledger.commit_page(PageOutcome(url, State.STORED, AT, records=(kept,)), 0.0)


def published(ledger: Ledger, policy: PrivacyPolicy, records: int = 0) -> bool:
    """Publishes with *records* as the least number of them; whether it was let through."""
    folder = ledger.path.parent
    run = ledger.begin_run(AT, 0.0)
    return not publish(ledger, folder, run, AT, Bounds(records=records), policy=policy).breaches


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in folder.rglob("*.jsonl"))


def assert_agree(folder: Path) -> None:
    assert replay(feeds(folder)) == (folder / "questions.jsonl").read_bytes().splitlines()


def test_a_rejected_run_hides_what_was_published_before(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "keep")
    assert "Lily" in text_of(tmp_path)
    assert not published(ledger, "pseudonym", records=99)
    assert (tmp_path / "rejected" / "000002" / "questions.jsonl").exists()
    assert not any(name in text_of(tmp_path) for name in ("Lily", "Amy", "小明"))
    assert_agree(tmp_path)
    assert not published(ledger, "keep", records=99)
    assert "Lily" not in (tmp_path / "questions.jsonl").read_text("utf-8")  # to show them again does wait for a run
    assert ledger.runs.privacy() == "pseudonym"
    assert published(ledger, "keep")
    assert "Lily" in text_of(tmp_path)
    assert_agree(tmp_path)


def test_who_follows_the_feeds_hears_of_what_a_rejected_run_hid(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "keep")
    taken = tmp_path / "taken.jsonl"  # by a follower, before
    shutil.copy(tmp_path / "changes" / "000001.jsonl", taken)
    assert not published(ledger, "drop", records=99)
    told = tmp_path / "changes" / "000002.jsonl"
    assert replay([taken, told]) == (tmp_path / "questions.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["before"] for line in told.read_bytes().splitlines()] == [{}] * 3
    assert_agree(tmp_path)
    assert not published(ledger, "drop", records=99)
    assert len(feeds(tmp_path)) == 2  # told once


def test_a_damaged_snapshot_does_not_keep_a_rejected_run_from_hiding(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "keep")
    taken = tmp_path / "taken.jsonl"
    shutil.copy(tmp_path / "changes" / "000001.jsonl", taken)
    snapshot = tmp_path / "questions.jsonl"
    snapshot.write_bytes(snapshot.read_bytes()[:-30])
    assert not published(ledger, "drop", records=99)
    assert replay([taken, tmp_path / "changes" / "000002.jsonl"]) == snapshot.read_bytes().splitlines()
    assert_agree(tmp_path)


def test_what_was_rejected_is_hidden_after_a_policy_that_came_to_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """drop, then keep that the gate rejects, then drop again."""
    assert published(ledger, "drop")
    assert not published(ledger, "keep", records=99)
    assert "Lily" in text_of(tmp_path / "rejected")
    assert published(ledger, "drop")
    assert "Lily" not in text_of(tmp_path)
    assert_agree(tmp_path)


def test_a_policy_taken_back_after_a_crash_leaves_files_that_agree(ledger: Ledger, tmp_path: Path) -> None:
    """keep, drop that ended when one of two feeds was rewritten, keep again: rejected first, then let through."""
    assert published(ledger, "keep")
    store(ledger, 0, "Lily Chen-Wang", "Lily Chen-Wang has had it for 9 days.")
    assert published(ledger, "keep")
    second = tmp_path / "changes" / "000002.jsonl"
    kept = second.read_bytes()
    second.write_bytes(b"{\n")
    with pytest.raises(InputError, match="restore the file from a backup"):
        published(ledger, "drop")
    second.write_bytes(kept)
    assert "Amy" not in (tmp_path / "changes" / "000001.jsonl").read_text("utf-8")
    assert not published(ledger, "keep", records=99)
    assert_agree(tmp_path)
    assert published(ledger, "keep")
    assert "Amy" in (tmp_path / "questions.jsonl").read_text("utf-8")
    assert_agree(tmp_path)


def test_a_policy_that_was_cut_off_when_it_showed_names_hides_them_again(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """drop, keep that ended with all files in place but not noted, drop again."""
    assert published(ledger, "drop")
    with monkeypatch.context() as patched:
        patched.delattr(RunStore, "note_privacy")
        with pytest.raises(AttributeError, match="note_privacy"):
            published(ledger, "keep")
    assert "Lily" in (tmp_path / "changes" / "000002.jsonl").read_text("utf-8")
    assert published(ledger, "drop")
    assert "Lily" not in text_of(tmp_path)
    assert_agree(tmp_path)


def test_a_change_that_was_cut_off_is_finished(ledger: Ledger, tmp_path: Path) -> None:
    """As after a crash at any of its steps: the next publication does all of it."""
    assert published(ledger, "keep")
    raw = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    assert published(ledger, "drop")
    done = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    first, snapshot = tmp_path / "changes" / "000001.jsonl", tmp_path / "questions.jsonl"
    told = tmp_path / "changes" / "000002.jsonl"
    for step in range(4):  # nothing, the old feed, the new feed, the snapshot
        for number, path in enumerate((first, told, snapshot)):
            path.write_bytes(done[path] if number < step else raw.get(path, b""))
        if step < 2:
            told.unlink()
        with ledger.transaction():
            ledger.runs.note_privacy("keep")
            ledger.runs.note_publication(2, "publishing")
        assert published(ledger, "drop")
        assert not any(name in text_of(tmp_path) for name in ("Lily", "Amy", "小明"))
        assert snapshot.read_bytes() == done[snapshot]
        assert_agree(tmp_path)
        assert list(examine(ledger.path, "drop")) == []
        for path in feeds(tmp_path)[2:]:
            path.unlink()


def test_former_values_of_the_past_are_hidden(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "keep")
    store(ledger, 0, "Lily Chen-Wang", "Lily Chen-Wang has had it for 9 days.")
    assert published(ledger, "keep")
    assert published(ledger, "pseudonym")
    (line,) = (tmp_path / "changes" / "000002.jsonl").read_bytes().splitlines()
    change = orjson.loads(line)
    was, now = change["before"]["asker"]["name"], change["record"]["asker"]["name"]
    assert was.startswith("asker-")
    assert was != now
    assert change["before"]["question"]["text"] == f"{was} has had it for 0 days."
    assert replay(feeds(tmp_path, 1))[0] == orjson.dumps(
        {**orjson.loads(replay(feeds(tmp_path, 1))[0]), "asker": {**change["record"]["asker"], "name": was}}
    )
    assert_agree(tmp_path)


def test_the_doctor_misses_the_key_and_makes_none(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "pseudonym")
    assert list(examine(ledger.path, "pseudonym")) == []
    assert [finding.what for finding in examine(ledger.path)] == [
        "questions.jsonl was published with privacy pseudonym, not keep"
    ]
    key = tmp_path / "privacy.key"
    key.write_text("ff", "ascii")
    assert "holds no key" in next(examine(ledger.path, "pseudonym")).what
    key.unlink()
    assert [finding.what for finding in examine(ledger.path, "pseudonym")] == ["privacy.key is missing"]
    assert not key.exists()


def test_without_its_key_everybody_gets_another_name(ledger: Ledger, tmp_path: Path) -> None:
    assert published(ledger, "pseudonym")
    first = (tmp_path / "questions.jsonl").read_bytes()
    assert published(ledger, "pseudonym")
    assert (tmp_path / "questions.jsonl").read_bytes() == first
    (tmp_path / "privacy.key").unlink()
    assert published(ledger, "pseudonym")
    assert (tmp_path / "questions.jsonl").read_bytes() != first
    assert_agree(tmp_path)


def test_what_the_gate_measures_is_what_was_read(ledger: Ledger) -> None:
    """A name that is left out on purpose is no field that records lost."""
    assert published(ledger, "keep")
    folder = ledger.path.parent
    measures = publish(ledger, folder, ledger.begin_run(AT, 0.0), AT, Bounds(fill={"asker.name": 1.0}), policy="drop")
    assert measures.breaches == ()
    assert measures.measures.fill["asker.name"] == 1.0


def test_a_ledger_of_the_format_before_has_forgotten_nobody(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.sqlite") as old:
        for added in FORMATS[:3]:
            old.executescript(added)
        old.execute("PRAGMA user_version=3")
    ledger = Ledger(tmp_path / "old.sqlite")
    assert (ledger.forgotten.is_empty, ledger.forgotten.unfinished(), ledger.runs.privacy()) == (True, None, "keep")
    ledger.close()


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="one of keep, pseudonym, drop, not 'hide'"):
        Site(name="s", title="S", privacy="hide")  # type: ignore[arg-type]
