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
minds_cc = pytest.mark.skipif(sys.platform == "win32", reason="CC is not minded there")
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


def assert_plain(folder: Path) -> None:
    """The one wheel in *folder* holds no compiled file, and says that it runs everywhere."""
    (wheel,) = folder.iterdir()
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if name.endswith((".so", ".pyd"))] == []


def compiler(folder: Path, *lines: str) -> dict[str, str]:
    """A compiler that does what the *lines* of shell say."""
    path = folder / "c c"
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), "utf-8")
    path.chmod(0o755)
    return {"CC": f"'{path}' -O0"}


FINDS_HEADERS = 'case "$*" in *probe.c*) exit 0;; esac'


def test_a_wheel_can_be_had_plain(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="no")
    assert done.returncode == 0, done.stderr
    assert_plain(tmp_path)


@minds_cc
def test_without_a_compiler_it_is_plain_and_says_so(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, **NO_COMPILER)
    assert done.returncode == 0, done.stderr
    assert_plain(tmp_path)
    assert "built in plain Python" in done.stderr + done.stdout
    assert "there is no C compiler (/nowhere/cc)" in done.stderr + done.stdout


@minds_cc
def test_without_headers_it_is_plain_and_says_so(tmp_path: Path) -> None:
    no_headers = compiler(tmp_path, "echo 'Python.h: No such file' >&2", "exit 1")
    done = build("wheel", tmp_path / "dist", **no_headers)
    assert done.returncode == 0, done.stderr
    assert_plain(tmp_path / "dist")
    assert "cannot compile for this Python (Debian: python3-dev): Python.h: No such file" in done.stderr + done.stdout


@minds_cc
def test_with_a_compiler_that_fails_it_is_plain_and_says_so(tmp_path: Path) -> None:
    done = build(
        "wheel", tmp_path / "dist", **compiler(tmp_path, FINDS_HEADERS, "echo 'no room left for objects'", "exit 1")
    )
    assert done.returncode == 0, done.stderr
    assert_plain(tmp_path / "dist")
    assert "no room left for objects" in done.stderr + done.stdout


@minds_cc
def test_who_asks_for_a_compiled_wheel_gets_no_other(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="yes", **NO_COMPILER)
    assert done.returncode == 1
    assert "nothing was built: there is no C compiler (/nowhere/cc). QA_SCRAPER_COMPILE=no builds" in done.stderr
    assert list(tmp_path.iterdir()) == []


@minds_cc
def test_what_is_compiled_for_another_machine_is_not_taken(tmp_path: Path) -> None:
    another = {"SETUPTOOLS_EXT_SUFFIX": ".cpython-311-other.so"}
    makes_files = 'while [ "$1" != -o ]; do shift; done; : > "$2"'
    made_elsewhere = another | compiler(tmp_path, FINDS_HEADERS, makes_files)
    done = build("wheel", tmp_path / "dist", QA_SCRAPER_COMPILE="yes", **made_elsewhere)
    assert done.returncode == 1
    assert "what mypyc made is not for this Python" in done.stderr
    assert list((tmp_path / "dist").iterdir()) == []


def test_an_editable_install_is_never_compiled(tmp_path: Path) -> None:
    done = build("wheel:editable", tmp_path, QA_SCRAPER_COMPILE="yes")
    assert done.returncode == 0, done.stderr
    assert_plain(tmp_path)


def test_a_wish_that_is_none_is_an_error(tmp_path: Path) -> None:
    done = build("wheel", tmp_path, QA_SCRAPER_COMPILE="perhaps")
    assert done.returncode == 1
    assert "QA_SCRAPER_COMPILE=perhaps is none of its values: yes, no" in done.stderr


@minds_cc
@pytest.mark.parametrize("variables", [{"QA_SCRAPER_COMPILE": "no"}, NO_COMPILER])
def test_a_plain_wheel_needs_nothing_that_compiles(variables: dict[str, str]) -> None:
    ask = "import hatchling.build; print(*hatchling.build.get_requires_for_build_wheel())"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment() | variables,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_the_source_distribution_can_be_built_from(tmp_path: Path) -> None:
    done = build("sdist", tmp_path)
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as files:
        names = {name.partition("/")[2] for name in files.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "README.md", "qa_scraper/text.py"} <= names
    assert not {name for name in names if name.startswith(("fixtures/", "tests/", "output/")) or name.endswith(".so")}


def test_it_is_compiled_by_what_the_tests_were_run_with() -> None:
    (needed,) = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["needs"]
    name, _, version = needed.partition("==")
    assert name == "mypy[mypyc]"
    assert f"\nmypy=={version} \\\n" in (ROOT / "requirements.lock").read_text("utf-8")
