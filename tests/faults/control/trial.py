"""Plain Scrapy under the same kills and the same checks. It must fail: checks that it passes prove nothing."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

from tests.faults.arena import PATIENCE, Arena
from tests.faults.checks import Verdict, exactly_once, published
from tests.faults.trials import Trial, wait_at_most
from tests.support.commands import BIN, environment

SPIDER = Path(__file__).with_name("questions.py")


def control_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """One to five SIGKILLs at drawn moments, then a run to the end with the same JOBDIR."""
    trial = Trial(name)
    arena.calm()
    folder = arena.new_folder()
    for _ in range(rng.randint(1, 5)):
        process = start_control(arena, folder)
        if rng.random() < 0.3:
            arena.requests_or_end(process, rng.randint(1, 40))
        else:
            wait_at_most(process, rng.uniform(0.0, arena.seconds))
        _kill(trial, process)
    return _concluded(arena, folder, trial)


def killed_in_the_midst(arena: Arena, name: str) -> Trial:
    """One SIGKILL after half of the pages; the site answers no more until then."""
    trial = Trial(name)
    arena.calm()
    folder = arena.new_folder()
    half = len(arena.site.truth)
    with arena.site.held(after=half):
        process = start_control(arena, folder)
        arena.requests_or_end(process, half)
        _kill(trial, process)
    return _concluded(arena, folder, trial)


def _kill(trial: Trial, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        trial.kills += 1
    process.wait(PATIENCE)


def _concluded(arena: Arena, folder: Path, trial: Trial) -> Trial:
    start_control(arena, folder).wait(PATIENCE)
    trial.verdict = control_verdict(arena, folder)
    return trial


def undisturbed_control(arena: Arena) -> Verdict:
    """What plain Scrapy gives where nothing disturbs it: all records, once. ``arena.seconds`` is how long it takes."""
    arena.calm()
    folder = arena.new_folder()
    began = time.monotonic()
    start_control(arena, folder).wait(PATIENCE)
    arena.seconds = time.monotonic() - began
    return control_verdict(arena, folder)


def control_verdict(arena: Arena, folder: Path) -> Verdict:
    """The checks that can be made without a ledger: records, lines, connections.

    A line is held against no schema but only read, and a feed in the making is not watched: nobody promised that.
    """
    verdict = Verdict()
    records = published(folder / "out.jsonl", verdict, lambda record: "" if isinstance(record, dict) else "no object")
    exactly_once(arena.site, [record for record in records if "url" in record], verdict)
    for host in arena.traps.connected():
        verdict.found(6, f"somebody connected to {host}")
    return verdict


def start_control(arena: Arena, folder: Path) -> subprocess.Popen[bytes]:
    """Starts plain Scrapy on the site of *arena*, or lets it go on, in *folder*."""
    command = [BIN / "scrapy", "runspider", SPIDER, "-a", f"start_url={arena.site.url}/"]
    return subprocess.Popen(
        [*command, "-o", "out.jsonl", "-s", "JOBDIR=job", "-s", "ROBOTSTXT_OBEY=1", "-s", "LOG_LEVEL=CRITICAL"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
