"""Where trials take place: a site of its own, its traps, and what an undisturbed crawl of it gives."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from subprocess import Popen
from typing import Self

from tests.faults.checks import Run, Verdict, check_all, is_complete
from tests.faults.reader import SnapshotReader
from tests.faults.site import TortureSite, TrapHosts
from tests.support.commands import crawl_arguments, qa_scraper, start
from tests.support.faulty_answers import Faults

SITE = "edoctor"
WORKERS = "TORTURE_WORKERS"
"""Environment variable: how many processes a run reads pages with."""
PATIENCE = 90.0
"""Seconds after which a run that should have ended counts as one that hangs."""


class Arena:
    """A site that is crawled again and again, each time into a folder of its own; not for two trials at once.

    ``seconds``: how long an undisturbed run takes; ``undisturbed``: the bytes that it publishes. ``grown``: an output
    folder with a part of the questions published already, and ``from_grown`` what a run that goes on from it gives.
    """

    def __init__(
        self,
        count: int = 25,
        extras: int = 6,
        grown_pages: int = 14,
        *,
        flat: bool = False,
        leads_away: bool = True,
        bare: bool = False,
    ) -> None:
        """*leads_away*: whether the site has links and redirects to the traps; *bare*: only the site is made, no crawl
        is. The rest as in ``TortureSite``.
        """
        self.root = Path(tempfile.mkdtemp(prefix="torture-"))
        self.traps = TrapHosts()
        hosts = tuple(self.traps.hosts) if leads_away else ()
        self.site = TortureSite(count=count, traps=hosts, extras=extras, flat=flat)
        self.grown_pages = grown_pages
        self.bare = bare
        self._folders = 0

    def __enter__(self) -> Self:
        self.site.__enter__()
        if not self.bare:
            self._crawl_undisturbed()
        return self

    def __exit__(self, *exc: object) -> None:
        self.site.__exit__(*exc)
        self.traps.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def _crawl_undisturbed(self) -> None:
        self.grown = self.new_folder()
        first = self.run(self.grown, "--limit", str(self.grown_pages))
        if first.code != 3:
            raise AssertionError(f"a crawl with --limit ended with {first.code}: {first.last_words}")
        began = time.monotonic()
        self.undisturbed = self._whole(self.new_folder())
        self.seconds = time.monotonic() - began
        self.from_grown = self._whole(self.copy_of_grown())

    def _whole(self, output: Path) -> bytes:
        self.calm()
        run = self.run(output)
        verdict = check_all(self.site, self.traps, output / SITE, [], [run])
        if verdict.findings:
            raise AssertionError("an undisturbed run fails already: " + "; ".join(verdict.findings))
        return self.snapshot(output)

    def calm(self, faults: Faults | None = None, seed: object = 7) -> None:
        """Begins anew with a site that misbehaves as *faults* says, or not at all; what it has seen is forgotten."""
        self.site.faults = faults or Faults()
        self.site.seed = seed  # type: ignore[assignment]
        self.site.forget()

    def new_folder(self) -> Path:
        """An output folder that nobody has used."""
        self._folders += 1
        folder = self.root / f"output-{self._folders}"
        folder.mkdir()
        return folder

    def copy_of_grown(self) -> Path:
        """An output folder in which a part is published already."""
        folder = self.new_folder()
        shutil.copytree(self.grown, folder, dirs_exist_ok=True)
        return folder

    def arguments(self, output: Path, *more: str) -> list[str]:
        """The command line of a run into *output*."""
        workers = ("--workers", os.environ[WORKERS]) if WORKERS in os.environ else ()
        return crawl_arguments(SITE, self.site.url, output, *workers, *more)

    def run(self, output: Path, *more: str, **variables: str) -> Run:
        """Runs to the end and looks at the ledger then. *variables* go into the environment of the process."""
        done = qa_scraper(*self.arguments(output, *more), **variables)
        complete = is_complete(output / SITE)
        return Run(done.returncode, done.stdout, done.stderr, complete)

    def start(self, output: Path, *more: str) -> Popen[bytes]:
        """Starts a run and does not wait for it."""
        return start(*self.arguments(output, *more))

    def ended(self, process: Popen[bytes], output: Path) -> Run:
        """The run of a process that came to its end by itself."""
        return Run(process.wait(PATIENCE), complete=is_complete(output / SITE))

    def ledger(self, output: Path) -> Path:
        """The ledger in an output folder."""
        return output / SITE / "ledger.sqlite"

    def snapshot(self, output: Path) -> bytes:
        """What is published in an output folder."""
        return self.snapshot_path(output).read_bytes()

    def snapshot_path(self, output: Path) -> Path:
        """The published file in an output folder."""
        return output / SITE / "questions.jsonl"

    def requests_or_end(self, process: Popen[bytes], more: int) -> None:
        """Waits until *more* requests have come than there are now, or *process* has ended."""
        with self.site.asked:
            wanted = len(self.site.log) + more
            while len(self.site.log) < wanted and process.poll() is None:
                self.site.asked.wait(0.05)  # the end of a process notifies nobody

    def watched(self, output: Path) -> SnapshotReader:
        """A reader of the published file, for the time of a trial."""
        return SnapshotReader(self.snapshot_path(output))

    def judge(self, output: Path, reader: SnapshotReader, runs: list[Run], expected: bytes | None) -> Verdict:
        """All six checks, and the bytes of an undisturbed run if *expected* has them. Removes a good folder."""
        verdict = check_all(self.site, self.traps, output / SITE, [reader], runs)
        if expected is not None and self.snapshot(output) != expected:
            verdict.findings.append("the snapshot differs from that of an undisturbed run")
        if not verdict.findings:
            shutil.rmtree(output)
        return verdict
