"""``export``: which records and fields are written, and that what stands there is whole, whatever happens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from click.testing import CliRunner
from qa_scraper.cli import app
from qa_scraper.errors import InputError
from qa_scraper.export import FORMATS, ExportOptions, Written
from qa_scraper.export_job import Choice, Exported, checked_options, exchange_in_steps, export, format_of
from qa_scraper.html_page import write_page
from qa_scraper.record_filter import FilterError
from qa_scraper.record_source import find_records

from tests.support.commands import environment, qa_scraper
from tests.support.thorny_records import LATER, as_json, thorny_records, write_lines

if TYPE_CHECKING:
    from pydantic import JsonValue


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "t.jsonl", thorny_records())


def exported(source: Path, out: Path, choice: Choice | None = None, fields: str | None = None) -> Exported:
    to = format_of(None, out)
    options = checked_options(to, ExportOptions(), fields=fields, flat=False, splits=None, seed=None)
    return export(find_records(str(source), source.parent), out, to, choice or Choice(), options)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_integers_that_were_written_with_a_point(source: Path, tmp_path: Path) -> None:
    """To a JSON schema they are integers; in no table and no line is there a 34.0."""
    text = source.read_text("utf-8")
    pointed = re.sub(
        r'("(?:age_min|age_max|votes|views|version|http_status|answer_count_stated)": ?\d+)', r"\1.0", text
    )
    assert pointed.count(".0") >= 10
    source.write_text(pointed, "utf-8")
    exported(source, tmp_path / "out.jsonl")
    write_lines(source, thorny_records())
    exported(source, tmp_path / "as-is.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "as-is.jsonl").read_bytes()


class Folder:
    """A format that writes a folder; it fails after the first record where it is told to."""

    NAME = "folder"
    SUMMARY = "a file a record"
    SUFFIXES: ClassVar[tuple[str, ...]] = ()
    TAKES: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def write(self, records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
        out.mkdir()
        count = 0
        for count, record in enumerate(records, 1):  # noqa: B007
            (out / f"{str(record['id'])[2:]}.txt").write_text(str(record["id"]))
            if self.fails:
                raise OSError("no space left")
        return Written(count)


def test_everything_as_it_was(source: Path, tmp_path: Path) -> None:
    done = exported(source, tmp_path / "new" / "all.jsonl")
    assert (tmp_path / "new" / "all.jsonl").read_bytes() == source.read_bytes()
    assert (done.read, done.written.records) == (4, 4)


@pytest.mark.parametrize(
    ("choice", "ids", "undated"),
    [
        (Choice(answered=True), ["t:01", "t:02"], 0),
        (Choice(since="2026-02-01"), ["t:01"], 2),
        (Choice(since=LATER), ["t:01"], 2),
        (Choice(since="2026-01-01"), ["t:01", "t:02"], 2),
        (Choice(since="2026-2-3T9:30:00Z"), ["t:01"], 2),
        (Choice(where=("asker.age_min > 1", "answers != null")), ["t:01", "t:02", "t:03"], 0),
        (Choice(where=("asker.age_min > 1",), answered=True, since="2026-01-02"), ["t:01"], 0),
    ],
)
def test_what_is_chosen(source: Path, tmp_path: Path, choice: Choice, ids: list[str], undated: int) -> None:
    done = exported(source, tmp_path / "some.jsonl", choice)
    assert [record["id"] for record in lines(tmp_path / "some.jsonl")] == ids
    assert (done.read, done.undated) == (4, undated)


def test_fields_are_kept_where_they_were(source: Path, tmp_path: Path) -> None:
    exported(source, tmp_path / "some.jsonl", Choice(where=('id = "t:01"',)), "answers.author.name, id,asker")
    assert lines(tmp_path / "some.jsonl") == [
        {
            "id": "t:01",
            "asker": {"name": "王\u3000小明", "age_min": 20, "age_max": 29, "gender": "female"},
            "answers": [{"author": {"name": "Lin Tsung-Che"}}, {"author": {"name": None}}],
        }
    ]


def test_a_part_and_the_whole_of_it_is_the_whole(source: Path, tmp_path: Path) -> None:
    exported(source, tmp_path / "some.jsonl", fields="asker.name,asker,asker.gender")
    assert lines(tmp_path / "some.jsonl")[0] == {"asker": as_json(thorny_records()[0])["asker"]}


def test_what_is_not_understood_is_told_before_anything_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, message in (
        (["--out", "x.jsonl", "--where", "categorys = null"], "did you mean categories?"),
        (["--out", "x.jsonl", "--fields", "answer"], "did you mean answers?"),
        (["--out", "x.jsonl", "--since", "yesterday"], "--since 'yesterday' is no date"),
        (["--out", "x.jsonl", "--flat"], "--flat does not go with jsonl, only with parquet"),
        (["--out", "x.jsonl", "--splits", "1:1"], "--splits does not go with jsonl"),
        (["--out", "x.txt"], "names no format: say which with --to"),
        (["--out", "x.jsonl", "--to", "word"], "there is no format word: --to takes jsonl, "),
        ([], "name what to export and where to"),
        (["--out", str(source)], "is what is exported: name another file"),
        (["--to", "csv", "--out", str(tmp_path)], "holds files that no export made"),
    ):
        done = CliRunner().invoke(app, ["export", str(source), *arguments])
        assert (type(done.exception), done.stdout) == (InputError, "") or isinstance(done.exception, FilterError)
        assert message in str(done.exception)
    done = qa_scraper("export", str(source), "--out", "x.jsonl", "--since", "yesterday", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--since 'yesterday' is no date: write it like 2026-01-31" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.jsonl"]


def test_a_caret_points_at_what_is_wrong(source: Path, tmp_path: Path) -> None:
    where = 'title = "失眠" and categorys = null'
    done = qa_scraper("export", str(source), "--out", str(tmp_path / "x.csv"), "--where", where)
    condition, caret, message = done.stderr.splitlines()
    assert condition == f"  {where}"
    # Chinese letters are two columns wide on a terminal.
    assert caret.index("^") == condition.index("categorys") + len("失眠")
    assert "column 18: there is no field 'categorys'" in message


def test_the_command_says_what_it_did(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    done = qa_scraper("export", str(source), "--out", str(out), "--since", "2026-01-01")
    assert (done.returncode, done.stdout) == (0, f"2 of 4 records, 12 rows in {out} (csv)\n")
    assert "2 records do not say when they changed" in done.stderr
    listed = qa_scraper("export", "--list").stdout
    assert all(f"{each.NAME} " in listed for each in FORMATS.values())


def test_a_line_that_is_no_valid_record_is_named_and_nothing_written(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("the old one")
    records = [as_json(record) for record in thorny_records()]
    records[2]["tags"] = [None]
    with pytest.raises(InputError, match=r"record 3 \(t:03\) is not valid: /tags/0 must be text; qa-scraper validate"):
        exported(write_lines(source, records), out)
    source.write_bytes(source.read_bytes() + b'{"id"')
    records[2]["tags"] = []
    write_lines(source, records)
    source.write_bytes(source.read_bytes() + b'{"id"')
    with pytest.raises(InputError, match=r"t\.jsonl:5: not JSON"):
        exported(source, out)
    assert out.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "t.jsonl"]


def test_a_folder_is_replaced_whole(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = find_records(str(source), tmp_path)
    export(found, out, Folder(), Choice(), ExportOptions())
    assert sorted(path.name for path in out.glob("*.txt")) == ["01.txt", "02.txt", "03.txt", "04.txt"]
    with pytest.raises(OSError, match="no space left"):
        export(found, out, Folder(fails=True), Choice(), ExportOptions())
    assert len(list(out.glob("*.txt"))) == 4
    export(found, out, Folder(), Choice(where=('id = "t:02"',)), ExportOptions())
    assert [path.name for path in out.glob("*.txt")] == ["02.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "t.jsonl"]


def test_a_folder_of_others_is_left_alone(source: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    export(find_records(str(source), tmp_path), home, Folder(), Choice(), ExportOptions())  # an empty one is filled
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds files that no export made"):
        export(find_records(str(source), tmp_path), other, Folder(), Choice(), ExportOptions())
    file = tmp_path / "file"
    file.write_text("dear")
    with pytest.raises(InputError, match="is a file, this format writes a folder"):
        export(find_records(str(source), tmp_path), file, Folder(), Choice(), ExportOptions())
    with pytest.raises(InputError, match="is a folder, jsonl writes a file"):
        export(find_records(str(source), tmp_path), home, FORMATS["jsonl"], Choice(), ExportOptions())
    assert (file.read_text(), (other / "letter.txt").read_text(), len(list(home.glob("*.txt")))) == ("dear", "dear", 4)


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.sqlite-wal", "questions.jsonl", "privacy.key", "site.lock"])
def test_what_a_crawl_keeps_is_left_alone(source: Path, tmp_path: Path, name: str) -> None:
    to = FORMATS["jsonl"]
    export(find_records(str(source), tmp_path), tmp_path / name, to, Choice(), ExportOptions())  # of no site
    site = tmp_path / "site"
    site.mkdir()
    (site / "ledger.sqlite").write_text("rows")
    with pytest.raises(InputError, match="is what crawls keep of their site: name another file"):
        export(find_records(str(source), tmp_path), site / name, to, Choice(), ExportOptions())
    with pytest.raises(InputError, match="is what crawls keep of their site"):
        write_page("<p>", site / name)
    assert [path.read_text() for path in site.iterdir()] == ["rows"]


def test_a_device_or_a_pipe_is_not_replaced(source: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    for target in (pipe, Path("/dev/null"), Path("/dev/stdout"), Path("/dev/fd/1")):
        with pytest.raises(InputError, match="is a device or a pipe"):
            export(find_records(str(source), tmp_path), target, FORMATS["jsonl"], Choice(), ExportOptions())
        with pytest.raises(InputError, match="is a device or a pipe"):
            write_page("<p>", target)
    assert pipe.is_fifo()
    with pytest.raises(InputError, match="names no file or folder of its own"):
        export(find_records(str(source), tmp_path), Path(), Folder(), Choice(), ExportOptions())
    with pytest.raises(InputError, match="names no file or folder of its own"):
        write_page("<p>", Path())


def test_folders_change_places_where_the_system_has_no_step_for_it(tmp_path: Path) -> None:
    one, other = tmp_path / ".new.1.tmp", tmp_path / "old"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    exchange_in_steps(one, other)
    assert [path.name for path in (*one.iterdir(), *other.iterdir())] == ["old", ".new.1.tmp"]
    with pytest.raises(FileNotFoundError):
        exchange_in_steps(tmp_path / ".none.1.tmp", other)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new.1.tmp", "old"]
    assert [path.name for path in other.iterdir()] == [".new.1.tmp"]


@pytest.mark.parametrize("name", ["t.sqlite", "t.parquet", "t.csv"])
def test_a_killed_export_leaves_the_old_file(source: Path, tmp_path: Path, name: str) -> None:
    """Killed while it waits for the rest of its source; the next export clears away what it left."""
    out = tmp_path / "out" / name
    exported(source, out)
    before = out.read_bytes()
    program = (
        "import sys, time; from pathlib import Path; from qa_scraper.export import FORMATS, ExportOptions\n"
        "from qa_scraper.export_job import *; from qa_scraper.record_source import find_records\n"
        "def stop(record): print('writing', flush=True); time.sleep(60); return record\n"
        "out = Path(sys.argv[2])\n"
        "export(find_records(sys.argv[1], out), out, format_of(None, out), Choice(), ExportOptions(), protect=stop)\n"
    )
    command = [sys.executable, "-c", program, source, out]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    assert len(list(out.parent.iterdir())) > 1
    assert out.read_bytes() == before
    exported(source, out, Choice(answered=True))
    assert [path.name for path in out.parent.iterdir()] == [name]
    assert out.read_bytes() != before


def test_the_same_again_is_the_same_byte_for_byte(source: Path, tmp_path: Path) -> None:
    for ending in (".jsonl", ".csv", ".parquet", ".sqlite"):
        one, other = tmp_path / f"one{ending}", tmp_path / f"other{ending}"
        exported(source, one)
        exported(source, other)
        assert one.read_bytes() == other.read_bytes(), ending


def test_formats_are_not_loaded_before_they_are_wanted() -> None:
    program = (
        "import sys, qa_scraper.cli; heavy = {'duckdb', 'lark', 'jsonschema_rs', 'pydantic', 'qa_scraper.export'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "import qa_scraper.export; print(sorted({'duckdb', 'lark'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n[]\n"
