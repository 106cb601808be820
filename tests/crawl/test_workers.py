"""Pages read in worker processes: the same bytes, also after a kill, and no process is left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.commands import CLOCK, crawl_arguments, qa_scraper, start
from tests.support.faulty_site import FaultySite

TWO = ("--workers", "2")


def snapshot(output: Path) -> bytes:
    return (output / "edoctor" / "questions.jsonl").read_bytes()


def children(process: int) -> list[int]:
    """The processes that *process* has begun and that live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == process:
            found.append(int(folder.name))
    return found


def lives(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False


def gone_within(processes: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(map(lives, processes)) and time.monotonic() < until:
        os.sched_yield()
    return not any(map(lives, processes))


def test_the_same_bytes(tmp_path: Path) -> None:
    with FaultySite(count=40) as site:
        one = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path / "one"))
        two = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path / "two", *TWO))
    assert (one.returncode, two.returncode) == (0, 0), two.stderr
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")
def test_a_killed_run_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    with FaultySite(count=60) as site:
        undisturbed = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path / "whole", *TWO))
        assert undisturbed.returncode == 0, undisturbed.stderr
        arguments = crawl_arguments("edoctor", site.url, tmp_path / "killed", *TWO)
        run = start(*arguments)
        site.wait_for_requests(20)
        workers = children(run.pid)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert gone_within(workers, 60)
        again = qa_scraper(*arguments)
        assert again.returncode == 0, again.stderr
    assert snapshot(tmp_path / "whole") == snapshot(tmp_path / "killed")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")
def test_a_worker_that_dies_costs_no_page(tmp_path: Path) -> None:
    with FaultySite(count=60) as site:
        whole = qa_scraper(*crawl_arguments("edoctor", site.url, tmp_path / "whole"))
        assert whole.returncode == 0
        run = start(*crawl_arguments("edoctor", site.url, tmp_path / "two", *TWO))
        site.wait_for_requests(25)
        workers = [pid for pid in children(run.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        assert run.wait(timeout=60) == 0
    assert snapshot(tmp_path / "whole") == snapshot(tmp_path / "two")
    assert CLOCK.encode() in snapshot(tmp_path / "two")
