"""Trials with a moment or a mix drawn at random: kills, network faults, pauses that a host asks for."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.arena import PATIENCE, Arena
from tests.faults.checks import Run, Verdict, check_all
from tests.support.faulty_answers import KINDS, Faults

PATIENT = ("-s", "RETRY_TIMES=9", "-s", "DOWNLOAD_TIMEOUT=2")
"""Settings for sites with many faults: more tries than faults, and a timeout below the stall of a slow answer."""


@dataclass
class Trial:
    """What happened in one trial. ``name`` says how to do it again: kind, seed and number."""

    name: str
    verdict: Verdict = field(default_factory=Verdict)
    kills: int = 0
    faults: int = 0
    seconds: float = 0.0

    @property
    def survived(self) -> bool:
        """Whether all checks held."""
        return not self.verdict.findings


def kill_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """SIGKILL at one to five moments, then a run to the end: the bytes of an undisturbed crawl."""
    trial = Trial(name)
    arena.calm()
    from_grown = rng.random() < 0.5
    output = arena.copy_of_grown() if from_grown else arena.new_folder()
    runs: list[Run] = []
    with arena.watched(output) as reader:
        for _ in range(rng.randint(1, 5)):
            process = arena.start(output)
            if rng.random() < 0.3:
                arena.requests_or_end(process, rng.randint(1, 40))
            else:
                wait_at_most(process, rng.uniform(0.0, arena.seconds))
            if process.poll() is None:
                process.kill()
                process.wait(PATIENCE)
                trial.kills += 1
            else:
                runs.append(arena.ended(process, output))
        runs.append(arena.run(output))
    trial.verdict = arena.judge(output, reader, runs, arena.from_grown if from_grown else arena.undisturbed)
    return trial


def wait_at_most(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Waits until *process* has ended, no longer than *seconds*."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def drawn_faults(rng: random.Random) -> Faults:
    """A mix of faults that strikes a third of all pages or more, each up to three times."""
    chosen = rng.sample(KINDS, rng.randint(2, len(KINDS)))
    shares = {kind: rng.uniform(0.03, 0.25) for kind in chosen}
    for slow in {"slow_headers", "slow_body"} & shares.keys():
        shares[slow] = 0.04  # each of them costs the timeout
    if "too_many" in shares:
        shares["too_many"] = 0.06
    first = rng.randint(2, 30)
    return Faults(
        **shares,
        retry_after=rng.choice((2, 3)),
        retry_date=rng.random() < 0.5,
        times=rng.randint(1, 3),
        burst=(first, first + rng.randint(3, 12)) if rng.random() < 0.5 else (0, 0),
    )


def network_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """A mix of network faults, in every third trial with a kill in between: all recovered, no pause broken."""
    trial = Trial(name)
    arena.calm(drawn_faults(rng), seed=name)
    output = arena.new_folder()
    runs = []
    killed = rng.random() < 1 / 3
    with arena.watched(output) as reader:
        if killed:
            process = arena.start(output, *PATIENT)
            arena.requests_or_end(process, rng.randint(5, 40))
            if process.poll() is None:
                process.kill()
                trial.kills += 1
            process.wait(PATIENCE)
        runs.append(arena.run(output, *PATIENT))
    trial.verdict = arena.judge(output, reader, runs, arena.undisturbed)
    trial.faults = sum(status not in {200, 302, 404} for _, status in arena.site.requests)
    # A 429 whose page was not committed when the kill came is unknown to the next run.
    _check_pauses(arena, trial, killed=bool(trial.kills))
    return trial


def _check_pauses(arena: Arena, trial: Trial, *, killed: bool = False) -> None:
    too_soon = arena.site.too_soon()
    if too_soon and not killed:
        trial.verdict.findings.append(f"Retry-After broken by {too_soon[:5]}")


def outage_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """Pages that stay broken are given up with their reason and code 3; once they are well, the next run has all."""
    trial = Trial(name)
    kind = rng.choice(("server_error", "cut", "reset", "cut_chunks"))
    arena.calm(Faults(**{kind: rng.uniform(0.1, 0.4)}, times=10**6), seed=name)
    output = arena.copy_of_grown()
    with arena.watched(output) as reader:
        hurt = arena.run(output, "-s", "RETRY_TIMES=2", "-s", "RETRY_BACKOFF=0.01")
        during = check_all(arena.site, arena.traps, output / "edoctor", [], [hurt], incomplete=True)
        trial.faults = sum(status in {-1, 503} for _, status in arena.site.requests)
        arena.site.faults = Faults()
        healed = arena.run(output)
    trial.verdict = arena.judge(output, reader, [hurt, healed], None)
    trial.verdict.findings += [f"while pages were broken: {finding}" for finding in during.findings]
    return trial


def pause_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """A kill while a host's Retry-After runs: the next run keeps the rest of the pause."""
    trial = Trial(name)
    first = rng.randint(2, 30)
    burst = (first, first + rng.randint(0, 2))
    asked = Faults(burst=burst, burst_fault="too_many", retry_after=rng.choice((3, 4)), retry_date=rng.random() < 0.5)
    arena.calm(asked, seed=name)
    output = arena.new_folder()
    with arena.watched(output) as reader:
        process = arena.start(output)
        if _pause_is_known(arena, process, output):
            process.kill()
            trial.kills += 1
        process.wait(PATIENCE)
        if trial.kills:
            arena.site.keep_pauses_until(time.monotonic() + _known_pause(arena.ledger(output)) - time.time())
        run = arena.run(output)
    trial.verdict = arena.judge(output, reader, [run], arena.undisturbed)
    trial.faults = sum(status == 429 for _, status in arena.site.requests)
    _check_pauses(arena, trial)
    return trial


