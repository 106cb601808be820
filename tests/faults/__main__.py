"""``python -m tests.faults``: the whole torture run, or a part of it. ``make torture`` runs it."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import hostile
from tests.faults.arena import WORKERS
from tests.faults.campaign import KINDS, Amount, Kind, run_kind
from tests.faults.crash_points import NotPossible
from tests.faults.report import HOSTILE, figures, keep
from tests.faults.trials import Trial


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    names = [*(kind.name for kind in KINDS), HOSTILE]
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--trials", type=int, default=500, help="trials with kills; other kinds take a share (500)")
    parser.add_argument("--sample", type=int, default=0, help="points of each enumerated series, evenly spread (all)")
    parser.add_argument("--seed", default="1", help="where random moments and mixes come from (1)")
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time (2)")
    parser.add_argument("--only", action="append", choices=names, help="this kind only; may be given several times")
    parser.add_argument("--again", metavar="NAME", default="", help="only the trial of this name, as it was printed")
    parser.add_argument("--workers", type=int, default=1, help="processes of each run; with more than 1 no report (1)")
    writes = parser.add_mutually_exclusive_group()
    writes.add_argument("--no-report", action="store_true", help="leave docs/reliability.md as it is")
    writes.add_argument("--record", action="store_true", help="replace figures there even if they are of more trials")
    return parser.parse_args()


def main() -> int:
    """Runs the hostile pages, then kind after kind. Gives 0 if all was survived and the control was not."""
    asked = arguments()
    amount = Amount(asked.trials, asked.sample, asked.seed)
    only = asked.only or ([asked.again.partition(" ")[0]] if asked.again else [])
    report = not asked.no_report and not asked.again and asked.workers == 1
    if asked.workers > 1:
        os.environ[WORKERS] = str(asked.workers)
    good = measure_hostile_pages(report, asked.record) if not only or HOSTILE in only else True
    for kind in (kind for kind in KINDS if not only or kind.name in only):
        try:
            done = run_and_tell(kind, amount, asked.jobs, asked.again)
        except NotPossible as why:
            say(f"{kind.name}: left out: {why}")
            continue
        held = all(trial.survived for trial in done)
        good = good and bool(done) and held != kind.is_control
        if report:
            say(keep(kind.name, figures(kind, done, amount.seed), record=asked.record))
    say("All held." if good else "NOT ALL HELD.")
    return 0 if good else 1


def run_and_tell(kind: Kind, amount: Amount, jobs: int, wanted: str) -> list[Trial]:
    """Runs a kind and prints how far it is, and what did not hold."""
    began = time.monotonic()
    done: list[Trial] = []
    for number, of, trial in run_kind(kind, amount, jobs, wanted):
        done.append(trial)
        if not trial.survived and not kind.is_control:
            say(f'{kind.name}: did not hold; to see it again: --again "{trial.name}" --seed {amount.seed}')
            for finding in trial.verdict.findings[:5]:
                say(f"    {finding[:600]}")
        if number % 10 == 0 or number == of or wanted:
            survived, kills = sum(trial.survived for trial in done), sum(trial.kills for trial in done)
            minutes = (time.monotonic() - began) / 60
            say(f"{kind.name}: {number} of {of} in {minutes:.1f} min, {survived} survived, {kills} kills")
    return done


def measure_hostile_pages(report: bool, record: bool) -> bool:
    """Crawls the site of hostile pages, alone on the machine; gives whether all of it kept its bounds."""
    with tempfile.TemporaryDirectory() as folder:
        measured = hostile.measure(Path(folder))
    over = [name for name, bound in hostile.BOUNDS.items() if measured[name] > bound]
    for name in over:
        say(f"{HOSTILE}: did not hold: {name} {measured[name]:g}, more than {hostile.BOUNDS[name]:g}")
    say(f"{HOSTILE}: {measured['pages']:.0f} pages in {measured['seconds']:.0f} s")
    if report:
        say(keep(HOSTILE, {name: round(value, 3) for name, value in measured.items()}, record=record))
    return not over


def say(message: str) -> None:
    """Prints a line at once."""
    print(message, flush=True)


if __name__ == "__main__":
    sys.exit(main())
