"""``parquet``: DuckDB, pandas and Polars read back what was written, with types that do not depend on the data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from qa_scraper.errors import InputError
from qa_scraper.export import ExportOptions, parquet_table
from qa_scraper.items import Record
from qa_scraper.record_fields import fields_by_path

from tests.support.thorny_records import FORMULAS, as_json, stamped, thorny_records

RECORDS = [as_json(record) for record in thorny_records()]
TYPES = {
    "text": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date,
    "time": pl.Datetime("us"),
}  # fmt: skip


def written(
    tmp_path: Path, *, flat: bool = False, fields: tuple[str, ...] = (), records: Iterable[Any] = RECORDS
) -> Path:
    out = tmp_path / "t.parquet"
    parquet_table.write(iter(records), out, ExportOptions(flat=flat, fields=fields))
    return out


def as_lines_have_it(value: Any) -> Any:
    """A value of a table as the record's line has it."""
    if isinstance(value, dict):
        return {name: as_lines_have_it(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_lines_have_it(part) for part in value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else value


def test_everything_comes_back_in_its_order(tmp_path: Path) -> None:
    path = written(tmp_path)
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    by_duckdb = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    assert as_lines_have_it(by_duckdb) == RECORDS
    assert as_lines_have_it(pl.read_parquet(path).to_dicts()) == RECORDS


def test_a_folder_that_looks_like_a_column_is_none(tmp_path: Path) -> None:
    (folder := tmp_path / "language=zh" / "day=3").mkdir(parents=True)
    assert pq.ParquetFile(written(folder)).read().equals(pq.ParquetFile(written(tmp_path)).read())


def test_the_types_are_those_of_the_schema(tmp_path: Path) -> None:
    def check(schema: Any, above: str = "") -> int:
        count = 0
        for name, kind in schema.items():
            field = fields_by_path()[f"{above}{name}"]
            inner = kind.inner if field.many else kind
            assert isinstance(kind, pl.List) == field.many
            if field.kind == "object":
                count += check({part.name: part.dtype for part in inner.fields}, f"{field.path}.")
            else:
                assert inner == TYPES[field.kind], field.path
            count += 1
        return count

    for records in (RECORDS, [as_json(Record(id="x", site="x"))], []):
        path = written(tmp_path, records=records)
        assert check(pl.read_parquet_schema(path)) == len(fields_by_path())
        path.unlink()


def test_pandas_reads_a_row_an_answer(tmp_path: Path) -> None:
    frame = pd.read_parquet(written(tmp_path, flat=True))
    assert list(frame["id"]) == ["t:01"] * 2 + ["t:02"] * 10 + ["t:03", "t:04"]
    first = frame.iloc[0]
    assert (first["question_asked_on"], first["answer_answered_on"]) == (date(2003, 10, 20), date(2003, 10, 21))
    assert str(frame["source_changed_at"].dtype).startswith("datetime64")
    assert list(first["categories"]) == ["Dermatology / Allergy", "Cardiology"]
    assert list(frame["answer_text"][2:12]) == list(FORMULAS)
    assert list(frame["answer_position"].fillna(-1)) == [0, 1, *range(10), 0, -1]
    assert not [name for name in frame.columns if name.startswith(("related", "source_notes"))]


def test_only_the_fields_that_are_wanted(tmp_path: Path) -> None:
    frame = pl.read_parquet(written(tmp_path, fields=("answers.author.name", "id", "question.asked_on")))
    assert frame.schema == {
        "id": pl.String,
        "question": pl.Struct({"asked_on": pl.Date}),
        "answers": pl.List(pl.Struct({"author": pl.Struct({"name": pl.String})})),
    }
    flat = pl.read_parquet(written(tmp_path, fields=("id", "question.asked_on"), flat=True))
    assert flat.rows()[0] == ("t:01", date(2003, 10, 20))
    assert flat.height == 4


def test_times_of_elsewhere_are_put_into_utc(tmp_path: Path) -> None:
    record = as_json(Record(id="x", site="x", source=stamped("2026-01-31T16:00:00+08:00")))
    frame = pl.read_parquet(written(tmp_path, records=[record]))
    expected = datetime(2026, 1, 31, 8, tzinfo=UTC).replace(tzinfo=None)
    assert [frame["source"][0][name] for name in ("fetched_at", "first_seen_at", "changed_at")] == [expected] * 3
    times = {path for path, field in fields_by_path().items() if field.kind == "time"}
    assert times == {"source.fetched_at", "source.first_seen_at", "source.changed_at"}
    leap = as_json(Record(id="x", site="x", source=stamped("2016-12-31T23:59:60+00:00")))
    with pytest.raises(InputError, match="x: a time that a table cannot hold"):
        written(tmp_path, records=[leap])


def test_row_groups_are_packed_and_bounded(tmp_path: Path) -> None:
    records = [as_json(Record(id=f"x:{number:05}", site="x", title="t" * 9000)) for number in range(9000)]
    metadata = pq.ParquetFile(written(tmp_path, records=records)).metadata
    assert metadata.num_rows == 9000
    assert metadata.num_row_groups > 1
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_a_very_long_record_is_read(tmp_path: Path) -> None:
    record = as_json(Record(id="x", site="x", more_info="\u0001長" * 3_000_000))
    frame = pl.read_parquet(written(tmp_path, records=[record, *RECORDS]))
    assert frame["more_info"][0] == record["more_info"]
    assert frame.height == 5


def test_a_number_that_no_column_holds_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a value that no column of Parquet holds: .*9223372036854775808"):
        written(tmp_path, records=[RECORDS[0] | {"answer_count_stated": 2**63}])
    assert not list(tmp_path.glob("*scratch*"))


def test_without_duckdb_it_is_said_what_to_install() -> None:
    program = (
        "import sys; sys.modules['duckdb'] = None\n"
        "from pathlib import Path; from qa_scraper.export import ExportOptions, parquet_table\n"
        "parquet_table.write(iter([]), Path('x.parquet'), ExportOptions())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "InputError: the package duckdb is missing: pip install 'qa-scraper[parquet]'" in done.stderr
