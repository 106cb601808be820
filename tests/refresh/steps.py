"""A demo site that moves on by steps, and the runs of the real command over it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import orjson
from qa_scraper.demo import DemoServer, truth

from tests.support.commands import crawl_arguments, qa_scraper, records
from tests.support.routes import Routes

DAY = 24 * 3600.0
TIMES = ("due_at", "lost_at", "first_check", "last_check", "read_at")


@dataclass
class Summary:
    """What a run said with ``--json``, and its exit code."""

    exit_code: int
    said: dict[str, object]
    errors: str

    def counts(self) -> tuple[object, object, object]:
        return self.said["added"], self.said["changed"], self.said["removed"]


def run(server: DemoServer | Routes, output: Path, *more: str, command: str = "refresh", site: str = "demo") -> Summary:
    """Runs the command over the site and gives what it said."""
    arguments = crawl_arguments(site, server.url + "/", output, "--json", *more)
    done = qa_scraper(command, *arguments[1:])
    return Summary(done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr)


def a_day_passes(output: Path, days: float = 1.01, site: str = "demo") -> None:
    """Makes all that the ledger has seen so much older."""
    with sqlite3.connect(output / site / "ledger.sqlite") as ledger:
        for name in TIMES:
            ledger.execute(f"UPDATE urls SET {name}={name}-? WHERE {name}>0", (days * DAY,))
        ledger.execute("UPDATE records SET lost_at=lost_at-?", (days * DAY,))
        ledger.execute("UPDATE runs SET began=began-?", (days * DAY,))


def unlike_truth(server: DemoServer, output: Path) -> list[str]:
    """Ids of records that are missing, too many, or not what the site shows; teasers of others left out."""
    wanted = {record.id: orjson.loads(orjson.dumps(record)) for record in truth(server.site, server.url)}
    found = {str(record["id"]): record for record in records(output, "demo")}
    wrong = sorted(wanted.keys() ^ found.keys())
    for name in wanted.keys() & found.keys():
        for field in ("title", "categories", "question", "asker", "answers", "more_info", "url"):
            if wanted[name][field] != found[name][field]:
                wrong.append(f"{name} {field}")
        if wanted[name]["source"]["other_urls"] != found[name]["source"]["other_urls"]:  # type: ignore[index]
            wrong.append(f"{name} other_urls")
    return wrong


def snapshot(output: Path) -> bytes:
    return (output / "demo" / "questions.jsonl").read_bytes()


def feed(output: Path, number: int) -> list[dict[str, object]]:
    path = output / "demo" / "changes" / f"{number:06}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def fetched(server: DemoServer) -> list[tuple[str, int]]:
    """What was asked for since the last call."""
    seen, server.requests[:] = list(server.requests), []
    return [(path, status) for path, status in seen if path != "/robots.txt"]