def _pause_is_known(arena: Arena, process: subprocess.Popen[bytes], output: Path) -> bool:
    """Waits until the ledger knows of a pause; False where the run came to its end without any."""
    ledger = arena.ledger(output)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if arena.site.pauses:
            try:
                if _known_pause(ledger):
                    return True
            except sqlite3.Error:
                pass  # it is being made
        wait_at_most(process, 0.01)
    return False


def _known_pause(ledger: Path) -> float:
    """Until when the site is to be left alone, in seconds since the epoch, as the ledger knows it; 0 for no pause."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=1)) as db:
        return float(db.execute("SELECT coalesce(max(paused_until), 0) FROM hosts").fetchone()[0])


def doubt_trial(arena: Arena, rng: random.Random, name: str) -> Trial:
    """Bodies without a stated length that are cut for good: fetched again, and then at least marked as in doubt."""
    trial = Trial(name)
    arena.calm(Faults(cut_close=0.3, times=10**6), seed=name)
    output = arena.new_folder()
    with arena.watched(output) as reader:
        run = arena.run(output)
    trial.faults = sum(status == -1 for _, status in arena.site.requests)
    cut = {path for path, status in arena.site.requests if status == -1}
    with closing(sqlite3.connect(f"file:{arena.ledger(output)}?mode=ro", uri=True)) as db:
        reasons = dict(db.execute("SELECT address, reason FROM urls"))
    addresses = {path: arena.site.url + (path if path != "/" else "") for path in cut}  # the start URL has no slash
    silent = [path for path in cut if "may be cut short" not in reasons.get(addresses[path], "")]
    if silent:
        trial.verdict.findings.append(f"taken in silence though cut short: {sorted(silent)[:5]}")
    once = [path for path in cut if arena.site.seen[path] < 4]
    if once:
        trial.verdict.findings.append(f"believed after fewer than 4 fetches: {sorted(once)[:5]}")
    trial.verdict.polls, trial.verdict.torn = reader.polls, reader.torn
    if (run.code == 0) != run.complete:
        trial.verdict.found(5, f"code {run.code}, but complete: {run.complete}")
    return trial
