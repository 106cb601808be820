"""What is built from the source, with and without a C compiler; the compiled package itself: ``test_compiled.py``."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.commands import ROOT, environment

NO_COMPILER = {"CC": "/nowhere/cc"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def build(kind: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Builds a ``wheel`` or an ``sdist`` into *folder*, as pip does where nothing is isolated."""
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment() | variables,
        timeout=300,
        check=False,
    )


def compiled_files(folder: Path) -> list[str]:
    """What is no ordinary file in the one wheel in *folder*, which must say that it runs everywhere."""
    (wheel,) = folder.iterdir()
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "qa_scraper/text.py" in names
    return [name for name in names if name.endswith((".so", ".pyd"))]


def test_a_wheel_can_be_had_plain(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="no")
    assert done.returncode == 0, done.stderr
    assert compiled_files(tmp_path) == []


def test_without_a_compiler_it_is_plain_and_says_so(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, **NO_COMPILER)
    assert done.returncode == 0, done.stderr
    assert compiled_files(tmp_path) == []
    assert "built in plain Python" in done.stderr + done.stdout
    assert "there is no C compiler (/nowhere/cc)" in done.stderr + done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="CC is not minded there")
def test_with_a_compiler_that_fails_it_is_plain_and_says_so(tmp_path: Path) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho 'no room left for objects' >&2\nexit 1\n", "utf-8")
    compiler.chmod(0o755)
    done = build("wheel", tmp_path / "dist", CC=str(compiler))
    assert done.returncode == 0, done.stderr
    assert compiled_files(tmp_path / "dist") == []
    assert "no room left for objects" in done.stderr + done.stdout


def test_who_asks_for_a_compiled_wheel_gets_no_other(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="yes", **NO_COMPILER)
    assert done.returncode == 1
    assert "nothing was built: there is no C compiler (/nowhere/cc). QA_SCRAPER_COMPILE=no builds" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wish_that_is_none_is_an_error(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="perhaps")
    assert done.returncode == 1
    assert "QA_SCRAPER_COMPILE=perhaps is none of its values: yes, no" in done.stderr


def test_the_source_distribution_can_be_built_from(tmp_path: Path) -> None:
    done = build("sdist", tmp_path)
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "README.md", "qa_scraper/text.py"} <= names
    assert not {name for name in names if name.startswith(("fixtures/", "tests/", "output/")) or name.endswith(".so")}


def test_it_is_compiled_by_what_the_tests_were_run_with() -> None:
    (compiler,) = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["compiler"]
    name, _, version = compiler.partition("==")
    assert name == "mypy[mypyc]"
    assert f"\nmypy=={version} \\\n" in (ROOT / "requirements.lock").read_text("utf-8")
