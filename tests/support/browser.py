"""Headless Chromium: what a page is once a browser has read it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Seen:
    """``dom``: the page as it stands in the browser; ``log``: what its console said, refusals of the policy too."""

    dom: str
    log: str


def look_at(url: str, profile: Path, *flags: str) -> Seen:
    """Opens *url* in a browser with the new folder *profile*, lets it load, and gives what it made of it."""
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--enable-logging=stderr", f"--user-data-dir={profile}", *flags, "--dump-dom", url,
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )  # fmt: skip
    return Seen(done.stdout, done.stderr)
