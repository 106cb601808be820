"""The scheduler with real runs: no overlap, no harm from one to another, an orderly end."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from qa_scraper.demo import DemoServer, demo_site

from tests.support.commands import BIN, environment, qa_scraper, records
from tests.support.faulty_site import FaultySite

SETTINGS = 'settings = ["DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=0", "RETRY_TIMES=0"]\nallow_private = true\n'

TGKILL = {"x86_64": 234, "aarch64": 131}  # a signal to one thread: what the system may choose by itself


class Running:
    """A scheduler in a process of its own, and the lines that it has said."""

    def __init__(self, folder: Path, text: str) -> None:
        (folder / "qa_scraper.toml").write_text(text)
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [BIN / "qa-scraper", "schedule"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment(),
        )  # fmt: skip

    def wait_for(self, pattern: str, times: int = 1) -> list[str]:
        """Reads on until so many lines match, and gives them."""
        assert self.process.stdout is not None
        while len(found := [line for line in self.lines if re.search(pattern, line)]) < times:
            line = self.process.stdout.readline()
            assert line, self.lines
            self.lines.append(line)
        return found

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        rest, _ = self.process.communicate(timeout=60)
        self.lines += rest.splitlines()
        return self.process.returncode


@pytest.fixture
def schedule(tmp_path: Path) -> Iterator[Callable[[str], Running]]:
    started: list[Running] = []

    def begin(text: str) -> Running:
        started.append(Running(tmp_path, text))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


@contextmanager
def demo(every: str, more: str = "", **site: int) -> Iterator[tuple[DemoServer, str]]:
    with DemoServer(demo_site(questions=40, **site)) as server:
        yield server, f'[sites.demo]\nevery = {every}\nstart_urls = ["{server.url}/"]\n{SETTINGS}{more}'


def test_runs_again_and_again_and_one_that_fails_stops_no_other(
    schedule: Callable[[str], Running], tmp_path: Path
) -> None:
    with demo("1") as (_, text):
        running = schedule(text + '[sites.edoctor]\nevery = 1\nstart_urls = ["ftp://nowhere.example/"]\n')
        running.wait_for(r" demo: complete, took .*; next run 20", 2)
        (failed,) = running.wait_for(r" edoctor: cannot run as it is configured \(qa-scraper: .*https://")[:1]
        assert "; next run 20" in failed
        assert running.end() == 0
    assert len(records(tmp_path / "output", "demo")) == 40
    kinds = re.findall(r"refresh", qa_scraper("runs", "demo", "--output", str(tmp_path / "output")).stdout)
    assert len(kinds) >= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_in_hand_finishes_its_pages_and_publishes(
    schedule: Callable[[str], Running], tmp_path: Path, number: signal.Signals
) -> None:
    with FaultySite(count=60) as site:
        slow = SETTINGS.replace("DOWNLOAD_DELAY=0", "DOWNLOAD_DELAY=0.1")
        running = schedule(f'[sites.edoctor]\nevery = 1\nstart_urls = ["{site.url}"]\n{slow}')
        site.wait_for_requests(25)
        assert running.end(number) == 0
    said = "".join(running.lines)
    assert "edoctor: finishes the pages in hand" in said
    assert "edoctor: with gaps, took" in said
    assert "ended" in running.lines[-1]
    assert 0 < len(records(tmp_path / "output", "edoctor")) < 60


def test_a_signal_to_the_whole_group_stops_in_order(schedule: Callable[[str], Running], tmp_path: Path) -> None:
    """As systemd and containers stop: the schedule, which hands it on, and the run in hand get the signal."""
    with FaultySite(count=80) as site:
        delayed = SETTINGS.replace("DELAY=0", "DELAY=0.05")
        running = schedule(f'[sites.edoctor]\nevery = "1h"\nstart_urls = ["{site.url}/"]\n{delayed}')
        (begins,) = running.wait_for("run begins")
        site.wait_for_requests(20)
        os.kill(int(re.findall(r"process (\d+)", begins)[0]), signal.SIGTERM)
        assert running.end() == 0
    assert not any("kill" in line for line in running.lines), running.lines
    assert 0 < len(records(tmp_path / "output", "edoctor")) < 80


@pytest.mark.skipif(platform.machine() not in TGKILL, reason="the number of the system call is not known here")
def test_a_signal_is_heard_whichever_thread_the_system_gives_it_to(schedule: Callable[[str], Running]) -> None:
    with demo('"1h"') as (_, text):
        running = schedule(text)
        running.wait_for(" complete")
        process = running.process.pid
        other = next(int(name) for name in os.listdir(f"/proc/{process}/task") if int(name) != process)
        call = ctypes.CDLL(None).syscall
        assert call(TGKILL[platform.machine()], process, other, signal.SIGTERM) == 0
        assert running.ended() == 0


def test_a_run_that_is_killed_is_told_and_the_next_goes_on(schedule: Callable[[str], Running], tmp_path: Path) -> None:
    with FaultySite(count=30) as site:
        slow = SETTINGS.replace("DOWNLOAD_DELAY=0", "DOWNLOAD_DELAY=0.05")
        running = schedule(f'[sites.edoctor]\nevery = 1\nstart_urls = ["{site.url}"]\n{slow}')
        (begins,) = running.wait_for(r"run begins \(process (\d+)\)")
        site.wait_for_requests(4)
        os.kill(int(re.findall(r"process (\d+)", begins)[0]), signal.SIGKILL)
        running.wait_for("was killed by signal 9")
        running.wait_for("edoctor: complete")
        assert running.end() == 0
    assert len(records(tmp_path / "output", "edoctor")) == 30


def test_a_run_past_its_longest_is_stopped_in_order(schedule: Callable[[str], Running], tmp_path: Path) -> None:
    with FaultySite(count=200) as site:
        slow = SETTINGS.replace("DOWNLOAD_DELAY=0", "DOWNLOAD_DELAY=0.15")
        text = f'[sites.edoctor]\nevery = 1\nlongest = 8\nstart_urls = ["{site.url}"]\n{slow}'
        running = schedule(text)
        running.wait_for("still running, this time is left out")
        running.wait_for("edoctor: with gaps, stopped: longer than its longest")
        assert running.end() == 0
    assert records(tmp_path / "output", "edoctor")


def test_a_schedule_that_cannot_be_used(tmp_path: Path) -> None:
    missing = qa_scraper("schedule", cwd=tmp_path)
    assert missing.returncode == 2
    assert "cannot read the schedule qa_scraper.toml" in missing.stderr
    (tmp_path / "qa_scraper.toml").write_text('[sites.demo]\nevery = "1y"\n')
    wrong = qa_scraper("schedule", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "qa_scraper.toml:2: sites.demo.every: '1y' is no length of time" in wrong.stderr
    (tmp_path / "qa_scraper.toml").write_text('[sites.demo]\nevery = "1d"\n')
    assert "OnUnitActiveSec=86400" in qa_scraper("schedule", "--print", "systemd", cwd=tmp_path).stdout
    assert "0 0 * * * cd " in qa_scraper("schedule", "--print", "cron", cwd=tmp_path).stdout
