"""``validate``: each thing that is wrong by line, pointer and reason; what the schema says, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from qa_scraper.errors import InputError
from qa_scraper.items import record_schema
from qa_scraper.record_fields import Field, fields_by_path, record_fields
from qa_scraper.record_source import MAX_LINE, find_records
from qa_scraper.validation import Tally, examined, flaws_of

from tests.support.commands import BIN, environment, qa_scraper
from tests.support.thorny_records import as_json, thorny_records, write_lines

FULL = as_json(thorny_records()[0])
LEAVES = [leaf for field in record_fields() for leaf in field.leaves()]
OF_ANOTHER_TYPE = {
    "text": 7, "integer": "7", "number": "0.5", "boolean": "yes", "date": "2003-02-30", "time": "yesterday",
}  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def copy_of(record: dict[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(record))


def with_value(path: str, value: object) -> tuple[dict[str, Any], str]:
    """The full record with *value* at *path*, in the first entry of each list on the way; and the pointer to it."""
    record = copy_of(FULL)
    part: Any = record
    pointer = ""
    *above, last = path.split(".")
    for name in above:
        part, pointer = part[name], f"{pointer}/{name}"
        if isinstance(part, list):
            part, pointer = part[0], f"{pointer}/0"
    pointer += f"/{last}"
    if fields_by_path()[path].many:
        part[last] = [value]
        return record, f"{pointer}/0"
    part[last] = value
    return record, pointer


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_each_field_of_another_type_is_told_where_it_is(leaf: Field) -> None:
    record, pointer = with_value(leaf.path, OF_ANOTHER_TYPE[leaf.kind])
    (flaw,) = flaws_of(record, 12)
    assert (flaw.line, flaw.pointer) == (12, pointer)
    assert flaw.reason.startswith(("must be ", "is no "))


@pytest.mark.parametrize("path", list(fields_by_path()))
def test_each_field_that_is_missing_is_told(path: str) -> None:
    record = copy_of(FULL)
    part = record
    *above, last = path.split(".")
    for name in above:
        part = part[name][0] if isinstance(part[name], list) else part[name]
    del part[last]
    (flaw,) = flaws_of(record, 1)
    assert (flaw.pointer.rpartition("/")[2], flaw.reason) == (last, "is missing")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(places(FULL))), ANY_JSON)
def test_says_what_another_validator_says(path: tuple[str | int, ...], value: object) -> None:
    record = copy_of(FULL)
    part = record
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    told = list(flaws_of(record, 1))
    if list(REFERENCE.iter_errors(record)):
        assert told
    else:  # the reference takes any text for a date
        assert all(flaw.reason in {"is no URL", "is no time (YYYY-MM-DDTHH:MM:SSZ)"} for flaw in told)
    assert all(flaw.pointer.startswith("/" + str(path[0])) for flaw in told)


REFERENCE = Draft202012Validator(record_schema())


def test_what_is_wrong_in_words() -> None:
    record = copy_of(FULL)
    record["answers"][1]["a/b~c"] = 1
    record["asker"] |= {"gender": "m", "age_min": -1}
    record["source"]["confidence"] = 1.5
    record["id"] = ""
    record["categories"] = None
    record["language"] = 3
    record["url"] = "not a url"
    assert {(flaw.pointer, flaw.reason) for flaw in flaws_of(record, 1)} == {
        ("/answers/1/a~1b~0c", "is no field of a record"),
        ("/asker/gender", "must be one of female, male, other or null"),
        ("/asker/age_min", "must be at least 0"),
        ("/source/confidence", "must be at most 1"),
        ("/id", "must not be empty"),
        ("/categories", "must be a list"),
        ("/language", "must be text or null"),
        ("/url", "is no URL"),
    }


def test_lines_of_any_kind(tmp_path: Path) -> None:
    good = [orjson.dumps(record) for record in thorny_records()]
    path = tmp_path / "all.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([good[0], b"", b'{"id": ', b"[3]", good[1], good[1], good[3]]))
    tally = Tally()
    found = [
        (flaw.line, flaw.pointer, flaw.reason) for flaw in examined(find_records(str(path), tmp_path).lines(), tally)
    ]
    assert [line for line, *_ in found] == [3, 4, 6]
    assert found[0][2].startswith("is not JSON")
    assert found[1:] == [(4, "", "must be an object"), (6, "/id", "is the id of line 5 as well")]
    assert (tally.records, tally.broken, tally.flaws, tally.unsorted_at) == (6, 3, 3, None)


def test_the_command(tmp_path: Path) -> None:
    records = [as_json(record) for record in thorny_records()]
    good = write_lines(tmp_path / "good.jsonl", records)
    done = qa_scraper("validate", str(good))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{good}: 4 records, all valid.\n"
    for record in records:
        record["asker"]["gender"] = "m"  # type: ignore[index]
    bad = write_lines(tmp_path / "bad.jsonl", [*records, records[0]])
    done = qa_scraper("validate", str(bad), "--limit", "2")
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[1] == f"{bad}:2: /asker/gender must be one of female, male, other or null"
    assert lines[2] == "… and 3 more (--limit 5 shows them all)"
    assert lines[-1] == f"{bad}: 5 records, 5 with errors."
    assert ["5", "/asker/gender"] in [line.split()[:2] for line in lines]
    assert "line 5 is the first out of order" in done.stderr
    told = json.loads(qa_scraper("validate", str(bad), "--limit", "1", "--json").stdout)
    assert (told["records"], told["errors"], told["unsorted_at"], len(told["shown"])) == (5, 5, 5, 1)
    assert told["kinds"] == [
        {"pointer": "/asker/gender", "reason": "must be one of female, male, other or null", "count": 5}
    ]


def test_what_a_site_has_published_is_sorted(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    write_lines(folder / "questions.jsonl", reversed(thorny_records()[:2]))
    done = qa_scraper("validate", "t", "--output", str(tmp_path))
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        3,
        f"{folder / 'questions.jsonl'}:2: /id is out of order: smaller than the one before",
    )


def test_a_pipe_is_read(tmp_path: Path) -> None:
    good = b"".join(orjson.dumps(record) + b"\n" for record in thorny_records())
    done = qa_scraper("validate", "/dev/stdin", stdin=good)
    assert (done.returncode, done.stdout) == (0, "/dev/stdin: 4 records, all valid.\n")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen([BIN / "qa-scraper", "validate", fifo], stdout=subprocess.PIPE, env=environment()) as process:
        fifo.write_bytes(good)
        assert process.stdout is not None
        assert process.stdout.read() == f"{fifo}: 4 records, all valid.\n".encode()


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = qa_scraper("validate", "nothing", "--output", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no file nothing, and no site of that name" in done.stderr
    with pytest.raises(InputError, match="is a folder: name a file in it"):
        find_records(str(tmp_path), tmp_path)
    one_line = tmp_path / "one-line"
    with one_line.open("wb") as file:
        file.truncate(MAX_LINE + 1)
    with pytest.raises(InputError, match=r"one-line:1: longer than 64 MiB"):
        list(find_records(str(one_line), tmp_path).lines())


def test_memory_is_that_of_a_line(tmp_path: Path) -> None:
    line = orjson.dumps(thorny_records()[1]) + b"\n"
    path = tmp_path / "large.jsonl"
    path.write_bytes(line * 4_000)

    tally = Tally()
    tracemalloc.start()
    twice = sum(1 for _ in examined(find_records(str(path), tmp_path).lines(), tally))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tally.records, twice) == (4_000, 3_999)
    assert peak < len(line) * 200
