"""What a refresh costs beside a first crawl: ``make bench-refresh``. Ratios of the same run on the same machine.

A site of question pages of about 35 KB, of which 1% changed, 0.5% are new and 0.2% gone since the crawl.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from qa_scraper.demo import DemoServer, DemoSite, Evolution, Validators, changes, demo_site, evolve
from qa_scraper.demo.truth import record_id
from qa_scraper.demo.views import question_path

from tests.refresh.steps import a_day_passes, feed, run, snapshot, unlike_truth
from tests.support import commands
from tests.support.commands import crawl_arguments, qa_scraper, start

PAGE_BYTES = 35_000
STEP = Evolution(added=0.005, answered=0.0, edited=0.01, removed=0.002, returned=0.0, dead_links=0.0)
BOUNDS = {"bytes": 0.03, "time": 0.75, "time_trusted": 0.20}
"""Largest shares of the first crawl's body bytes and wall time that a refresh of everything may take.

Of the bytes those pages are left out that say the same, but show a teaser of a question that changed: three for each.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: wall seconds, body bytes that the server sent, pages asked for, and those found unchanged."""

    seconds: float
    body_bytes: int
    requests: int
    unchanged: int

    @classmethod
    def of(cls, server: DemoServer, output: Path, *more: str, command: str = "refresh") -> Cost:
        server.requests.clear()
        sent, began = server.body_bytes, time.monotonic()
        done = run(server, output, *more, command=command)
        seconds = time.monotonic() - began
        if done.exit_code:
            raise SystemExit(f"{command} ended with {done.exit_code}: {done.said} {done.errors}")
        return cls(seconds, server.body_bytes - sent, len(server.requests), int(str(done.said["unchanged"])))


def show(server: DemoServer, site: DemoSite) -> None:
    server.show(site)
    server.warm()


def news(before: DemoSite, after: DemoSite, server: DemoServer) -> dict[str, set[str]]:
    """Ids by what the feed must say of them; removals come a day later."""
    found = changes(before, after)
    known = before.by_number | after.by_number
    return {
        "added": {record_id(known[n], server.url) for n in found.added},
        "changed": {record_id(known[n], server.url) for n in found.changed},
    }


def missed_and_false(output: Path, number: int, wanted: dict[str, set[str]]) -> int:
    """How many changes the feed of a run lacks, or names without there being any."""
    lines = feed(output, number)
    return sum(len(ids ^ {str(line["id"]) for line in lines if line["op"] == op}) for op, ids in wanted.items())


def refreshes(site: DemoSite, validators: Validators, folder: Path, say: bool = True) -> dict[str, float]:
    """Crawls, moves the site on twice, and refreshes all of it each time."""
    with DemoServer(site, validators=validators) as server:
        server.warm()
        crawl = Cost.of(server, folder, command="crawl")
        figures: dict[str, float] = {"crawl_seconds": crawl.seconds, "crawl_bytes": crawl.body_bytes}
        wrong = 0
        for step, name in ((1, "refresh"), (2, "later")):
            before, after = server.site, evolve(site, 1, step, STEP)
            show(server, after)
            cost = Cost.of(server, folder, "--all")
            retold = sum(
                len(server.answer(question_path(after.by_number[n]))[1]) for n in changes(before, after).retold
            )
            wrong += missed_and_false(folder, step + 1, news(before, after, server))
            figures |= {
                f"{name}_time": cost.seconds / crawl.seconds,
                f"{name}_bytes": cost.body_bytes / crawl.body_bytes,
                f"{name}_bytes_of_teasers": retold / crawl.body_bytes if name == "refresh" else 0.0,
                f"{name}_requests": cost.requests,
                f"{name}_unchanged": cost.unchanged,
            }
            a_day_passes(folder)
        figures["missed_or_false"] = wrong
    if say:
        shown = ", ".join(f"{name} {value:,.3f}" for name, value in figures.items())
        print(f"{validators}: {shown}", flush=True)
    return figures


def steps_with_kills(site: DemoSite, steps: int, folder: Path, seed: int = 1) -> dict[str, float]:
    """So many refreshes in a row, each killed once at a random time and run again; all must come out right."""
    rng = random.Random(seed)
    with DemoServer(site) as server:
        run(server, folder, command="crawl")
        kills = 0
        for step in range(1, steps + 1):
            server.show(evolve(site, 1, step, STEP))
            server.requests.clear()
            arguments = crawl_arguments("demo", server.url + "/", folder)
            process = start("refresh", "--all", *arguments[1:])
            try:
                process.wait(rng.uniform(0.8, 4.0))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.wait()
            a_day_passes(folder)
            done = run(server, folder, "--all")
            if done.exit_code:
                raise SystemExit(f"step {step}: {done.exit_code} {done.said}")
        a_day_passes(folder)
        run(server, folder, "--all")
        wrong = len(unlike_truth(server, folder))
    replayed = qa_scraper("replay", "demo", "--output", str(folder)).stdout.encode()
    return {"steps": steps, "kills": kills, "wrong": wrong, "replay_differs": float(replayed != snapshot(folder))}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.refresh", description=__doc__)
    parser.add_argument("--questions", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=30, help="refreshes in a row with kills; of 500 questions")
    given = parser.parse_args()
    commands.TIMEOUT = 1800  # seconds; a first crawl of 5,000 pages takes minutes
    site = demo_site(questions=given.questions, page_bytes=PAGE_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        both = refreshes(site, Validators.BOTH, Path(folder, "both"))
        none = refreshes(site, Validators.NONE, Path(folder, "none"))
        kills = steps_with_kills(demo_site(questions=500), given.steps, Path(folder, "kills"))
    print(json.dumps({"validators": both, "none": none, "kills": kills}, indent=1))
    over = [
        f"{name}: {value:.3f}, more than {bound}"
        for name, value, bound in (
            ("body bytes", both["refresh_bytes"] - both["refresh_bytes_of_teasers"], BOUNDS["bytes"]),
            ("wall time by conditional requests", both["refresh_time"], BOUNDS["time"]),
            ("wall time by lastmod", both["later_time"], BOUNDS["time_trusted"]),
            ("missed or false changes", both["missed_or_false"] + none["missed_or_false"], 0),
            ("wrong after kills", kills["wrong"] + kills["replay_differs"], 0),
        )
        if value > bound
    ]
    print(*over, sep="\n")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
