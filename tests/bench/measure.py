"""Runs one command and tells what it cost, as the system counted it: ``measured``.

The command is started by a small process of its own (this file, run as a script): what a process was before it began a
program counts into its peak memory, and this program is larger than some that it measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and processor seconds (user and system), and peak memory in MiB, of one command and what it waited for."""

    wall: float
    cpu: float
    peak_mib: float


def measured(
    command: list[str], *, cpu: int | None = None, folder: Path | None = None, said: Path | None = None
) -> Cost:
    """Runs *command* in *folder*, on the core *cpu*; what it prints goes to *said*, or nowhere.

    Raises RuntimeError where its exit code is not 0.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", __file__, "-" if cpu is None else str(cpu), said or os.devnull, *command],
        cwd=folder,
        # As installed packages are: a module is compiled once, not at each start.
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = said.read_text("utf-8", "replace")[-3000:] if said and said.exists() else ""
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {done.stderr}{told}")
    cost = json.loads(done.stdout)
    return Cost(cost["wall"], cost["cpu"], cost["peak_kib"] / 1024)


def _run(core: str, said: str, command: list[str]) -> int:
    if core != "-":
        os.sched_setaffinity(0, {int(core)})
    log = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    began = time.monotonic()
    # posix_spawn would start it as a thread of this process does: fork keeps the memory of both apart.
    process = os.fork()
    if process == 0:
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    _, status, used = os.wait4(process, 0)
    wall = time.monotonic() - began
    # macOS counts bytes, all others KiB.
    peak_kib = used.ru_maxrss // 1024 if sys.platform == "darwin" else used.ru_maxrss
    sys.stdout.write(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_kib": peak_kib}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = _run(sys.argv[1], sys.argv[2], sys.argv[3:])
    sys.exit(code if code >= 0 else 128 - code)
