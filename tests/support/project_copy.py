"""A copy of the project, to be written into."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.commands import ROOT, environment


def copy_project(folder: Path) -> Path:
    """Package and tests without any fixtures, into *folder*, which must not exist."""
    skipped = shutil.ignore_patterns("__pycache__", "fuzz", "faults", "edoctor")
    for name in ("qa_scraper", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped if name == "tests" else None)
    for name in ("scrapy.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "fixtures").mkdir()
    return folder


def run_in(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with *words* in the copy *project*, with its package."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=project,
        env=environment() | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
