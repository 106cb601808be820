"""``sqlite``: every field in its table, links that lead somewhere, words of any script found; Datasette opens it."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette
from qa_scraper.errors import InputError
from qa_scraper.export import ExportOptions, sqlite_tables
from qa_scraper.export.sqlite_tables import age_band
from qa_scraper.record_fields import record_fields

from tests.bench.made_records import made_records
from tests.support.commands import BIN, environment
from tests.support.thorny_records import as_json, thorny_records, write_lines

RECORDS = [as_json(record) for record in thorny_records()]
# Where a field stands under another name than its path with "_" for "." (``source_`` and ``asker_`` left out).
ELSEWHERE = {
    "question.asked_on": "records.asked_on",
    "asker.name": "records.asker_name",
    "source.path": "records.source_path",
    "categories": "categories.name",
    "tags": "tags.name",
    "source.other_urls": "urls.url",
    "source.notes.field": "notes.field",
    "source.notes.note": "notes.note",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sqlite") / "t.sqlite"
    done = sqlite_tables.write(iter(RECORDS), out, ExportOptions())  # type: ignore[arg-type]
    assert (done.records, done.counts["answers"], done.counts["urls"]) == (4, 13, 4)
    return out


@pytest.fixture
def tables(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    yield connection
    connection.close()


def test_each_field_of_the_record_has_a_column(tables: sqlite3.Connection) -> None:
    columns = {
        f"{table}.{column}"
        for (table,) in tables.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
        )
        for _, column, *_ in tables.execute(f"PRAGMA table_info({table})")
    }
    for leaf in (leaf for field in record_fields() for leaf in field.leaves()):
        top, _, rest = leaf.path.partition(".")
        table = top if top in {"answers", "related_questions", "related_topics"} else "records"
        name = rest if table != "records" or top in {"asker", "source"} else leaf.path
        assert ELSEWHERE.get(leaf.path, f"{table}.{name.replace('.', '_')}") in columns


def test_the_first_record_as_it_was(tables: sqlite3.Connection) -> None:
    tables.row_factory = sqlite3.Row
    (row,) = tables.execute("SELECT * FROM records WHERE id = 't:01'")
    record = RECORDS[0]
    assert dict(row) == {
        "number": 1,
        **{
            name: record[name]
            for name in ("id", "site", "url", "language", "title", "answer_count_stated", "more_info")
        },
        "department": "Dermatology / Allergy",
        "question_title": record["question"]["title"],  # type: ignore[index]
        "question_text": record["question"]["text"],  # type: ignore[index]
        "asked_on": "2003-10-20",
        "year": 2003,
        "question_votes": -3,
        "asker_name": "王\u3000小明",
        "age_min": 20,
        "age_max": 29,
        "age_band": "20-29",
        "gender": "female",
        "answer_count": 2,
        "first_answered_on": "2003-10-21",
        "duplicate_cluster": None,
        "source_path": None,
        **{
            name: record["source"][name]  # type: ignore[index]
            for name in ("fetched_at", "http_status", "content_hash", "layout", "confidence", "extractor_version")
        },
        **{name: record["source"][name] for name in ("first_seen_at", "changed_at", "version")},  # type: ignore[index]
    }
    answers = [dict(row) for row in tables.execute("SELECT * FROM answers WHERE record_id = 't:01' ORDER BY position")]
    assert answers == [
        {
            "record_id": "t:01", "position": 0, "author_name": "Lin Tsung-Che", "author_title": "Dr.",
            "author_department": "Psychiatry", "text": "請少喝咖啡。", "answered_on": "2003-10-21", "accepted": 1,
            "votes": 4, "by_asker": 0, "signed_by": None,
        },
        {
            "record_id": "t:01", "position": 1, "author_name": None, "author_title": None, "author_department": None,
            "text": "Thanks!\n=SUM(A1)", "answered_on": None, "accepted": None, "votes": None, "by_asker": 1,
            "signed_by": "Lin",
        },
    ]  # fmt: skip
    assert [tuple(row) for row in tables.execute("SELECT * FROM categories ORDER BY position")] == [
        ("t:01", 0, "Dermatology / Allergy"),
        ("t:01", 1, "Cardiology"),
    ]
    assert [tuple(row) for row in tables.execute("SELECT * FROM notes")] == [("t:01", 0, "asker.name", "two readings")]


def test_department_age_band_and_year_of_the_others(tables: sqlite3.Connection) -> None:
    found = tables.execute("SELECT id, department, age_band, year, answer_count FROM records WHERE id > 't:01'")
    assert found.fetchall() == [
        ("t:02", None, "30-39", None, 10),
        ("t:03", None, "80+", None, 1),
        ("t:04", None, None, None, 0),
    ]
    assert [age_band(*ages) for ages in ((None, 9), (7, 7), (18, 25))] == ["0-9", "0-9", "18-25"]


def test_related_questions_lead_to_records_by_any_url(tables: sqlite3.Connection) -> None:
    found = tables.execute("SELECT record_id, title, related_id FROM related_questions ORDER BY record_id, position")
    assert found.fetchall() == [
        ("t:01", "Elsewhere", None),
        ("t:02", "An older one", "t:01"),
        ("t:02", "None", None),
        ("t:02", "Itself", "t:02"),
    ]
    assert tables.execute("PRAGMA foreign_key_check").fetchall() == []
    assert tables.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("三個月", ["t:01"]),
        ("少喝咖啡", ["t:01"]),
        ("thanks", ["t:01"]),
        ("more_info : then", ["t:01"]),
        ("title : thanks", []),
        ('"home"', ["t:02"]),
        ('"+886 2"', ["t:02"]),
        ("mine", ["t:03"]),
    ],
)
def test_words_of_three_letters_are_found(tables: sqlite3.Connection, words: str, ids: list[str]) -> None:
    found = tables.execute(
        "SELECT id FROM records_fts JOIN records ON number = records_fts.rowid WHERE records_fts MATCH ? ORDER BY rank",
        (words,),
    )
    assert [name for (name,) in found] == ids


def test_two_letters_begin_a_trigram_wherever_they_stand(tables: sqlite3.Connection) -> None:
    for word, ids in (("心悸", ["t:01"]), ("啡。", ["t:01"]), ("。請", [])):
        found = tables.execute(
            "SELECT id FROM records WHERE number IN"
            " (SELECT doc FROM records_trigrams WHERE term >= ?1 AND term < ?1 || char(1114111)) ORDER BY id",
            (word,),
        )
        assert [name for (name,) in found] == ids, word


def test_one_and_two_letters_are_found_with_like(tables: sqlite3.Connection) -> None:
    for part in ("心悸", "痛", "咖啡"):
        found = tables.execute(
            "SELECT id FROM records JOIN records_text USING (number)"
            " WHERE records_text.question_text LIKE :part OR answers LIKE :part",
            {"part": f"%{part}%"},
        )
        assert found.fetchall() == [("t:01",)]


def test_the_views(tables: sqlite3.Connection) -> None:
    rows = tables.execute("SELECT id, answer_position FROM questions_and_answers ORDER BY 1, 2").fetchall()
    assert [row for row in rows if row[0] != "t:02"] == [("t:01", 0), ("t:01", 1), ("t:03", 0), ("t:04", None)]
    assert len(rows) == 14
    assert tables.execute("SELECT id, position, days FROM answer_delays").fetchall() == [("t:01", 0, 1)]


def test_an_id_that_is_there_twice_is_told(tmp_path: Path) -> None:
    for records in (RECORDS[:2] + RECORDS[:1], RECORDS[:1] * 600):
        with pytest.raises(InputError, match="the id t:01 is there twice: qa-scraper validate FILE"):
            sqlite_tables.write(iter(records), tmp_path / "twice.sqlite", ExportOptions())  # type: ignore[arg-type]
        (tmp_path / "twice.sqlite").unlink()


def test_a_number_that_no_column_holds_is_told(tmp_path: Path) -> None:
    record = as_json(thorny_records()[0]) | {"answer_count_stated": 2**63}
    with pytest.raises(InputError, match=r"too large .*: qa-scraper validate"):
        sqlite_tables.write(iter([record]), tmp_path / "x.sqlite", ExportOptions())  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, 40, 600])
def test_where_there_is_no_room_it_is_the_disk_that_is_told(tmp_path: Path, limit: int) -> None:
    made = write_lines(tmp_path / "qa.jsonl", made_records(3000))
    (tmp_path / "made").mkdir()
    made.rename(tmp_path / "made" / "questions.jsonl")
    for command in ("export made --output . --out qa.sqlite", "browse made --output . --port 0"):
        done = subprocess.run(
            ["bash", "-c", f"ulimit -f {limit}; exec {BIN / 'qa-scraper'} {command}"],
            capture_output=True, text=True, timeout=60, env=environment(), cwd=tmp_path, check=False,
        )  # fmt: skip
        assert done.returncode in {1, 2}, done.stderr
        assert "SQLite could not write in " in done.stderr
        assert "error of qa-scraper" not in done.stderr
        assert "validate" not in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["questions.jsonl"]


def test_datasette_opens_it(path: Path) -> None:
    metadata = {"databases": {"t": {"tables": {"records": {"fts_table": "records_fts", "fts_pk": "number"}}}}}
    datasette = Datasette([str(path)], metadata=metadata)

    async def look(place: str) -> dict[str, object]:
        response = await datasette.client.get(place)
        assert response.status_code == 200, response.text
        found: dict[str, object] = response.json()
        return found

    found = asyncio.run(look("/t/records.json?_search=三個月&_facet=gender&_shape=objects"))
    assert [row["id"] for row in found["rows"]] == ["t:01"]  # type: ignore[index,attr-defined]
    facets = found["facet_results"]["gender"]["results"]  # type: ignore[index]
    assert [(facet["value"], facet["count"]) for facet in facets] == [("female", 1)]
    rows = asyncio.run(look("/t/questions_and_answers.json?_shape=objects"))["rows"]
    assert len(rows) == 14  # type: ignore[arg-type]
