"""diff: two snapshots, of files or of runs, compared by field."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from qa_scraper.change_feed import added_line, change_of, id_of, replay
from qa_scraper.comparison import find_snapshot
from qa_scraper.exceptions import InputError

from tests.crawl.test_faults import make_all_due
from tests.support.commands import BIN, crawl_arguments, environment, qa_scraper
from tests.support.faulty_site import FaultySite

LONG = "It is common, and there is much to be said of it. " * 8


@dataclass
class ChangingSite(FaultySite):
    """``step`` 1: questions 5 and 7 have more to tell."""

    step: int = 0

    def question(self, number: int) -> dict[str, object]:
        fields = super().question(number)
        if self.step and number in {5, 7}:
            fields["more_info"] = f"{LONG}\n\n\u202eSee a doctor."
        elif number in {5, 7}:
            fields["more_info"] = f"{LONG}\n\nWait."
        return fields


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run 1 has 12 questions; run 2 has 13 and changed two; run 3 met an outage."""
    folder = tmp_path_factory.mktemp("output")
    with ChangingSite(count=12) as site:
        arguments = crawl_arguments("edoctor", site.url, folder, "-s", "RETRY_TIMES=1")
        assert qa_scraper(*arguments).returncode == 0
        (folder / "first.jsonl").write_bytes(snapshot(folder).read_bytes())
        site.step, site.count = 1, 13
        make_all_due(folder)
        assert qa_scraper(*arguments).returncode == 0
        site.broken = True
        make_all_due(folder)
        assert qa_scraper(*arguments).returncode == 4
    return folder


def snapshot(output: Path) -> Path:
    return output / "edoctor" / "questions.jsonl"


