"""``make fuzz``: atheris over decoding, extraction, loaders and JSON, in several processes, from the fixture pages.

Prints one line (inputs, seconds, findings) and exits with 1 where anything was found. Findings are minimised.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.report import FUZZING, keep
from tests.fuzz.mutation import pages
from tests.fuzz.target import failure, minimised

_COUNT = re.compile(r"^(?:#|Done )(\d+)", re.MULTILINE)
_LONGEST_INPUT = 2560  # bytes; no fixture page is much longer, and small inputs are quick


def main() -> int:
    """Runs it. Paths are relative to the current folder."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=1_000_000, help="inputs in all")
    options.add_argument("--jobs", type=int, default=2, help="processes")
    options.add_argument("--folder", type=Path, default=Path(".fuzz"), help="corpus, findings and logs")
    options.add_argument("--report", action="store_true", help="put the figures into docs/reliability.md")
    given = options.parse_args()
    folder: Path = given.folder
    corpus, findings = folder / "corpus", folder / "findings"
    for path in (corpus, findings):
        path.mkdir(parents=True, exist_ok=True)
    for old in findings.iterdir():
        old.unlink()
    for page in pages():
        (corpus / hashlib.sha1(page).hexdigest()).write_bytes(page)
    began = time.monotonic()
    logs = [folder / f"worker-{number}.log" for number in range(given.jobs)]
    codes = _run(logs, corpus, findings, -(-given.runs // given.jobs))
    inputs = sum(_inputs_of(log) for log in logs)
    found = sorted(path for path in findings.iterdir() if path.suffix != ".txt")
    for path in found:
        _report(path)
    stopped = [str(log) for log, code in zip(logs, codes, strict=True) if code]
    print(f"fuzz: {inputs} inputs, {time.monotonic() - began:.0f} s, {len(found)} findings", end="")
    print(f" (processes that ended early, see {', '.join(stopped)})" if stopped else "")
    if given.report:
        minutes = round((time.monotonic() - began) / 60, 1)
        measured = {"inputs": inputs, "minutes": minutes, "findings": len(found) + len(stopped)}
        print(keep(FUZZING, measured, record=True))
    return 1 if found or stopped else 0


def _run(logs: list[Path], corpus: Path, findings: Path, runs: int) -> list[int]:
    processes = []
    began = time.time()
    for number, log in enumerate(logs):
        seed = int(began) + number
        command = [
            *(sys.executable, "-m", "tests.fuzz.worker", str(findings)),
            *(f"-runs={runs}", f"-max_len={_LONGEST_INPUT}", "-timeout=20", "-rss_limit_mb=1500", "-reload=60"),
            *(
                f"-seed={seed}",
                f"-artifact_prefix={findings}/",
                "-print_final_stats=1",
                str(corpus),
            ),
        ]
        with log.open("wb") as output:
            processes.append(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))
    try:
        return [process.wait() for process in processes]
    except BaseException:
        for process in processes:
            process.terminate()
        raise


def _inputs_of(log: Path) -> int:
    counts = _COUNT.findall(log.read_text("utf-8", "replace"))
    return max(map(int, counts), default=0)


def _report(path: Path) -> None:
    data = path.read_bytes()
    what = failure(data)
    if what is None:
        print(f"{path}: only in the run itself (a hang, too much memory, or the machine was busy)")
        return
    small = minimised(data)
    path.with_suffix(".min").write_bytes(small)
    print(f"{path.with_suffix('.min')}: {what}: {small[:300]!r}")


if __name__ == "__main__":
    sys.exit(main())
