"""The short form of ``make bench-export``: every format is exported, and the figures are figures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from qa_scraper.export import FORMATS
from qa_scraper.validation import validator

from tests.bench.export import BOUND, Line, main, too_much
from tests.bench.made_records import made_records
from tests.bench.measure import Cost
from tests.support.commands import ROOT


def test_the_short_form_prints_its_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (recipe,) = re.findall(r"^bench-export:.*\n\t\$\(BIN\)/python (.*)$", makefile, re.MULTILINE)
    assert recipe == "-m tests.bench.export --records $(BENCH_RECORDS)"
    formats = [name for name in FORMATS if name in {"jsonl", "csv", "parquet", "sqlite"}]
    assert main(["--records", "300", "--formats", ",".join(formats), "--folder", str(tmp_path)]) == 0
    title, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("300 records, ")
    figures = {row.split("│")[1].strip(): row.split("│")[2:-1] for row in rows if row.startswith("│")}
    assert list(figures) == formats
    assert all(float(figure.replace(",", "")) > 0 for row in figures.values() for figure in row)
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_a_bound_is_told() -> None:
    good = Line(BOUND, Cost(wall=59.0, cpu=90.0, peak_mib=499.0), 1)
    assert too_much([good, Line("sqlite", Cost(900.0, 900.0, 900.0), 1)]) == []
    assert len(too_much([replace(good, cost=Cost(61.0, 1.0, 501.0))])) == 2


def test_the_records_are_valid_sorted_and_always_the_same() -> None:
    records = [orjson.loads(orjson.dumps(record)) for record in made_records(200)]
    assert all(map(validator().is_valid, records))
    assert [record["id"] for record in records] == sorted(record["id"] for record in records)
    assert records == [orjson.loads(orjson.dumps(record)) for record in made_records(200)]
    assert {len(record["answers"]) for record in records} == {0, 1, 2}
