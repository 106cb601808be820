"""Runs the real commands as a user does, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMPILED_LIB = ROOT / ".compiled" / "lib"
"""Where ``make compiled`` puts the package; on the PYTHONPATH it goes ahead of the one in ``ROOT``."""
CLOCK = "2026-01-31T08:00:00Z"
TIMEOUT = 120


def compiled_is_current() -> bool:
    """Whether the package in ``COMPILED_LIB`` is compiled, and made of the source as it is."""
    made, source = (
        {path.relative_to(folder): path.read_bytes() for path in (folder / "qa_scraper").rglob("*.py")}
        for folder in (COMPILED_LIB, ROOT)
    )
    return made == source and any((COMPILED_LIB / "qa_scraper").glob("text.*.so"))


def environment() -> dict[str, str]:
    """The environment without anything that changes what the commands print or do."""
    drop = ("COVERAGE", "QA_SCRAPER", "FORCE_COLOR", "TTY", "GITHUB_ACTIONS", "PY_COLORS")
    return {k: v for k, v in os.environ.items() if not k.startswith(drop)} | {"COLUMNS": "120", "NO_COLOR": "1"}


def qa_scraper(
    *arguments: str, stdin: bytes | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs ``qa-scraper`` to its end; *variables* go into its environment."""
    done = subprocess.run(
        [BIN / "qa-scraper", *arguments],
        input=stdin,
        capture_output=True,
        timeout=TIMEOUT,
        env=environment() | variables,
        cwd=cwd,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def scrapy(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs ``scrapy`` in the project's folder to its end."""
    return subprocess.run(
        [BIN / "scrapy", *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=environment(),
        cwd=cwd,
        check=False,
    )


def crawl_arguments(site: str, url: str, output: Path, *more: str) -> list[str]:
    """Arguments of an undelayed crawl of *url* with the clock held fixed."""
    fixed = (
        "-s",
        "DOWNLOAD_DELAY=0",
        "-s",
        "AUTOTHROTTLE_ENABLED=0",
        "-s",
        "RETRY_BACKOFF=0.05",
        "-s",
        f"FIXED_CLOCK={CLOCK}",
    )
    return ["crawl", site, "--start-url", url, "--output", str(output), "--allow-private", *fixed, *more]


def start(*arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    """Starts ``qa-scraper`` and does not wait for it; *variables* go into its environment."""
    return subprocess.Popen(
        [BIN / "qa-scraper", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment() | variables,
        stdin=subprocess.DEVNULL,
    )


def records(output: Path, site: str) -> list[dict[str, object]]:
    """The published records."""
    lines = (output / site / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]
