"""Shows a refresh at work: the demo site is crawled, changes by a step, and is looked at again.

``python -m tests.refresh_demo [STEPS]`` prints the lines of each change feed in short, and what was asked for to find
them out. It ends with 1 where a command failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from qa_scraper.demo import DemoServer, DemoSite, changes, demo_site, evolve

from tests.support.commands import crawl_arguments, qa_scraper

REFRESH: Final = ("refresh", "demo", "--all")
SEED: Final = 1
_SHOWN: Final = 12


def main(steps: int, questions: int = 264) -> int:
    """Crawls step 0, refreshes at each of *steps* further steps; the exit code."""
    site = demo_site(SEED, questions)
    with tempfile.TemporaryDirectory() as folder, DemoServer(site) as server:
        code = run("crawl", server, Path(folder), ["crawl", "demo"])
        for step in range(1, steps + 1):
            before, site = site, evolve(site, SEED, step)
            server.show(site)
            told = changes(before, site)
            print(
                f"\nStep {step}: {len(told.added)} questions added, {len(told.changed)} changed, {len(told.removed)}"
                f" removed; {len(told.retold)} more show another teaser"
            )
            code = code or run("refresh", server, Path(folder), list(REFRESH))
    print("\nWhat is removed is told by the first refresh that still misses it a day later.")
    return code


def run(name: str, server: DemoServer, output: Path, words: list[str]) -> int:
    """Runs a command on the site as it is now, on the evening of its day, and tells what came of it."""
    asked, sent = len(server.requests), server.body_bytes
    arguments = crawl_arguments("demo", server.url, output, "-s", f"FIXED_CLOCK={evening(server.site)}")
    known = feeds(output)
    done = qa_scraper(*words, *arguments[2:])
    statuses = Counter(status for _, status in server.requests[asked:])
    served = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    print(f"{name}: exit code {done.returncode}; {served}; {(server.body_bytes - sent) / 1000:,.0f} kB of bodies")
    if done.returncode not in {0, 3}:
        print(done.stderr)
        return 1
    for feed in sorted(feeds(output) - known):
        tell(feed)
    return 0


def evening(site: DemoSite) -> str:
    return f"{site.day.isoformat()}T18:00:00Z"


def feeds(output: Path) -> set[Path]:
    return set((output / "demo" / "changes").glob("*.jsonl"))


def tell(feed: Path) -> None:
    """The lines of *feed* in short: what happened, to which record, which of its fields were others."""
    lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    counts = Counter(line["op"] for line in lines)
    print(f"{feed.name}: " + ", ".join(f"{count} {op}" for op, count in sorted(counts.items())))
    for line in lines[:_SHOWN]:
        title = line["record"]["question"]["title"] if line["record"] else ""
        fields = ", ".join(name for name in line["before"] if name != "source")
        print(f"  {line['op']:8} {line['id']}  {fields or title}")
    if len(lines) > _SHOWN:
        print(f"  ... and {len(lines) - _SHOWN} more")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
