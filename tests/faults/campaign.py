"""All kinds of trials, how many there are of each, and running them side by side."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from tests.faults import trials
from tests.faults.arena import Arena
from tests.faults.control.trial import control_trial, killed_in_the_midst, undisturbed_control
from tests.faults.crash_points import (
    NotPossible,
    Point,
    count_calls,
    crash_trial,
    disk_error_trial,
    full_disk_trial,
    shim_library,
    small_arena,
)
from tests.faults.trials import Trial

DISK_ERROR_POINTS = 60
"""So many points of a crawl are tried with either disk error, where no other number is asked for."""


@dataclass(frozen=True)
class Amount:
    """How much is asked for. ``trials``: those with kills, the other kinds take their share of it; ``sample``: at most
    so many points of each enumerated series, spread evenly, 0: all."""

    trials: int = 400
    sample: int = 0
    seed: str = "1"


Task = tuple[str, Callable[[Arena], Trial]]
"""The name of a trial, and the trial."""


@dataclass(frozen=True)
class Kind:
    """One kind of trial. ``tasks`` gives all of them for an arena that may be looked at first."""

    name: str
    title: str
    tasks: Callable[[Arena, Amount], list[Task]]
    arena: Callable[[], Arena] = Arena
    is_control: bool = False


def _drawn(name: str, trial: Callable[[Arena, random.Random, str], Trial], share: float) -> Callable[..., list[Task]]:
    """Tasks of a kind whose trials draw their moments; *share* of the trials asked for, at least one."""

    def tasks(_arena: Arena, amount: Amount) -> list[Task]:
        names = [f"{name} {amount.seed}/{number}" for number in range(max(1, round(amount.trials * share)))]
        return [(task, partial(_draw, trial, task)) for task in names]

    return tasks


def _draw(trial: Callable[[Arena, random.Random, str], Trial], name: str, arena: Arena) -> Trial:
    return trial(arena, random.Random(name), name)


def spread(count: int, wanted: int) -> list[int]:
    """Numbers from 1 to *count*: all, or *wanted* of them evenly spread, with the first and the last."""
    if not wanted or wanted >= count:
        return list(range(1, count + 1))
    return sorted({1 + round(step * (count - 1) / max(1, wanted - 1)) for step in range(wanted)})


def _crash_points(arena: Arena, amount: Amount) -> list[Task]:
    library = shim_library(arena.root)
    found: list[Task] = []
    for grown in (False, True):
        calls = count_calls(arena, library, grown=grown)
        for mode in ("before", "half"):
            for number in spread(len(calls), amount.sample):
                start = "grown" if grown else "new"
                name = f"crash-points {mode} call {number} of a {start} ledger: {calls[number - 1]}"
                found.append((name, partial(_shimmed, crash_trial, Point(mode, number, grown), name)))
    return found


def _disk_errors(arena: Arena, amount: Amount) -> list[Task]:
    library = shim_library(arena.root)
    found: list[Task] = []
    for mode in ("ENOSPC", "EIO"):
        for grown in (False, True):
            calls = count_calls(arena, library, grown=grown, settings=())
            for number in spread(len(calls), amount.sample or DISK_ERROR_POINTS):
                start = "grown" if grown else "new"
                name = f"disk-errors {mode} from call {number} of a {start} ledger: {calls[number - 1]}"
                found.append((name, partial(_shimmed, disk_error_trial, Point(mode, number, grown), name)))
    return found


def _shimmed(trial: Callable[..., Trial], point: Point, name: str, arena: Arena) -> Trial:
    library = arena.root / "write_faults.so"
    return trial(arena, library if library.exists() else shim_library(arena.root), point, name)


def _control(arena: Arena, amount: Amount) -> list[Task]:
    undisturbed = undisturbed_control(arena)
    if undisturbed.findings:
        raise AssertionError("the control fails where nothing disturbs it: " + "; ".join(undisturbed.findings))
    surely = f"control {amount.seed}/in the midst"
    drawn = _drawn("control", partial(_control_trial, arena.seconds), 0.05)(arena, amount)
    return [(surely, partial(_control_in_the_midst, surely)), *drawn]


def _control_in_the_midst(name: str, arena: Arena) -> Trial:
    return killed_in_the_midst(arena, name)


def _control_trial(seconds: float, arena: Arena, rng: random.Random, name: str) -> Trial:
    arena.seconds = seconds
    return control_trial(arena, rng, name)


KINDS = (
    Kind("kills", "SIGKILL, 1 to 5 a trial", _drawn("kills", trials.kill_trial, 1.0)),
    Kind("crash-points", "a crash at each write, fsync, rename, truncate and unlink", _crash_points, small_arena),
    Kind("disk-errors", "ENOSPC and EIO from a call on", _disk_errors, small_arena),
    Kind("full-disk", "a disk that is too small, then one with room", _drawn("full-disk", full_disk_trial, 0.1)),
    Kind("network", "a mix of network faults, some with a kill", _drawn("network", trials.network_trial, 0.2)),
    Kind("outages", "pages broken for a whole run, then well", _drawn("outages", trials.outage_trial, 0.05)),
    Kind("pauses", "a kill while a Retry-After runs", _drawn("pauses", trials.pause_trial, 0.05)),
    Kind("cut-for-good", "bodies without a length, always cut", _drawn("cut-for-good", trials.doubt_trial, 0.02)),
    Kind(
        "control",
        "plain Scrapy (FEEDS and JOBDIR), SIGKILL, 1 to 5 a trial",
        _control,
        partial(Arena, count=200, leads_away=False, bare=True),  # stock Scrapy writes its files by 8 KB
        is_control=True,
    ),
)


def run_kind(kind: Kind, amount: Amount, jobs: int, wanted: str = "") -> Iterator[tuple[int, int, Trial]]:
    """Runs all trials of a kind, *jobs* at a time. Gives for each, when it is done, how many are, of how many.

    *wanted*: only the trial of this name. Raises NotPossible where the machine lacks what the kind needs.
    """
    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        arenas: SimpleQueue[Arena] = SimpleQueue()
        first = stack.enter_context(kind.arena())
        # What follows the colon says which call it was; it may be another one the next time.
        wanted = wanted.partition(": ")[0]
        tasks = [task for task in kind.tasks(first, amount) if wanted in {"", task[0].partition(": ")[0]}]
        arenas.put(first)
        for _ in range(1, min(jobs, len(tasks))):
            arenas.put(stack.enter_context(kind.arena()))
        futures = [pool.submit(_in_arena, arenas, task) for task in tasks]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                yield done, len(tasks), future.result()
        finally:
            for future in futures:
                future.cancel()


def _in_arena(arenas: SimpleQueue[Arena], task: Task) -> Trial:
    name, run = task
    arena = arenas.get()
    began = time.monotonic()
    try:
        trial = run(arena)
    except NotPossible:
        raise
    except Exception as error:  # noqa: BLE001 - a trial that breaks off has not been survived
        trial = Trial(name)
        trial.verdict.findings.append(f"the trial broke off: {type(error).__name__}: {error}")
    finally:
        arenas.put(arena)
    trial.seconds = time.monotonic() - began
    return trial
