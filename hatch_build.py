"""Makes the wheel: mypyc compiles what every page goes through where a C compiler is at hand, else all is plain Python.

The modules and mypy's arguments stand in pyproject.toml. ``QA_SCRAPER_COMPILE=no`` asks for a plain wheel, ``yes`` for
one that is compiled or not made at all. An editable install is never compiled: it would hide the files that are edited.
"""

from __future__ import annotations

import importlib.machinery
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE: Final = "QA_SCRAPER_COMPILE"
_SUFFIX: Final = importlib.machinery.EXTENSION_SUFFIXES[0]
_SHOWN: Final = 2000


def what_is_missing() -> str | None:
    """What compiling needs and this machine has not got; None where it can be tried."""
    if sys.implementation.name != "cpython":
        return f"mypyc needs CPython, this is {sys.implementation.name}"
    if sys.platform == "win32":
        return None  # Visual C++ is on no path: only a trial tells
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler})"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python's headers are missing (Debian: python3-dev)"
    return None


class CompileHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the modules in a copy of the package, so that the source's folder stays as it is."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: the very mypy that the tests were run with, where it is used."""
        return list(self.config["compiler"]) if self._wish() != "no" and what_is_missing() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the compiled files to the wheel; without them it is plain, and a warning says why."""
        wish = self._wish()
        if version == "editable" or wish == "no":
            return
        folder = self._folder = tempfile.TemporaryDirectory(prefix="qa-scraper-build-")
        problem = what_is_missing() or self._compile(Path(folder.name))
        if problem is None:
            compiled = sorted(Path(folder.name).glob(f"*{_SUFFIX}")) + sorted(
                Path(folder.name, "qa_scraper").rglob(f"*{_SUFFIX}")
            )
            build_data["force_include"].update({str(path): str(path.relative_to(folder.name)) for path in compiled})
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
        elif wish == "yes":
            self.app.abort(f"nothing was built: {problem}. {VARIABLE}=no builds it in plain Python")
        else:
            self.app.display_warning(f"built in plain Python, which reads pages a fifth slower: {problem}")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the copy."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()

    def _wish(self) -> str:
        """``yes``, ``no`` or nothing."""
        wish = os.environ.get(VARIABLE, "").strip().lower()
        if wish not in {"", "yes", "no"}:
            self.app.abort(f"{VARIABLE}={wish} is none of its values: yes, no, or leave it out")
        return wish

    def _compile(self, folder: Path) -> str | None:
        """Compiles a copy of the package in *folder*, beside its modules. Why it could not, or None."""
        hidden = shutil.ignore_patterns("__pycache__", f"*{_SUFFIX}")
        shutil.copytree(Path(self.root, "qa_scraper"), folder / "qa_scraper", ignore=hidden)
        done = subprocess.run(
            [sys.executable, "-m", "mypyc", *self.config["mypy-args"], *self.config["modules"]],
            cwd=folder,
            env=os.environ | {"MYPYC_OPT_LEVEL": "2"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return f"mypyc ended with {done.returncode}:\n{done.stdout[-_SHOWN:]}" if done.returncode else None
