"""The compiled package is the same program: ``make compiled``."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from qa_scraper import __version__
from qa_scraper.demo import DemoServer, demo_site

from tests.bench.versus import HOW_TO_COMPILE
from tests.support.commands import COMPILED_LIB, ROOT, compiled_is_current, crawl_arguments, environment, qa_scraper

PLAIN = {"PYTHONPATH": str(ROOT)}
COMPILED = {"PYTHONPATH": str(COMPILED_LIB)}
SHARED = ROOT.parent / "shared"
PAGES = [ROOT / "fixtures", SHARED / "seed", SHARED / "real-pages" / "pages"]


IS_CURRENT = compiled_is_current()
pytestmark = pytest.mark.skipif(not IS_CURRENT and os.environ.get("CI") != "true", reason=HOW_TO_COMPILE)


def modules() -> list[str]:
    """The files that are compiled, as pyproject.toml names them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["modules"]
    return named


@pytest.mark.parametrize("name", modules())
def test_what_the_project_names_is_compiled(name: str) -> None:
    module = name.removesuffix(".py").replace("/", ".")
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import {module}; print({module}.__file__)"],
        capture_output=True,
        text=True,
        env=environment() | COMPILED,
        check=True,
    )
    file = Path(done.stdout.strip())
    assert file.is_relative_to(COMPILED_LIB)
    assert file.suffix in {".so", ".pyd"}


def test_it_is_made_of_the_code_as_it_is() -> None:
    assert IS_CURRENT


def test_the_source_is_left_as_it_was() -> None:
    assert [path for path in (ROOT / "qa_scraper").rglob("*") if path.suffix in {".so", ".pyd"}] == []


def test_it_says_so_itself() -> None:
    assert qa_scraper("--version", **COMPILED).stdout == f"qa-scraper {__version__} (compiled)\n"
    assert qa_scraper("--version", **PLAIN).stdout == f"qa-scraper {__version__}\n"


@pytest.mark.parametrize("folder", [folder for folder in PAGES if folder.exists()], ids=lambda folder: folder.name)
def test_it_reads_the_same(folder: Path) -> None:
    pages = [str(path) for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".htm", ".txt"}]
    assert pages
    plain = qa_scraper("extract", *pages, **PLAIN)
    compiled = qa_scraper("extract", *pages, **COMPILED)
    assert plain.stdout
    assert (compiled.stdout, compiled.stderr, compiled.returncode) == (plain.stdout, plain.stderr, plain.returncode)


def test_a_crawl_publishes_the_same_bytes(tmp_path: Path) -> None:
    published = []
    with DemoServer(demo_site()) as server:
        for name, variables in {"plain": PLAIN, "compiled": COMPILED}.items():
            done = qa_scraper(*crawl_arguments("demo", server.url, tmp_path / name), **variables)
            assert done.returncode == 0, done.stderr
            files = sorted((tmp_path / name / "demo").glob("*.jsonl"))
            published.append({path.name: path.read_bytes() for path in files})
    assert published[0]
    assert published[0] == published[1]
