"""A Scrapy extension that says how long the loop of a crawl was held, the crawl stood still, and what memory it took.

Given with ``-s EXTENSIONS={"tests.faults.loop_watch.LoopWatch": 1} -s LOOP_WATCH_FILE=PATH``.
"""

from __future__ import annotations

import asyncio
import json
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

PULSE = 0.05


class LoopWatch:
    """Writes ``longest_block``, ``longest_block_cpu``, ``longest_stall`` (seconds) and ``peak_memory`` (bytes).

    A block is what a timer of 50 ms comes too late, and what processor time the process took meanwhile (on a machine
    that others keep busy a timer is late without any fault of ours); a stall is the time between two downloads that
    ended.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.path = Path(crawler.settings["LOOP_WATCH_FILE"])
        self.longest_block = self.longest_block_cpu = self.longest_stall = 0.0
        self.last_end = time.monotonic()
        crawler.signals.connect(self.started, signals.engine_started)
        crawler.signals.connect(self.ended_one, signals.request_left_downloader)
        crawler.signals.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def started(self) -> None:
        self.last_end = time.monotonic()
        self.task = asyncio.ensure_future(self.watch())

    async def watch(self) -> None:
        while True:
            began, used = time.monotonic(), time.process_time()
            await asyncio.sleep(PULSE)
            late = time.monotonic() - began - PULSE
            self.longest_block = max(self.longest_block, late)
            self.longest_block_cpu = max(self.longest_block_cpu, min(late, time.process_time() - used))

    def ended_one(self) -> None:
        now = time.monotonic()
        self.longest_stall = max(self.longest_stall, now - self.last_end)
        self.last_end = now

    def closed(self) -> None:
        self.ended_one()
        self.task.cancel()
        self.path.write_text(
            json.dumps(
                {
                    "longest_block": self.longest_block,
                    "longest_block_cpu": self.longest_block_cpu,
                    "longest_stall": self.longest_stall,
                    "peak_memory": peak_memory(),
                }
            )
        )


def peak_memory() -> float:
    """Bytes of the most memory that this process held at once."""
    try:
        # Linux keeps it for the program that runs now; getrusage counts what was before exec with it.
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024
