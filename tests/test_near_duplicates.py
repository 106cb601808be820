"""Near-duplicates: which records are found, how clusters keep their names, and what a rejected run leaves: nothing."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qa_scraper.change_feed import feeds, replay
from qa_scraper.items import Answer, Question, Record, content_hash, question_hash
from qa_scraper.ledger import Ledger
from qa_scraper.ledger_format import FORMATS
from qa_scraper.ledger_values import FoundUrl, PageOutcome, StoredRecord
from qa_scraper.near_duplicates import Cluster, are_similar, names, signature_of, signatures, tokens, values
from qa_scraper.publication import Publication
from qa_scraper.publication import publish as publish_run
from qa_scraper.refresh import REMOVED_AFTER, State
from qa_scraper.site import Bounds

from tests.near_duplicates import AT, DOCUMENT, Writer, measured, table

WORDS = Writer("en", random.Random(1))
KNEE, LUNG, SKIN = (WORDS.text(12) for _ in range(3))
HALF = f"{KNEE[: len(KNEE) // 2]} {SKIN[: len(SKIN) // 2]}"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def stored(name: str, text: str | None, answer: str | None = None) -> StoredRecord:
    answers = [Answer(text=answer)] if answer else []
    record = Record(f"s:{name}", "s", f"http://h/{name}", question=Question(f"About {name}", text), answers=answers)
    body = orjson.dumps(record)
    signature = signature_of(body) if ord(name[-1]) % 2 else None  # half of them as a worker process reads them
    return StoredRecord("", record.id, question_hash(record), content_hash(record), "1", body, bool(answers), signature)


def store(ledger: Ledger, name: str, text: str | None, answer: str | None = None) -> None:
    key = f"http://h/{name}"
    ledger.add_urls([FoundUrl(key, key, "h")], 0.0, AT)
    ledger.commit_page(PageOutcome(key, State.STORED, AT, records=(stored(name, text, answer),)), 0.0)


def remove(ledger: Ledger, name: str) -> None:
    for now in (0.0, REMOVED_AFTER + 1):
        ledger.commit_page(PageOutcome(f"http://h/{name}", State.GONE, AT, "HTTP 404"), now)


def publish(ledger: Ledger, folder: Path, removals: float = 1.0) -> Publication:
    return publish_run(ledger, folder, ledger.begin_run(AT, 0.0), AT, Bounds(removals=removals))


def publish_anyhow(ledger: Ledger, folder: Path) -> None:
    publish_run(ledger, folder, ledger.begin_run(AT, 0.0), AT, Bounds(), accepted=True)


def published(folder: Path) -> dict[str, str | None]:
    """The cluster of each record; what the feeds come to is the snapshot."""
    lines = (folder / "questions.jsonl").read_bytes().splitlines()
    assert replay(feeds(folder)) == lines
    records = map(orjson.loads, lines)
    return {record["id"][2:]: record["duplicate_cluster"] for record in records}


def test_what_is_found_is_what_the_document_says(tmp_path: Path) -> None:
    figures = measured(tmp_path)
    assert figures.precision >= 0.99
    assert figures.recall >= 0.97
    assert table(figures) in DOCUMENT.read_text("utf-8"), "run python -m tests.near_duplicates"


def test_a_cluster_keeps_its_name_while_it_grows_and_a_unique_record_has_none(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "m", KNEE)
    store(ledger, "x", LUNG)
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"m": None, "x": None}
    store(ledger, "p", KNEE)
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"m": "s:m", "p": "s:m", "x": None}
    store(ledger, "a", KNEE, "Rest, and look again in a week.")
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:m", "m": "s:m", "p": "s:m", "x": None}


def test_the_feed_tells_of_a_record_that_only_got_a_cluster(tmp_path: Path, ledger: Ledger) -> None:
    store(ledger, "a", KNEE)
    publish(ledger, tmp_path)
    before = (tmp_path / "questions.jsonl").read_bytes()
    store(ledger, "b", KNEE)
    publish(ledger, tmp_path)
    changes = [orjson.loads(line) for line in feeds(tmp_path)[-1].read_bytes().splitlines()]
    assert [(change["op"], change["id"], change["before"]) for change in changes] == [
        ("changed", "s:a", {"duplicate_cluster": None}),
        ("added", "s:b", {}),
    ]
    (was,) = map(orjson.loads, before.splitlines())
    assert changes[0]["record"] == was | {"duplicate_cluster": "s:a"}  # no new version: the page did not change


def test_a_run_without_changes_leaves_every_byte(tmp_path: Path, ledger: Ledger) -> None:
    for name in "abc":
        store(ledger, name, KNEE)
    publish(ledger, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    store(ledger, "b", KNEE)
    publish(ledger, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before


def test_a_record_leaves_when_it_says_something_else_and_when_it_is_gone(tmp_path: Path, ledger: Ledger) -> None:
    for name in "abcd":
        store(ledger, name, KNEE)
    publish(ledger, tmp_path)
    store(ledger, "a", LUNG)
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": None, "b": "s:a", "c": "s:a", "d": "s:a"}
    remove(ledger, "b")
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": None, "c": "s:a", "d": "s:a"}
    store(ledger, "e", LUNG)
    publish(ledger, tmp_path)  # the cluster of c and d has the name of the record a
    assert published(tmp_path) == {"a": "s:e", "c": "s:a", "d": "s:a", "e": "s:e"}
    remove(ledger, "c")
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:e", "d": None, "e": "s:e"}


def test_two_clusters_become_one_and_part_again(tmp_path: Path, ledger: Ledger) -> None:
    both = f"{KNEE}\n{LUNG}"
    for name, text in (("a", f"{KNEE}"), ("b", KNEE), ("x", f"{SKIN}"), ("y", SKIN)):
        store(ledger, name, text)
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:a", "b": "s:a", "x": "s:x", "y": "s:x"}
    for name in "xy":
        store(ledger, name, KNEE)
    publish(ledger, tmp_path)
    assert set(published(tmp_path).values()) == {"s:a"}
    for name in "xy":
        store(ledger, name, both[len(KNEE) :])
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:a", "b": "s:a", "x": "s:x", "y": "s:x"}


def test_what_links_two_others_makes_one_cluster_and_its_loss_parts_them(tmp_path: Path, ledger: Ledger) -> None:
    long = WORDS.text(40)
    quarter = len(long) // 4
    texts = {"a": long[:-quarter], "b": long[quarter:], "link": long}
    one, other = signatures([orjson.loads(stored(name, texts[name]).body) for name in "ab"])
    assert one is not None
    assert other is not None
    assert not are_similar(values(one), values(other))
    for name, text in texts.items():
        store(ledger, name, text)
    publish(ledger, tmp_path)
    assert set(published(tmp_path).values()) == {"s:a"}
    remove(ledger, "link")
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": None, "b": None}


def test_a_rejected_run_leaves_no_cluster_behind(tmp_path: Path, ledger: Ledger) -> None:
    for name, text in (("a", KNEE), ("b", KNEE), ("x", SKIN), ("y", SKIN)):
        store(ledger, name, text)
    publish(ledger, tmp_path)
    before = (tmp_path / "questions.jsonl").read_bytes()
    ledger.begin_run(AT, 1.0)
    for name in "abxy":
        store(ledger, name, LUNG)
    store(ledger, "0", LUNG)
    run = ledger.runs.last()
    assert run is not None
    assert publish_run(ledger, tmp_path, run.run, AT, Bounds(records=9)).breaches
    assert b'"duplicate_cluster":"s:a"' in (tmp_path / "rejected" / f"{run.run:06}" / "questions.jsonl").read_bytes()
    ledger.begin_run(AT, 2.0)  # undoes it
    store(ledger, "c", KNEE)
    last = ledger.runs.last()
    assert last is not None
    publish_run(ledger, tmp_path, last.run, AT, Bounds(removals=1.0))
    assert published(tmp_path) == {"a": "s:a", "b": "s:a", "c": "s:a", "x": "s:x", "y": "s:x"}
    assert set(before.splitlines()) < set((tmp_path / "questions.jsonl").read_bytes().splitlines())


def test_what_a_record_was_like_can_be_forgotten(tmp_path: Path, ledger: Ledger) -> None:
    for name in "abc":
        store(ledger, name, KNEE)
    publish(ledger, tmp_path)
    with ledger.transaction():
        ledger.near_duplicates.forget(["s:b"])
    remove(ledger, "b")
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        (rows,) = database.execute("SELECT count(DISTINCT entry & 67108863) FROM near_duplicate_bands").fetchone()
        assert rows == 2
        assert database.execute("SELECT signature FROM near_duplicates WHERE id='s:b'").fetchone() == (None,)
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:a", "c": "s:a"}


def test_greetings_and_empty_records_are_like_no_other(tmp_path: Path, ledger: Ledger) -> None:
    for name, text in (("a", "Hello doctor, thank you!"), ("b", "Hello doctor, thank you!"), ("c", None), ("d", None)):
        store(ledger, name, text)
    store(ledger, "e", "aa " * 80)
    store(ledger, "f", "aa " * 80)  # many words, hardly a shingle
    publish(ledger, tmp_path)
    assert set(published(tmp_path).values()) == {None}


def test_many_copies_of_one_text_are_one_cluster(tmp_path: Path, ledger: Ledger) -> None:
    with ledger.transaction():
        for number in range(120):
            store(ledger, f"{number:03}", KNEE)
    publish(ledger, tmp_path)
    assert set(published(tmp_path).values()) == {"s:000"}
    with ledger.transaction():
        for number in range(60):
            store(ledger, f"{number:03}", LUNG if number % 2 else SKIN)
    publish(ledger, tmp_path)
    found = published(tmp_path)
    assert {found[f"{number:03}"] for number in range(60, 120)} == {"s:000"}
    assert len({found["000"], found["001"], "s:000"}) == 3


def test_a_ledger_of_the_format_before_gets_its_clusters(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as old:
        for added in FORMATS[:3]:
            old.executescript(added)
        old.execute("PRAGMA user_version=3")
        for name in "ab":
            record = stored(name, KNEE)
            old.execute(
                "INSERT INTO records (url_key, part, question_hash, content_hash, name, body, extractor_version,"
                " first_seen_at, changed_at, version) VALUES (?, '', ?, ?, ?, ?, '1', ?, ?, 1)",
                (f"http://h/{name}", record.question_hash, record.content_hash, record.name, record.body, AT, AT),
            )
    ledger = Ledger(path)
    publish(ledger, tmp_path)
    ledger.close()
    assert published(tmp_path) == {"a": "s:a", "b": "s:a"}


def test_other_rules_make_signatures_anew_and_keep_the_names(tmp_path: Path, ledger: Ledger) -> None:
    for name in "mp":
        store(ledger, name, KNEE)
    publish(ledger, tmp_path)
    store(ledger, "a", KNEE)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("UPDATE meta SET value='of yore' WHERE name='near_duplicate_rules'")
        database.execute("UPDATE near_duplicates SET signature=zeroblob(8)")
    publish(ledger, tmp_path)
    assert published(tmp_path) == {"a": "s:m", "m": "s:m", "p": "s:m"}


TEXTS = [KNEE, LUNG, SKIN, HALF, None]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(range(5))), max_size=6), max_size=5))
def test_in_steps_or_at_once_the_clusters_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    ledger, at_once = Ledger(folder / "ledger.sqlite"), Ledger(folder / "once" / "ledger.sqlite")
    last: dict[str, int] = {}
    for step in steps:
        with ledger.transaction():
            for name, text in step:
                store(ledger, name, TEXTS[text])
                last[name] = text
        publish_anyhow(ledger, folder)
    for name, text in last.items():
        store(at_once, name, TEXTS[text])
    if steps:
        publish_anyhow(at_once, folder / "once")
        assert parts(published(folder)) == parts(published(folder / "once"))
    ledger.close()
    at_once.close()


def parts(found: dict[str, str | None]) -> set[frozenset[str]]:
    """Which records are together; each cluster has a name of its own and two records at least."""
    clusters = {
        name: frozenset(each for each, cluster in found.items() if cluster == name) for name in found.values() if name
    }
    assert all(len(cluster) > 1 for cluster in clusters.values())
    return set(clusters.values())


def test_names_are_of_one_cluster_each() -> None:
    halves = [Cluster(("b", "c", "d"), ("a", "a", "a")), Cluster(("a", "e"), ("a", "a"))]
    assert list(names(halves, ())) == ["a", "e"]  # the larger part keeps it; the record a is in the other
    assert list(names([Cluster(("a", "b")), Cluster(("c",), kept=("x", "y"))], {"a"})) == ["b", "x"]
    assert list(names([Cluster(("a", "b"))], {"a", "b", "a~2"})) == ["a~3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World! It's 20 mg.", ["hello", "world", "it", "s", "20", "mg"]),
        ("右手發麻，是ECG異常嗎？", [*"右手發麻是", "ecg", *"異常嗎"]),
        ("ＣＴ檢查\nfine_print", ["ct", *"檢查", "fine", "print"]),
        ("Straße Ä", ["strasse", "ä"]),
        ("두통이 심해요", ["두통이", "심해요"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert [word.decode() for word in tokens(text)] == expected
