"""Crashes and disk errors at every call that changes a file, one by one, by a shim in front of the C library."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.arena import SITE, Arena
from tests.faults.checks import Run
from tests.faults.trials import Trial

SOURCE = Path(__file__).with_name("write_faults.c")
CRASHED = 137
DISK_WORDS = ("no space left", "disk is full", "disk i/o error", "input/output error")
"""What a message about a disk error says, in lower case."""


class NotPossible(Exception):
    """This kind of trial cannot be had on this machine; the message says why."""


@dataclass(frozen=True)
class Point:
    """A call, counted from 1, in a run. *mode*: as in the shim; *grown*: the run goes on from published questions."""

    mode: str
    number: int
    grown: bool = False


def small_arena() -> Arena:
    """An arena whose crawl makes some hundreds of calls."""
    return Arena(count=4, extras=2, grown_pages=8, flat=True)


def shim_library(folder: Path) -> Path:
    """Compiles the shim into *folder*. Raises NotPossible where there is no compiler or it cannot be loaded."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NotPossible("no C compiler (gcc or cc) for the shim in front of the C library")
    library = folder / "write_faults.so"
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotPossible(f"the shim in front of the C library does not compile here: {made.stderr[-300:]}")
    return library


def shim_variables(library: Path, output: Path, point: Point, log: Path | None = None) -> dict[str, str]:
    """The environment of a run in which the call *point* goes wrong."""
    return {
        "LD_PRELOAD": str(library),
        "FAULT_FOLDER": str(output),
        "FAULT_MODE": point.mode,
        "FAULT_AT": str(point.number),
    } | ({"FAULT_LOG": str(log)} if log else {})


def start_folder(arena: Arena, *, grown: bool) -> tuple[Path, bytes]:
    """An output folder to begin with, and what must be published in it in the end."""
    if grown:
        return arena.copy_of_grown(), arena.from_grown
    return arena.new_folder(), arena.undisturbed


QUIET = ("-s", "LOG_LEVEL=CRITICAL")
"""Leaves the log alone: its lines are no state."""


def count_calls(arena: Arena, library: Path, *, grown: bool = False, settings: tuple[str, ...] = QUIET) -> list[str]:
    """The calls of an undisturbed run, as ``NAME PATH``, in their order. Raises NotPossible where none are seen."""
    arena.calm()
    output, _ = start_folder(arena, grown=grown)
    log = arena.root / "calls"
    log.unlink(missing_ok=True)
    arena.run(output, *settings, **shim_variables(library, output, Point("count", 0), log))
    shutil.rmtree(output)
    if not log.exists():
        raise NotPossible("the shim in front of the C library is not loaded here (LD_PRELOAD)")
    return [re.sub(r"\.\d+\.tmp$", ".tmp", line.partition(" ")[2]) for line in log.read_text("utf-8").splitlines()]


def crash_trial(arena: Arena, library: Path, point: Point, name: str) -> Trial:
    """A crash at *point*, then a plain run: the bytes of an undisturbed crawl."""
    trial = Trial(name)
    arena.calm()
    output, expected = start_folder(arena, grown=point.grown)
    with arena.watched(output) as reader:
        first = arena.run(output, *QUIET, **shim_variables(library, output, point))
        trial.kills += first.code == CRASHED
        runs = [] if first.code == CRASHED else [first]
        runs.append(arena.run(output))
    trial.verdict = arena.judge(output, reader, runs, expected)
    return trial


def disk_error_trial(arena: Arena, library: Path, point: Point, name: str) -> Trial:
    """From *point* on the disk is full, or fails: a clear word and no zero; with the disk well again all is there."""
    trial = Trial(name, faults=1)
    arena.calm()
    output, expected = start_folder(arena, grown=point.grown)
    with arena.watched(output) as reader:
        before = arena.snapshot(output) if point.grown else b""
        hurt = replace(arena.run(output, **shim_variables(library, output, point)), hurt=True)
        wrong = complaints(hurt, replaced=reader.path.exists() and arena.snapshot(output) != before)
        healed = arena.run(output)
    trial.verdict = arena.judge(output, reader, [hurt, healed], expected)
    trial.verdict.findings += wrong
    return trial


def complaints(run: Run, *, replaced: bool) -> list[str]:
    """What is wrong with how a run told of its disk error. *replaced*: it has put a new published file in place."""
    said = (run.errors + run.output).lower()
    found = []
    if run.code != 0 and not any(words in said for words in DISK_WORDS):
        found.append(f"code {run.code} without a word on the disk: {run.last_words}")
    if "with these settings" in said:
        found.append(f"a disk error is laid to the settings: {run.last_words}")
    if replaced and "untouched" in said:
        found.append(f"says that the old files are untouched, but they were replaced: {run.last_words}")
    return found


@contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[None]:
    """A tmpfs of this size mounted at *folder*. Raises NotPossible where this process may not mount."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=0700", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotPossible(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def full_disk_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """A disk that is too small for the crawl, then one with room."""
    trial = Trial(name, faults=1)
    arena.calm()
    output = arena.new_folder()
    with small_disk(output, rng.randint(4, 140) * 4):
        with arena.watched(output) as reader:
            hurt = replace(arena.run(output), hurt=True)
            wrong = complaints(hurt, replaced=reader.path.exists())
            subprocess.run(["mount", "-o", "remount,size=64m", output], check=True)
            healed = arena.run(output)
        (kept := arena.new_folder()).rmdir()
        shutil.copytree(output / SITE, kept / SITE)
    trial.verdict = arena.judge(kept, reader, [hurt, healed], arena.undisturbed)
    trial.verdict.findings += wrong
    return trial
