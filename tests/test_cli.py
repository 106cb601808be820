"""The command line as a user meets it: output, messages, exit codes, never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from qa_scraper import __version__
from qa_scraper.demo import DemoServer, demo_site

from tests.fixtures import FOLDER
from tests.support.commands import BIN, crawl_arguments, environment, qa_scraper, start
from tests.support.faulty_site import FaultySite

PAGE = str(FOLDER / "edoctor" / "complete.html")
LISTING = str(FOLDER / "edoctor" / "other-listing.html")


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    assert line.startswith("qa-scraper: ")
    return line


def test_version_schema_sites() -> None:
    assert qa_scraper("--version").stdout == f"qa-scraper {__version__}\n"
    assert json.loads(qa_scraper("schema").stdout)["$schema"].endswith("2020-12/schema")
    assert [line.split("\t")[0] for line in qa_scraper("sites").stdout.splitlines()] == [
        "demo",
        "edoctor",
        "tw-ehospital",
    ]


def test_extract_prints_a_record_a_line_in_input_order() -> None:
    dense = str(FOLDER / "edoctor" / "plain-dense.txt")
    done = qa_scraper("extract", dense, PAGE)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["source"]["path"] for line in done.stdout.splitlines()] == [dense, PAGE]


def test_extract_url_resolves_links_and_names_the_record() -> None:
    record = json.loads(qa_scraper("extract", PAGE, "--url", "https://e.example/qa/x/?utm_source=y").stdout)
    assert record["url"] == "https://e.example/qa/x"
    assert record["id"].startswith("local:")
    assert record["related_questions"][0]["url"] == "https://e.example/qa/tingling-feet"


def test_extract_reads_standard_input_and_content_type() -> None:
    done = qa_scraper(
        "extract", "-", "--content-type", "text/plain", stdin=(FOLDER / "edoctor" / "plain.txt").read_bytes()
    )
    record = json.loads(done.stdout)
    assert (record["source"]["path"], record["question"]["title"]) == ("-", "Numb fingers at night")


def test_extract_says_why_a_page_has_no_question() -> None:
    done = qa_scraper("extract", LISTING, PAGE)
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert "a listing: 2 teasers" in one_line(done.stderr)
    assert LISTING in done.stderr


def test_extract_manifest(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    entries = [
        {"path": PAGE, "url": "https://e.example/1", "content_type": None},
        {"path": PAGE, "url": None},
        {"path": PAGE},
    ]
    manifest.write_text("\n".join(map(json.dumps, entries)), "utf-8")
    done = qa_scraper("extract", "--manifest", str(manifest))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["url"] for line in done.stdout.splitlines()] == ["https://e.example/1", None, None]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "line 2: not JSON"),
        ('["x"]', 'line 2: no "path"'),
        ('{"path": 3}', 'line 2: no "path"'),
        ('{"path": "x", "url": 3}', 'line 2: "url" must be a text or null'),
        ('{"path": "x", "uri": "y"}', "line 2: unknown key 'uri'"),
        ('{"path": "x", "url": "e.example/1"}', "line 2: the URL 'e.example/1' has no scheme"),
    ],
)
def test_a_broken_manifest_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps({"path": PAGE}) + "\n" + line + "\n", "utf-8")
    done = qa_scraper("extract", "--manifest", str(manifest))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{manifest}, {message}" in one_line(done.stderr)


def test_a_manifest_may_begin_with_a_byte_order_mark_and_may_not_be_empty(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps({"path": PAGE}), "utf-8-sig")
    assert qa_scraper("extract", "--manifest", str(manifest)).returncode == 0
    manifest.write_text('{"path": "a\\u0000b"}', "utf-8")
    assert "null byte" in one_line(qa_scraper("extract", "--manifest", str(manifest)).stderr)
    manifest.write_text("\n", "utf-8")
    done = qa_scraper("extract", "--manifest", str(manifest))
    assert done.returncode == 2
    assert "is empty" in one_line(done.stderr)


def demo_at(port: int, *arguments: str) -> subprocess.Popen[str]:
    """Starts ``qa-scraper`` with the demo site at another port than its own, which others may use meanwhile."""
    code = "import sys; from qa_scraper import demo; demo.DEFAULT_PORT = int(sys.argv.pop(1));"
    code += "from qa_scraper.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(port), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
    )  # fmt: skip


def test_the_demo_needs_its_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        process = demo_at(port, "crawl", "--output", str(tmp_path))
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"port {port}, which the demo site needs" in out
    assert "again" not in out
    assert not (tmp_path / "demo" / "questions.jsonl").exists()


def test_a_demo_crawl_outlives_the_server_of_another(tmp_path: Path) -> None:
    with DemoServer(demo_site()) as server:
        port = int(server.url.rpartition(":")[2])
        process = demo_at(port, "crawl", "--output", str(tmp_path), "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        while len(server.requests) <= 20 and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert len(server.requests) < 200
    assert (tmp_path / "demo" / "questions.jsonl").read_bytes().count(b"\n") == len(demo_site().questions)


def test_unreadable_inputs(tmp_path: Path) -> None:
    (tmp_path / "binary.html").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.html").write_bytes(b"")
    for name, message, code in (
        ("missing.html", "No such file", 2),
        ("", "Is a directory", 2),
        ("binary.html", "not text", 2),
        ("empty.html", "an empty file", 3),
    ):
        done = qa_scraper("extract", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert message in one_line(done.stderr)


def test_one_unreadable_input_does_not_lose_the_others() -> None:
    done = qa_scraper("extract", "missing.html", PAGE)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crawl", "edoktor"], "Did you mean 'edoctor'?"),
        (["crawl", "zzz"], "Known sites: demo, edoctor, tw-ehospital"),
        (["crawl", "edoctor"], "names no start URL: give one with --start-url"),
        (["crawl", "edoctor", "--start-url", "example.org/q"], "begin it with https:// or http://"),
        (["crawl", "edoctor", "--start-url", "ftp://example.org/"], "begin it with https:// or http://"),
        (["crawl", "edoctor", "--start-url", "https://"], "names no host"),
        (["crawl", "edoctor", "--start-url", "http://[x/"], "cannot be read"),
        (["crawl", "edoctor", "--start-url", "http://127.0.0.1:9/"], "add --allow-private"),
        (["crawl", "edoctor", "--start-url", "http://10.0.0.1/"], "add --allow-private"),
        (["crawl", "-s", "DOWNLOAD_DELAY"], "write it as NAME=VALUE"),
        (["crawl", "-s", "FIXED_CLOCK=noon"], "write it like 2026-01-31T08:00:00Z"),
        (["crawl", "-s", "DOWNLOAD_DELAY=fast"], "DOWNLOAD_DELAY"),
        (["publish", "demo"], "crawl the site first"),
        (["publish", "nope"], "there is no site"),
        (["extract"], "give either files"),
        (["crawl", "edoctor", "--start-url", "https://a b.example/"], "white space"),
        (["crawl", "edoctor", "--start-url", "https://me:pw@a.example/"], "user name or password"),
        (["extract", PAGE, "--url", "https://"], "names no host"),
        (["extract", PAGE, "--url", "nope"], "begin it with https:// or http://"),
        (["extract", PAGE, LISTING, "--url", "https://e.example/"], "--url goes with one file"),
        (["extract", "--manifest", "missing.jsonl"], "cannot read the manifest"),
    ],
)
def test_bad_input_gets_one_clear_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    if arguments[0] in {"crawl", "publish"}:
        arguments = [*arguments, "--output", str(tmp_path)]
    done = qa_scraper(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in one_line(done.stderr)


@pytest.mark.parametrize("arguments", [["crawl", "--nope"], ["nope"], ["crawl", "--limit", "-1"], ["extract", "--url"]])
def test_wrong_options_are_usage_errors(arguments: list[str]) -> None:
    done = qa_scraper(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_cannot_be_written_as_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = qa_scraper("crawl", "--output", str(tmp_path))
    assert done.returncode == 2
    assert "--output" in one_line(done.stderr)


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = qa_scraper("crawl", "--output", str(tmp_path / "file"))
    assert done.returncode == 2
    assert "cannot make the output folder" in one_line(done.stderr)


def test_a_ledger_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "ledger.sqlite").write_bytes(b"not a database, " * 100)
    done = qa_scraper("crawl", "demo", "--output", str(tmp_path))
    assert done.returncode == 1
    assert "move it away" in one_line(done.stderr)
    assert (tmp_path / "demo" / "ledger.sqlite").read_bytes().startswith(b"not a database")


def test_json_summary_is_all_that_stands_on_standard_output(tmp_path: Path) -> None:
    with DemoServer(demo_site()) as server:
        arguments = ("crawl", "demo", "--start-url", server.url, "--output", str(tmp_path), "--limit", "5", "--json")
        done = qa_scraper(*arguments, cwd=tmp_path)
    assert done.returncode == 3
    summary = json.loads(done.stdout)
    assert (summary["site"], summary["pages"], summary["complete"]) == ("demo", 5, False)
    assert Path(summary["snapshot"]).exists()


def test_publish_makes_the_same_bytes_again(tmp_path: Path) -> None:
    with DemoServer(demo_site()) as server:
        qa_scraper("crawl", "demo", "--start-url", server.url, "--output", str(tmp_path), "--limit", "40")
    snapshot = tmp_path / "demo" / "questions.jsonl"
    before = snapshot.read_bytes()
    snapshot.unlink()
    done = qa_scraper("publish", "demo", "--output", str(tmp_path))
    assert (done.returncode, snapshot.read_bytes()) == (0, before)
    assert f"{len(before.splitlines())} records in {snapshot}" in done.stdout


def test_demo_site_serves_until_it_is_stopped() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        done = qa_scraper("demo-site", "--port", str(port))
        assert done.returncode == 2
        assert "--port" in one_line(done.stderr)
    process = start("demo-site", "--port", "0")
    assert process.poll() is None
    process.terminate()
    process.wait(20)


@pytest.mark.parametrize(
    "setting",
    ["SCHEDULER=no.such.Class", "LOG_LEVEL=FOO", "ITEM_PIPELINES=foo", "FEEDS=x", "RETRY_TIMES=1e9", "LOG_FILE=/no/x",
     "RETRY_WAIT_MAX=nan", "RETRY_WAIT_MAX=inf", "CONCURRENT_REQUESTS_PER_DOMAIN=0", "DOWNLOAD_DELAY=-1",
     "DOWNLOAD_MAXSIZE=0", "COOKIES_ENABLED=perhaps"],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, setting: str) -> None:
    with DemoServer(demo_site()) as server:
        done = qa_scraper("crawl", "--start-url", server.url, "-s", setting, "--output", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert setting.partition("=")[0] in one_line(done.stderr)


def test_a_misspelt_setting_is_told(tmp_path: Path) -> None:
    arguments = ("crawl", "--limit", "1", "-s", "DOWNLOAD_DELY=1", "--output", str(tmp_path))
    with DemoServer(demo_site()) as server:
        done = qa_scraper(*arguments, "--start-url", server.url)
    assert done.returncode == 3
    assert "Did you mean DOWNLOAD_DELAY?" in one_line(done.stderr)


def test_two_runs_on_one_site_at_once(tmp_path: Path) -> None:
    with FaultySite(count=60) as site:
        first = start(*crawl_arguments("edoctor", site.url, tmp_path, "-s", "DOWNLOAD_DELAY=1"))
        site.wait_for_requests(3)
        for arguments in (crawl_arguments("edoctor", site.url, tmp_path), ["publish", "edoctor", "--output", tmp_path]):
            second = qa_scraper(*map(str, arguments))
            assert second.returncode == 5
            assert f"in use by process {first.pid} on " in one_line(second.stderr)
        other = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path / "other", "--limit", "1"))
        assert other.returncode == 3
        assert [path for path, _ in site.requests].count("/robots.txt") == 2  # the refused ones asked for nothing
        first.kill()
        first.wait(20)
        taken_over = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path, "--limit", "1"))
        assert taken_over.returncode == 3


def test_output_is_for_its_owner_only(tmp_path: Path) -> None:
    with DemoServer(demo_site()) as server:
        qa_scraper("crawl", "--start-url", server.url, "--limit", "1", "--output", str(tmp_path / "out"))
    assert (tmp_path / "out" / "demo").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "demo" / "ledger.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_python_tidies_up_changes_no_exit_code(number: signal.Signals) -> None:
    code = (
        "import os; from qa_scraper.interrupts import INTERRUPTS; INTERRUPTS.watch()\n"
        "class Last:\n"
        "    def __del__(self, kill=os.kill, own=os.getpid()):\n"
        f"        kill(own, {int(number)}); print('tidied up', flush=True)\n"
        "last = Last()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "tidied up\n", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_at_any_moment_of_the_start_stops_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """The process says when it minds signals; from then on every moment is as good as another."""
    arguments = ["crawl", "demo", "--limit", "3"]
    code = "import sys, os; from qa_scraper.interrupts import INTERRUPTS as i; i.watch(); os.write(1, b'.');"
    code += "sys.argv = ['qa-scraper', *sys.argv[1:]]; from qa_scraper.cli import main; main()"
    with DemoServer(demo_site()) as server:
        for moment in range(6):
            output = tmp_path / str(moment)
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments, "--start-url", server.url, "--output", str(output)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
            )  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.read(1) == b"."
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment * 0.15)
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
            assert (process.returncode, err) == (3, b""), (moment, out)
            assert (output / "demo" / "questions.jsonl").exists()


def crawled(output: Path) -> Path:
    with DemoServer(demo_site()) as server:
        qa_scraper("crawl", "demo", "--start-url", server.url, "--output", str(output), "--limit", "40")
    return output / "demo"


def doctor(output: Path) -> subprocess.CompletedProcess[str]:
    return qa_scraper("doctor", "demo", "--output", str(output))


def test_doctor_finds_what_is_wrong_and_changes_nothing(tmp_path: Path) -> None:
    folder = crawled(tmp_path)
    done = doctor(tmp_path)
    assert (done.returncode, done.stdout) == (0, f"No problem found in {folder}.\n")
    snapshot, ledger = folder / "questions.jsonl", folder / "ledger.sqlite"
    good, whole = snapshot.read_bytes(), ledger.read_bytes()
    for broken, what in (
        (good[:-20], "1 lines that are no records"),
        (good.replace(b'"title"', b'"titel"', 1), "(line 1: "),
        (good[: good.index(b"\n") + 1], "differs from the ledger in"),
    ):
        snapshot.write_bytes(broken)
        done = doctor(tmp_path)
        assert done.returncode == 3
        assert what in done.stdout
        assert "qa-scraper publish" in done.stdout
        assert snapshot.read_bytes() == broken
    snapshot.unlink()
    assert "questions.jsonl is missing" in doctor(tmp_path).stdout
    snapshot.write_bytes(good)
    middle = len(whole) // 2
    for damaged in (whole[: len(whole) // 3], b"no database " * 500, whole[:middle] + b"\xff" * 8192 + whole[middle:]):
        ledger.write_bytes(damaged)
        done = doctor(tmp_path)
        assert (done.returncode, done.stderr) == (3, "")
        assert "Nothing was changed" in done.stdout
        assert ledger.read_bytes() == damaged
        assert snapshot.read_bytes() == good


@pytest.mark.parametrize("damage", ["cut", "no text", "other JSON", "gone"])
def test_publish_mends_a_damaged_snapshot_as_doctor_says(tmp_path: Path, damage: str) -> None:
    folder = crawled(tmp_path)
    snapshot = folder / "questions.jsonl"
    good = snapshot.read_bytes()
    if damage == "gone":
        snapshot.unlink()
    else:
        snapshot.write_bytes({"cut": good[:-20], "no text": b"\xff\x00\n" + good, "other JSON": b"[1]\n"}[damage])
    assert "qa-scraper publish" in doctor(tmp_path).stdout
    done = qa_scraper("publish", "demo", "--output", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot.read_bytes() == good
    assert [feed.name for feed in (folder / "changes").iterdir()] == ["000001.jsonl"]
    assert doctor(tmp_path).returncode == 0


def test_doctor_misses_a_feed(tmp_path: Path) -> None:
    folder = crawled(tmp_path)
    feed = folder / "changes" / "000001.jsonl"
    feed.write_bytes(feed.read_bytes()[:-20])
    assert "no line of a change feed" in doctor(tmp_path).stdout
    feed.unlink()
    done = doctor(tmp_path)
    assert (done.returncode, "one is missing or was changed" in done.stdout) == (3, True)


@pytest.mark.parametrize("is_there", [False, True], ids=["missing", "empty"])
def test_a_lost_ledger_replaces_no_good_data(tmp_path: Path, *, is_there: bool) -> None:
    """``doctor`` says what a crawl would, and leaves an empty ledger where it stands."""
    folder = crawled(tmp_path)
    good = (folder / "questions.jsonl").read_bytes()
    (folder / "ledger.sqlite").unlink()
    for command, code in (("publish", 1), ("crawl", 1), ("doctor", 3)):
        if is_there:
            (folder / "ledger.sqlite").write_bytes(b"")
        done = qa_scraper(command, "demo", "--output", str(tmp_path))
        assert done.returncode == code
        said = done.stdout if command == "doctor" else one_line(done.stderr)
        assert "missing or empty" in said
        assert "move questions.jsonl away to begin anew" in said
        assert "crawl the site first" not in said
        assert (folder / "questions.jsonl").read_bytes() == good
    assert (folder / "ledger.sqlite").exists() == is_there


def test_a_ledger_from_the_future_is_left_alone(tmp_path: Path) -> None:
    folder = crawled(tmp_path)
    with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        ledger.execute("PRAGMA user_version=99")
    before = (folder / "ledger.sqlite").read_bytes()
    for command in ("crawl", "publish"):
        done = qa_scraper(command, "demo", "--output", str(tmp_path))
        assert done.returncode == 1
        assert "upgrade qa-scraper" in one_line(done.stderr)
    said = doctor(tmp_path).stdout
    assert "upgrade qa-scraper" in said
    assert [word for word in ("restore", "recover", "move", "--output") if word in said.lower()] == []
    assert (folder / "ledger.sqlite").read_bytes() == before


def test_a_command_that_is_broken_off_ends_as_others_do() -> None:
    process = subprocess.Popen(
        [BIN / "qa-scraper", "extract", "missing.html", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert b"missing.html" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert b"Traceback" not in said
