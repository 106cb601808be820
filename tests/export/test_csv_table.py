"""``csv``: read back by pandas and DuckDB as it was; no cell is a formula, and each text can be had back."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_scraper.errors import InputError
from qa_scraper.export import ExportOptions, csv_table
from qa_scraper.export.csv_table import harmless

from tests.support.commands import ROOT
from tests.support.thorny_records import FORMULAS, as_json, thorny_records

RECORDS = [as_json(record) for record in thorny_records()]


def written(tmp_path: Path, *fields: str) -> Path:
    out = tmp_path / "t.csv"
    csv_table.write(iter(RECORDS), out, ExportOptions(fields=fields))  # type: ignore[arg-type]
    return out


def as_it_was(cell: str) -> str:
    return cell.removeprefix("'")


def test_pandas_reads_it(tmp_path: Path) -> None:
    frame = pd.read_csv(written(tmp_path), keep_default_na=False)
    assert list(frame["id"]) == ["t:01"] * 2 + ["t:02"] * 10 + ["t:03", "t:04"]
    first, second = frame.iloc[0], frame.iloc[1]
    assert as_it_was(first["question_text"]) == RECORDS[0]["question"]["text"]  # type: ignore[index]
    assert (first["question_votes"], first["asker_age_min"], first["source_confidence"]) == ("-3", "20", "0.5")
    assert first["categories"] == "Dermatology / Allergy\nCardiology"
    assert first["source_other_urls"].split("\n") == ["https://qa.example/1b", "https://qa.example/1c"]
    assert (first["answer_position"], first["answer_author_name"]) == ("0", "Lin Tsung-Che")
    assert (first["answer_accepted"], first["answer_by_asker"], second["answer_by_asker"]) == ("true", "false", "true")
    assert second["answer_text"] == "Thanks!\n=SUM(A1)"
    assert [as_it_was(text) for text in frame["answer_text"][2:12]] == list(FORMULAS)
    assert (frame.iloc[13]["answer_position"], len(frame.iloc[13]["question_text"])) == ("", 70_000)


def test_duckdb_reads_the_same(tmp_path: Path) -> None:
    out = written(tmp_path)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    found = duckdb.execute("SELECT * FROM read_csv(?, all_varchar = true, max_line_size = 9000000)", [str(out)])
    assert [column[0] for column in found.description or ()] == rows[0]
    assert [[cell or "" for cell in row] for row in found.fetchall()] == rows[1:]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    with written(tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = {"question_votes", "answer_votes"}
    for row in rows:
        for name, cell in row.items():
            if name not in numbers:
                assert unicodedata.normalize("NFKC", cell.strip(" \t\r\n\u200b"))[:1] not in {*"=+-@"}, (name, cell)
                assert not cell.startswith(("\t", "\r"))


@given(st.text() | st.sampled_from(FORMULAS).map(lambda text: f"'{text}"))
def test_each_text_can_be_had_back(text: str) -> None:
    assert as_it_was(harmless(text)) == text


@given(st.text(st.sampled_from(" \t\r\n\x00\x0b\u00a0\u3000\ufeff\u200b'")), st.sampled_from("=+-@＝＋－＠﹢﹣﹦﹫"))
def test_nothing_that_programs_trim_hides_a_formula(before: str, sign: str) -> None:
    assert harmless(f"{before}{sign}1").startswith("'")


def test_harmless_text_is_left_alone() -> None:
    for text in ("", "a=b", "3 - 2", "請=1", "…+", "(=1)", '"=1"'):
        assert harmless(text) == text


def test_lines_end_and_begin_as_spreadsheets_want_them(tmp_path: Path) -> None:
    body = written(tmp_path, "id", "title").read_bytes()
    assert body == (
        b"\xef\xbb\xbfid,title\r\n" + 't:01,"失眠，""怎麼辦""?"\r\n'.encode() + b"t:02,'=1+1\r\nt:03,\r\nt:04,\r\n"
    )


def test_a_row_a_question_where_no_field_is_of_an_answer(tmp_path: Path) -> None:
    frame = pd.read_csv(written(tmp_path, "id", "answers.author.name"))
    assert (list(frame.columns), len(frame)) == (["id", "answer_position", "answer_author_name"], 14)
    with pytest.raises(InputError, match=r"a flat table has no place for related_topics: use --to jsonl"):
        written(tmp_path, "id", "related_topics")


def test_pandas_takes_the_apostrophes_off_as_the_docs_say(tmp_path: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "export.md").read_text("utf-8"), re.DOTALL)
    names = {"frame": pd.read_csv(written(tmp_path))}
    exec(block, names)
    assert list(names["frame"]["answer_text"][2:12]) == list(FORMULAS)
