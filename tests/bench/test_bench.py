"""The short form of ``make bench``: everyone fetches and reads every page, and the figures are figures."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.bench.scale import measure, too_much
from tests.bench.stages import BEGINS, STAGES, find
from tests.bench.versus import BOTH_CORES, NAMES, OURS, PLAIN, arena, missing_parts
from tests.support.commands import ROOT, environment

MISSING = missing_parts()
needs_bench = pytest.mark.skipif(bool(MISSING) and os.environ.get("CI") != "true", reason="; ".join(MISSING))


@needs_bench
def test_the_short_form_prints_its_tables(tmp_path: Path) -> None:
    assert not MISSING
    recipe = re.findall(r"^bench:.*\n\t\$\(BIN\)/python (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe == ["-m tests.bench --pages $(BENCH_PAGES) --runs $(BENCH_RUNS) --output $(BENCH_OUTPUT)"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--pages", "300", "--runs", "1", "--output", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert results["questions"] == 300
    assert list(results["contenders"]) == list(NAMES)
    beside = {f"{ours}/{other}" for ours in (OURS, PLAIN) for other in "acde"}
    assert set(results["ratios"]) == beside | {f"{OURS}/{PLAIN}", f"{BOTH_CORES}/{OURS}"}
    figures = list(numbers({name: results[name] for name in ("contenders", "ratios", "cold_start")}))
    assert figures
    assert all(figure > 0 for figure in figures)
    breakdown = results["breakdown_us_a_page"]
    assert list(breakdown) == [OURS, PLAIN]
    assert all(set(STAGES) < set(stages) for stages in breakdown.values())
    assert all(stages[stage] > 0 for stages in breakdown.values() for stage in STAGES)
    for name in NAMES.values():
        assert name in done.stdout


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    return [] if isinstance(value, str) else [float(value)]


@needs_bench
def test_every_contender_reads_what_the_pages_say(tmp_path: Path) -> None:
    assert not MISSING
    with arena(60, tmp_path) as site:
        truth = site.site.truth(site.nginx.url)
        for letter in NAMES:
            site.run(letter)
            if letter == "a":
                continue
            found = {record["url"]: record for record in site.records(letter)}
            assert found.keys() == truth.keys()
            for url, wanted in truth.items():
                assert filled(like(found[url], wanted)) == filled(wanted), letter


def filled(value: Any) -> Any:
    """*value* without what is empty."""
    if isinstance(value, dict):
        return {name: part for name, of in value.items() if (part := filled(of)) not in (None, {}, [])}
    return [filled(part) for part in value] if isinstance(value, list) else value


def like(value: Any, wanted: Any) -> Any:
    """What *value* says of that which *wanted* tells of: a record of ours has more fields than all contenders give."""
    if isinstance(wanted, dict) and isinstance(value, dict):
        return {name: like(value.get(name), of) for name, of in wanted.items()}
    if isinstance(wanted, list) and isinstance(value, list) and len(value) == len(wanted):
        return [like(part, of) for part, of in zip(value, wanted, strict=True)]
    return value


@pytest.mark.parametrize("target", [BEGINS, *(target for targets in STAGES.values() for target in targets)])
def test_the_stages_are_there(target: str) -> None:
    assert find(target)


PROFILERS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "performance.md").read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
    if "tests.bench.profile" in line and not any(word in line for word in ("perf record", "pyinstrument", "valgrind"))
]


@needs_bench
@pytest.mark.parametrize("command", PROFILERS)
def test_the_document_profiles(command: str, tmp_path: Path) -> None:
    assert not MISSING
    words = re.sub(r"--pages \d+", "--pages 40", command.replace("/tmp", str(tmp_path))).split()
    words[0] = sys.executable
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment(), timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert list(tmp_path.iterdir()) or "µs a page" in done.stdout


@needs_bench
def test_a_crawl_is_measured_at_scale(tmp_path: Path) -> None:
    assert not MISSING
    results = measure(tmp_path, few=200, many=2_000, crawled=150, console=Console(file=io.StringIO()))
    assert all(figure > 0 for figure in numbers(results))
    beside = results["few_beside"]
    assert too_much({**results, "crawls": beside}) == []
    slower = {**beside["last"], "cpu_us_a_page": 1.2 * beside["last"]["cpu_us_a_page"]}
    assert too_much({**results, "crawls": {**beside, "last": slower}}) == [
        "last: cpu_us_a_page is 1.20 times that at 200 URLs"
    ]
