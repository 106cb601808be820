"""What must hold after every trial: the six checks, made on files and witnesses, never on the crawler's word."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from qa_scraper.items import record_schema

from tests.faults.reader import SnapshotReader
from tests.faults.site import TortureSite, TrapHosts

OPEN_STATES = frozenset(("new", "retry", "failed", "held"))
"""States that leave a gap, whatever the page was; a start URL that is gone or denied is one too."""
STATES = OPEN_STATES | {"stored", "no-question", "moved", "gone", "denied", "off-host", "skipped", "barren"}


@dataclass(frozen=True)
class Run:
    """One run of the command that came to its own end. ``complete``: what the ledger said right after it.

    ``hurt``: the disk failed under it, so that it may say that it failed even where nothing is missing in the end.
    """

    code: int
    output: str = ""
    errors: str = ""
    complete: bool = False
    hurt: bool = False

    @property
    def last_words(self) -> str:
        """The end of what it said, in one line."""
        return " ".join((self.errors + self.output).split())[-300:]


@dataclass
class Verdict:
    """What a trial came to. ``findings`` is empty where all held; the counts are records, polls and URLs."""

    findings: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    torn: int = 0
    polls: int = 0
    unexplained: int = 0

    def found(self, check: int, message: str) -> None:
        """Notes that the check with this number did not hold."""
        self.findings.append(f"check {check}: {message}")


def check_all(
    site: TortureSite,
    traps: TrapHosts,
    folder: Path,
    readers: Iterable[SnapshotReader],
    runs: list[Run],
    *,
    incomplete: bool = False,
) -> Verdict:
    """All six checks. *folder*: that of the site below the output folder; *runs*: those that ended by themselves.

    *incomplete*: the site still misbehaves, so that records may be missing, each for a reason that the ledger names.
    """
    verdict = Verdict()
    records = published(folder / "questions.jsonl", verdict)
    exactly_once(site, records, verdict, may_miss=incomplete)
    watched(readers, verdict)
    ledger_agrees(site, folder / "ledger.sqlite", records, verdict, incomplete=incomplete)
    feeds_agree(folder, records, verdict)
    exit_codes(runs, verdict)
    if runs and not incomplete and runs[-1].code != 0:
        verdict.found(5, f"the last run ended with {runs[-1].code}: {runs[-1].last_words}")
    stayed_at_home(site, traps, verdict)
    return verdict


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(record_schema())


def schema_errors(record: object) -> str:
    """Why *record* is none by the published JSON Schema; empty where it is one."""
    return "; ".join(error.message[:200] for error in _schema().iter_errors(record))


def published(
    path: Path, verdict: Verdict, errors_of: Callable[[object], str] = schema_errors
) -> list[dict[str, object]]:
    """Check 2: every line is UTF-8, fits the schema and ends in a line feed. Gives the records that could be read."""
    content = path.read_bytes() if path.exists() else b""
    records: list[dict[str, object]] = []
    for number, line in enumerate(content.splitlines(keepends=True), start=1):
        try:
            record = json.loads(line.decode("utf-8"))
            problem = errors_of(record) or ("" if line.endswith(b"\n") else "no line feed at its end")
        except ValueError as error:
            verdict.torn += 1
            verdict.found(2, f"line {number} cannot be read: {error}: {line[-60:]!r}")
            continue
        if problem:
            verdict.found(2, f"line {number}: {problem}")
        records.append(record)
    return records


def urls_of(record: dict[str, object]) -> list[str]:
    """All URLs that a record stands for."""
    source = record.get("source")
    others = source.get("other_urls", []) if isinstance(source, dict) else []
    return [str(record["url"]), *map(str, others)]


def exactly_once(
    site: TortureSite, records: list[dict[str, object]], verdict: Verdict, *, may_miss: bool = False
) -> None:
    """Check 1: every truth record appears exactly once, field by field as it is, and nothing else does."""
    truth, aliases = site.truth, site.aliases
    shown: dict[str, list[dict[str, object]]] = {url: [] for url in truth}
    for record in records:
        own = {aliases.get(url, url) for url in urls_of(record)}
        for url in own & truth.keys():
            shown[url].append(record)
        if len(own) != 1 or not own <= truth.keys():
            verdict.found(1, f"a record that is no truth, or more than one: {urls_of(record)}")
    for url, copies in shown.items():
        if not copies:
            verdict.lost += 1
            if not may_miss:
                verdict.found(1, f"lost: {url}")
            continue
        if len(copies) > 1:
            verdict.doubled += len(copies) - 1
            verdict.found(1, f"{len(copies)} times: {url}")
        unequal = [name for name, value in truth[url].items() if copies[0].get(name) != value]
        if unequal:
            verdict.wrong += 1
            verdict.found(1, f"wrong fields {unequal}: {url}")
    twice = [name for name, count in Counter(str(r.get("id", r["url"])) for r in records).items() if count > 1]
    if twice:
        verdict.found(1, f"ids used twice: {twice}")


def watched(readers: Iterable[SnapshotReader], verdict: Verdict) -> None:
    """Check 3: who polled never saw a partial line, nor fewer records than before."""
    for reader in readers:
        verdict.polls += reader.polls
        verdict.torn += reader.torn
        if reader.torn:
            verdict.found(3, f"{reader.torn} of {reader.polls} polls saw a torn line")
        if reader.fewer:
            verdict.found(3, f"{reader.fewer} of {reader.polls} polls saw fewer records than before")


def ledger_agrees(
    site: TortureSite, ledger: Path, records: list[dict[str, object]], verdict: Verdict, *, incomplete: bool
) -> None:
    """Check 4: ledger and file hold the same records; every URL is stored or says why not, and none is forgotten."""
    with closing(_open(ledger)) as db:
        rows = db.execute("SELECT key, address, state, reason FROM urls").fetchall()
        bodies: dict[str, dict[str, object]] = {}
        urls: dict[str, list[str]] = {}
        for name, key, body in db.execute("SELECT id, url_key, body FROM records ORDER BY url_key, part"):
            bodies.setdefault(name, json.loads(body))
            urls.setdefault(name, []).append(key)
    for record in records:
        name = str(record["id"])
        stored = bodies.pop(name, None)
        if stored is None:
            verdict.found(4, f"published, but not in the ledger: {name}")
            continue
        if sorted(urls_of(record)) != sorted(urls[name]):
            verdict.found(4, f"{name}: its URLs are {urls_of(record)} in the file, {urls[name]} in the ledger")
        unequal = [field for field in stored if field not in {"id", "source"} and stored[field] != record.get(field)]
        if unequal:
            verdict.found(4, f"{name}: {unequal} differ between ledger and file")
    if bodies:
        verdict.found(4, f"in the ledger, but not published: {sorted(bodies)}")
    for key, _, state, reason in rows:
        named = state == "stored" or (state in STATES and reason) or (incomplete and state == "new")
        if not named:
            verdict.unexplained += 1
            verdict.found(4, f"{key} is {state} without a reason")
    known = {address for _, address, _, _ in rows} | {key for key, _, _, _ in rows}
    unknown = {site.url + path for path, _ in site.requests if path != "/robots.txt"} - known
    # A link with a slash or a tracking parameter more is fetched as seen, and known by its canonical URL.
    forgotten = [url for url in unknown if url.partition("?")[0].rstrip("/") not in known]
    if forgotten:
        verdict.found(4, f"requested, but not in the ledger: {sorted(forgotten)[:5]}")


def feeds_agree(folder: Path, records: list[dict[str, object]], verdict: Verdict) -> None:
    """Check 4, too: the change feeds, replayed from nothing, come to the published records."""
    replayed: dict[str, object] = {}
    for feed in sorted((folder / "changes").glob("*.jsonl")):
        for line in feed.read_text("utf-8").splitlines():
            change = json.loads(line)
            replayed.pop(change["id"], None)
            if change["op"] != "removed":
                replayed[change["id"]] = change["record"]
    if [replayed[name] for name in sorted(replayed)] != records:
        verdict.found(4, f"the change feeds come to {len(replayed)} records, not to the {len(records)} published ones")


def exit_codes(runs: Iterable[Run], verdict: Verdict) -> None:
    """Check 5: 0 if and only if the run is complete; and nobody gets a traceback to read."""
    for run in runs:
        if (run.code == 0) > run.complete or ((run.code == 0) < run.complete and not run.hurt):
            verdict.found(5, f"code {run.code}, but complete: {run.complete}: {run.last_words}")
        if "Traceback" in run.errors + run.output:
            verdict.found(5, f"a traceback before: {run.last_words}")


def stayed_at_home(site: TortureSite, traps: TrapHosts, verdict: Verdict) -> None:
    """Check 6: no connection left the allowed hosts, and none went where robots.txt forbids."""
    for host in traps.connected():
        verdict.found(6, f"somebody connected to {host}")
    forbidden = [path for path, _ in site.requests if path.startswith("/secret")]
    if forbidden:
        verdict.found(6, f"robots.txt forbids {forbidden[:3]}")


def is_complete(folder: Path) -> bool:
    """Whether nothing is missing: no open URL in the ledger, no start URL that led nowhere, all records published."""
    if not (folder / "ledger.sqlite").exists():
        return False
    try:
        with closing(_open(folder / "ledger.sqlite")) as db:
            rows = db.execute("SELECT state, is_start FROM urls").fetchall()
            ids = {name for (name,) in db.execute("SELECT id FROM records")}
        if not rows or any(s in OPEN_STATES or (is_start and s in {"gone", "denied"}) for s, is_start in rows):
            return False
        return {json.loads(line)["id"] for line in (folder / "questions.jsonl").open("rb")} == ids
    except (sqlite3.Error, OSError, ValueError):
        return False


def _open(ledger: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)