def diff(output: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return qa_scraper("diff", *arguments, "--output", str(output), **variables)


def test_runs_and_files_say_the_same(output: Path) -> None:
    by_runs = diff(output, "edoctor@1", "edoctor@2", "--json")
    by_files = diff(output, str(output / "first.jsonl"), str(snapshot(output)), "--json")
    assert (by_runs.returncode, by_runs.stderr) == (0, "")
    changes = [json.loads(line) for line in by_runs.stdout.splitlines()]
    feed = (output / "edoctor" / "changes" / "000002.jsonl").read_text("utf-8").splitlines()
    assert changes == [json.loads(line) for line in feed]
    assert [change | {"at": ""} for change in map(json.loads, by_files.stdout.splitlines())] == [
        change | {"at": ""} for change in changes
    ]


def test_what_is_printed_is_a_feed_again(output: Path, tmp_path: Path) -> None:
    back = tmp_path / "back.jsonl"
    back.write_text(diff(output, "edoctor", "edoctor@1", "--json").stdout, "utf-8")
    first = output / "edoctor" / "changes" / "000001.jsonl"
    second = output / "edoctor" / "changes" / "000002.jsonl"
    assert replay([first, second, back]) == replay([first])


@pytest.mark.parametrize("columns", [80, 120])
def test_each_change_by_field_as_wide_as_the_terminal(output: Path, columns: int) -> None:
    done = diff(output, "edoctor@1", "edoctor@2", COLUMNS=str(columns))
    lines = done.stdout.splitlines()
    assert lines[0] == "edoctor@1 → edoctor@2: 1 added, 0 removed, 2 changed"
    assert [line.split() for line in lines if line.split()[:1] == ["more_info"]] == [["more_info", "2"]]
    assert max(map(len, lines)) <= columns
    assert any(line.startswith("added    edoctor:") and line.endswith("/qa/case-0012") for line in lines)
    place = lines.index("  more_info:")
    before, after = lines[place + 1 : place + 3]
    assert before.startswith("    - …")  # what is the same in both is left out
    assert (before.endswith('Wait."'), "See a doctor" in after) == (True, True)
    assert "source.version" not in done.stdout.partition("\nchanged  ")[2]
    assert "\u202e" not in done.stdout


def test_the_same_whoever_wrote_it(output: Path, tmp_path: Path) -> None:
    records = [json.loads(line) for line in snapshot(output).read_text("utf-8").splitlines()]
    other = tmp_path / "other.jsonl"
    lines = [json.dumps(dict(reversed(record.items()))) for record in reversed(records)]
    other.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, "", ""]).encode())
    done = diff(output, str(other), "edoctor", "--exit-code")
    assert (done.returncode, done.stdout) == (0, f"{other} and {snapshot(output)} hold the same records.\n")
    piped = subprocess.run(
        [BIN / "qa-scraper", "diff", "/dev/stdin", snapshot(output), "--exit-code"],
        input=other.read_bytes(), capture_output=True, env=environment(), check=False, timeout=60,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert diff(output, "edoctor@1", "edoctor", "--exit-code").returncode == 3
    assert diff(output, "edoctor@1", "edoctor", "--exit-code", "--json").returncode == 3


def test_fields_of_any_shape(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    answers = [{"text": "a", "votes": 1}, {"text": "b", "votes": 2}]
    old.write_bytes(orjson.dumps({"id": "x", "tags": ["a"], "answers": answers, "new": None}))
    new.write_bytes(orjson.dumps({"id": "x", "tags": [], "answers": [{"text": "b", "votes": 2}], "later": "\x1b[31m"}))
    lines = [line.strip() for line in qa_scraper("diff", str(old), str(new)).stdout.splitlines()]
    assert lines[-4:] == [
        "changed  x",
        'tags: ["a"] → []',
        'answers[0]: {"text":"a","votes":1} → null',
        'later: null → "\\u001b[31m"',
    ]
    new.write_bytes(orjson.dumps({"id": "x", "tags": ["a"], "answers": [answers[0], {"text": "c", "votes": 2}]}))
    lines = [line.strip() for line in qa_scraper("diff", str(old), str(new)).stdout.splitlines()]
    assert lines[-2:] == ["changed  x", 'answers[1].text: "b" → "c"']


def test_a_run_that_was_not_published_is_what_was_there_before(output: Path) -> None:
    done = diff(output, "edoctor@2", "edoctor@3", "--exit-code")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "run 3 of edoctor was not published" in line
    assert str(output / "edoctor" / "rejected" / "000003" / "questions.jsonl") in line


def test_what_cannot_be_compared_is_named(output: Path, tmp_path: Path) -> None:
    good = snapshot(output).read_bytes().splitlines(keepends=True)
    broken = tmp_path / "broken.jsonl"
    for lines, message in (
        ([*good[:2], b'{"id": "x", \n', *good[2:]], ":3: not JSON"),
        ([*good[:1], b'["x"]\n'], ":2: no record"),
        ([b'{"id": 3}\n'], ":1: no record"),
        ([*good, good[4]], f":{len(good) + 1}: the id edoctor:"),
    ):
        broken.write_bytes(b"".join(lines))
        with pytest.raises(InputError, match=re.escape(f"{broken}{message}")):
            find_snapshot(str(broken), output)
    done = diff(output, "edoctor", str(broken), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{broken}:{len(good) + 1}: the id edoctor:" in done.stderr
    for given, message in (
        ("edoctor@9", "there is no run 9 of edoctor: qa-scraper runs edoctor"),
        ("nope.jsonl", "there is no file nope.jsonl"),
        ("edoctor@x", "there is no file edoctor@x"),
        (str(tmp_path), "is a folder"),
    ):
        with pytest.raises(InputError, match=re.escape(message)):
            find_snapshot(given, output)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"id":"s:1","url":null}', "s:1"),
        (b'{"url":null,"id":"s:1"}', "s:1"),
        (b'{"id": "s:1"}', "s:1"),
        (rb'{"id":"s:\"1\u00e9\\"}', 's:"1é\\'),
        ('{"id":"s:é"}'.encode(), "s:é"),
        (b'{"id":7}', "7"),
        (b'{"id":""}', ""),
    ],
)
def test_the_id_of_a_line(line: bytes, expected: str) -> None:
    assert id_of(line) == expected


@pytest.mark.parametrize("line", [b"", b'{"id":"s:1', b'{"id":"s:\xff"}', b'{"url":null}', b"[]", b"null"])
def test_a_line_without_an_id(line: bytes) -> None:
    with pytest.raises((orjson.JSONDecodeError, KeyError, TypeError)):
        id_of(line)


def test_a_record_that_was_added_is_told_of_as_it_is_written() -> None:
    line = orjson.dumps({"id": "s:1", "title": "é \u2028", "tags": [1.5, None]})
    assert orjson.dumps(added_line(line, "now")) == orjson.dumps(change_of(None, line, "now"))
