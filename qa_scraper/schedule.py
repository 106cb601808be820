"""Refreshes sites at their times, in the foreground. Each run is a process of its own, so that none harms another."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from qa_scraper.clock import in_words
from qa_scraper.interrupts import StopRequests
from qa_scraper.schedule_file import DAYS, Schedule, SitePlan, cron_field
from qa_scraper.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from apscheduler.triggers.base import BaseTrigger

_LOOKS_UP: Final = 1.0
"""Seconds after which the main thread looks whether a signal came: if another thread took it from the system, it does
not wake the one that is to handle it."""
_OUTCOMES: Final = {
    0: "complete",
    1: "ended with an error",
    2: "cannot run as it is configured",
    3: "with gaps",
    4: "rejected by the publish gate",
    5: "left out, another process holds the site",
}


def command(name: str, plan: SitePlan, output: str) -> list[str]:
    """The command that refreshes a site, without the interpreter: ``["refresh", "demo", …]``."""
    words = ["refresh", name, "--output", output]
    words += ["--all"] if plan.all else []
    words += ["--limit", str(plan.limit)] if plan.limit else []
    words += ["--allow-private"] if plan.allow_private else []
    for url in plan.start_urls:
        words += ["--start-url", url]
    for setting in plan.settings:
        words += ["-s", setting]
    return words


def trigger(plan: SitePlan, zone: str) -> BaseTrigger:
    """When a site is refreshed, as APScheduler has it.

    As in crontab(5), 0 and 7 are Sunday, and where day and weekday are both given either will do.
    """
    jitter = int(plan.jitter) if plan.jitter else None
    if plan.cron is None:
        return IntervalTrigger(seconds=int(plan.every or 0), jitter=jitter)
    minute, hour, day, month, weekday = plan.cron.lower().split()
    days = ",".join(dict.fromkeys(DAYS[number % 7] for number in cron_field(weekday, 0, 7)))
    at = {"minute": minute, "hour": hour, "month": month, "timezone": zone, "jitter": jitter}
    if weekday == "*" or day == "*":
        return CronTrigger(day=day, day_of_week="*" if weekday == "*" else days, **at)
    return OrTrigger([CronTrigger(day=day, **at), CronTrigger(day_of_week=days, **at)])


class Runner:
    """Runs a schedule until it is told to stop; then lets the runs in hand finish their pages and publish."""

    def __init__(self, schedule: Schedule, last_began: Mapping[str, float]) -> None:
        """*last_began*: when the last run of each site began, seconds since the epoch; what was missed is made up."""
        self.schedule = schedule
        self._last_began = last_began
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Condition()
        self._ends = threading.Event()
        self._requests = StopRequests()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(1, len(schedule.sites)))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Blocks until SIGTERM or SIGINT. A signal that asks again kills the runs in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # it is told in our words
        now = datetime.now(UTC)
        for name, plan in self.schedule.sites.items():
            when = trigger(plan, self.schedule.zone_of(plan))
            due = self._first_run(name, when, now)
            self._scheduler.add_job(self._refresh, when, args=[name, plan], id=name, next_run_time=due)
            _say(name, f"next run {_local(due)}")
        self._scheduler.add_listener(lambda event: _say(event.job_id, "still running, this time is left out"),
                                     EVENT_JOB_MAX_INSTANCES)  # fmt: skip
        self._scheduler.start()
        while not self._ends.wait(_LOOKS_UP):
            pass
        # Its own way to wait holds a lock that runs in hand need to say when they come next.
        with self._lock:
            while not self._lock.wait_for(lambda: not self._children, _LOOKS_UP):
                pass
        self._scheduler.shutdown(wait=False)
        _say("schedule", "ended")

    def _first_run(self, name: str, when: BaseTrigger, now: datetime) -> datetime | None:
        """The next time, or now for a site that was never run, or whose time passed while nothing was running."""
        began = self._last_began.get(name)
        if began is None:
            return now
        last = datetime.fromtimestamp(began, UTC)
        due: datetime | None = when.get_next_fire_time(last, last)
        if due is not None and due < now:
            return now
        return due

    def _refresh(self, name: str, plan: SitePlan) -> None:
        with self._lock:
            if self._ends.is_set():
                return
            child = subprocess.Popen(
                [sys.executable, "-m", "qa_scraper", *command(name, plan, self.schedule.output)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C reaches it through us, once
            )
            self._children[name] = child
        _say(name, f"run begins (process {child.pid})")
        began = time.monotonic()
        said, is_over = _wait(child, plan.longest)
        outcome = _OUTCOMES.get(child.returncode, f"ended with {child.returncode}")
        if child.returncode < 0:
            outcome = f"was killed by signal {-child.returncode}"
        told = f" ({said})" if said and child.returncode not in {0, 3} else ""
        late = ", stopped: longer than its longest" if is_over else ""
        job = self._scheduler.get_job(name)
        after = f"; next run {_local(job.next_run_time)}" if job is not None and not self._ends.is_set() else ""
        _say(name, f"{outcome}{told}{late}, took {in_words(time.monotonic() - began)}{after}")
        with self._lock:
            del self._children[name]
            self._lock.notify_all()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        heard = self._requests.heard()
        if heard != "echo":
            # In a thread: the handler may interrupt the one that holds the lock.
            threading.Thread(target=self._end_runs, args=[heard == "again"], daemon=True).start()

    def _end_runs(self, kill: bool) -> None:
        with self._lock:
            self._ends.set()
            for name, child in self._children.items():
                _say(name, "is killed" if kill else "finishes the pages in hand")
                child.send_signal(signal.SIGKILL if kill else signal.SIGTERM)


def _wait(child: subprocess.Popen[bytes], longest: float | None) -> tuple[str, bool]:
    """Waits for the end of *child*. Gives its last line on standard error, and whether it was stopped as too long."""
    is_over = False
    try:
        _, errors = child.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        is_over = True
        child.terminate()
        _, errors = child.communicate()
    lines = errors.decode("utf-8", "replace").split("\n")
    return next((printable(line).strip() for line in reversed(lines) if line.strip()), ""), is_over


def _local(moment: datetime | None) -> str:
    return moment.isoformat(" ", "seconds") if moment is not None else "never"


def _say(who: str, what: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(f"{now} {who}: {what}", flush=True)  # noqa: T201
