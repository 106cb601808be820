"""A reader of the published file who looks every 10 ms, as a job that feeds on it might, and counts what is wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.01


class SnapshotReader:
    """Polls *path* in a thread of its own from ``with`` to its end.

    ``polls``: how often it looked; ``torn``: polls that saw a partial or unreadable line; ``fewer``: polls that saw
    fewer records than an earlier one (no file at all after there was one counts as 0 records).
    """

    def __init__(self, path: Path, decode: Callable[[bytes], object] = json.loads) -> None:
        self.path = path
        self.polls = self.torn = self.fewer = 0
        self.most = 0
        self._decode = decode
        self._last: bytes | None = b""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> SnapshotReader:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        self._thread.join()
        self.look()

    def _watch(self) -> None:
        while not self._done.wait(POLL_SECONDS):
            self.look()

    def look(self) -> None:
        """Looks once."""
        self.polls += 1
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        if content == self._last:
            return
        self._last = content
        lines = content.splitlines(keepends=True)
        self.torn += not all(map(self._is_whole, lines))
        self.fewer += len(lines) < self.most
        self.most = max(self.most, len(lines))

    def _is_whole(self, line: bytes) -> bool:
        if not line.endswith(b"\n"):
            return False
        try:
            self._decode(line)
        except ValueError:
            return False
        return True
