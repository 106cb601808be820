"""Where the time of ``qa-scraper crawl`` goes: ``python -m tests.bench.stages FILE crawl …`` runs it and writes FILE.

The functions that do each stage are timed where they are called in the real crawl: processor time of their thread, less
what other stages take inside them, less the timer's own cost. What none of them takes is the engine's: Scrapy, asyncio,
the downloader.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

STAGES: Final = {
    "decode": ["qa_scraper.page:Page.from_bytes"],
    "parse": ["qa_scraper.page:Page._parsed"],
    "blocks": ["qa_scraper.page:Page.letters", "qa_scraper.extraction.blocks:page_blocks"],
    "layout": ["qa_scraper.extraction:read_page"],
    "links": ["qa_scraper.page:Page.links", "qa_scraper.crawl:Crawl.found_on"],
    "loaders": ["qa_scraper.loaders:page_records"],
    "hash": ["qa_scraper.items:content_hash", "qa_scraper.items:question_hash"],
    "schema, JSON": ["qa_scraper.pipelines:_keep"],
    "ledger": [
        "qa_scraper.ledger:Ledger.add_urls",
        "qa_scraper.ledger:Ledger.commit_page",
        "qa_scraper.ledger:Ledger.due",
        "qa_scraper.ledger:Ledger.next_due_at",
        "qa_scraper.record_store:RecordStore.shown_elsewhere",
    ],
    "publish": ["qa_scraper.ending:close"],
}
"""By stage, in the order of a page's way: the functions, methods and cached properties that do it."""
START_UP: Final = "start-up"
ENGINE: Final = "engine"
BEGINS: Final = "qa_scraper.crawl:Crawl.__init__"
_WHOLE: Final = frozenset(("publish",))
"""Stages that other stages are a part of where they are called inside them."""

Timed = Callable[..., Any]


class Clock:
    """Adds up the time of stages. What is timed inside of another stage is taken off that one."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._local = threading.local()

    def timed(self, stage: str, function: Timed) -> Timed:
        """*function*, with what it takes added to *stage*."""
        now, local, spent, calls = time.thread_time_ns, self._local, self.spent, self.calls

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            outer = getattr(local, "stage", None)
            if outer in _WHOLE:
                return function(*args, **kwargs)
            if outer is not None:
                spent[outer] += now() - local.since
            calls[stage] += 1
            local.stage, local.since = stage, now()
            try:
                return function(*args, **kwargs)
            finally:
                end = now()
                spent[stage] += end - local.since
                local.stage, local.since = outer, end

        return run

    def own_cost(self) -> float:
        """Nanoseconds that a call adds to its own stage."""
        probe = Clock()
        nothing = probe.timed("probe", lambda: None)
        for _ in range(20_000):
            nothing()
        return probe.spent["probe"] / probe.calls["probe"]


def find(target: str) -> tuple[Any, str, Any]:
    """Owner, name and value of ``module:name`` or ``module:Class.name``. Raises LookupError where it is no more."""
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part, None)
    if owner is None or name not in vars(owner):
        raise LookupError(f"{target} is no more: name what does its work now in STAGES of tests/bench/stages.py")
    return owner, name, vars(owner)[name]


def _put(target: str, wrap: Callable[[Timed], Timed]) -> None:
    """Puts what *wrap* makes of the function *target* into its place, wherever it was imported by name."""
    owner, name, value = find(target)
    if isinstance(value, functools.cached_property):
        value.func = wrap(value.func)
    elif isinstance(value, classmethod | staticmethod):
        setattr(owner, name, type(value)(wrap(value.__func__)))
    else:
        wrapped = wrap(value)
        setattr(owner, name, wrapped)
        if inspect.ismodule(owner):
            for module in [module for at, module in sys.modules.items() if at.startswith("qa_scraper")]:
                for known, other in list(vars(module).items()):
                    if other is value:
                        setattr(module, known, wrapped)


def main() -> None:
    path, sys.argv[1:] = Path(sys.argv[1]), sys.argv[2:]
    clock = Clock()
    importlib.import_module("qa_scraper.cli")
    importlib.import_module("qa_scraper.spiders.base")
    for stage, targets in STAGES.items():
        for target in targets:
            _put(target, functools.partial(clock.timed, stage))
    start_up = 0

    def begins(function: Timed) -> Timed:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal start_up
            start_up = time.process_time_ns()
            return function(*args, **kwargs)

        return run

    _put(BEGINS, begins)
    try:
        importlib.import_module("qa_scraper.__main__").main()
    finally:
        own = clock.own_cost()
        spent = {stage: max(0.0, clock.spent[stage] - own * clock.calls[stage]) for stage in STAGES}
        seconds = {stage: nanoseconds / 1e9 for stage, nanoseconds in ({START_UP: start_up} | spent).items()}
        path.write_text(json.dumps({"seconds": seconds, "calls": clock.calls}), "utf-8")


if __name__ == "__main__":
    main()
