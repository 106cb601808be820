"""Makes the wheel: mypyc compiles what every page goes through where a C compiler is at hand, else all is plain Python.

The modules and mypy's arguments stand in pyproject.toml. ``QA_SCRAPER_COMPILE=no`` asks for a plain wheel, ``yes`` for
one that is compiled or not made at all. An editable install is never compiled: it would hide the files that are edited.
"""

from __future__ import annotations

import importlib.machinery
import os
import shlex
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
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "what is compiled was never tried in a Python without its lock (GIL)"
    if sys.platform == "win32":
        return None  # Visual C++ is called otherwise: only a trial tells
    compiler = shlex.split(os.environ.get("CC") or "") or shlex.split(sysconfig.get_config_var("CC") or "cc")
    with tempfile.TemporaryDirectory(prefix="qa-scraper-probe-") as folder:
        Path(folder, "probe.c").write_text("#include <Python.h>\n", "utf-8")
        probe = [*compiler, "-I", sysconfig.get_path("include"), "-c", "probe.c", "-o", "probe.o"]
        try:
            done = _run(probe, Path(folder))
        except OSError:
            return f"there is no C compiler ({compiler[0]})"
    if done.returncode:
        return f"{compiler[0]} cannot compile for this Python (Debian: python3-dev): {done.stdout}"
    return None


class CompileHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the modules in a copy of the package, so that the source's folder stays as it is."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What a wheel needs besides hatchling: the mypy that the tests were run with, where something can be compiled.

        Asked for an editable install as well, which has no use for it: who asks is not told.
        """
        return list(self.config["needs"]) if self._wish() != "no" and what_is_missing() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the compiled files to the wheel; without them it is plain, and a warning says why."""
        wish = self._wish()
        if version == "editable" or wish == "no":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="qa-scraper-build-")
        folder = Path(self._folder.name)
        problem = what_is_missing() or self._compile(folder)
        if problem is None:
            compiled = [*folder.glob(f"*{_SUFFIX}"), *(folder / "qa_scraper").rglob(f"*{_SUFFIX}")]
            build_data["force_include"].update({str(path): str(path.relative_to(folder)) for path in compiled})
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
        elif wish == "yes":
            self.app.abort(f"nothing was built: {problem}. {VARIABLE}=no builds it in plain Python")
        else:
            self.app.display_warning(f"built in plain Python, which takes a quarter longer to read a page: {problem}")

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
        for source in Path(self.root, "qa_scraper").rglob("*.py"):
            copy = folder / source.relative_to(self.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        modules: list[str] = self.config["modules"]
        done = _run([sys.executable, "-m", "mypyc", *self.config["mypy-args"], *modules], folder)
        if done.returncode:
            return f"mypyc ended with {done.returncode}:\n{done.stdout[-_SHOWN:]}"
        missing = [module for module in modules if not (folder / module).with_suffix(_SUFFIX).exists()]
        return f"what mypyc made is not for this Python (*{_SUFFIX}): {', '.join(missing)}" if missing else None


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs *command* in *folder*; ``stdout`` of the result is all that it said. Raises OSError where there is none."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"MYPYC_OPT_LEVEL": "2", "MYPYC_DEBUG_LEVEL": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
