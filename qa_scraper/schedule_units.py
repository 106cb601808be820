"""The schedule for those who let the operating system keep it: systemd units or crontab lines."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from qa_scraper.errors import InputError
from qa_scraper.schedule import command
from qa_scraper.schedule_file import DAYS, Schedule, SitePlan, cron_field

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12))


def crontab(schedule: Schedule, program: str, folder: Path) -> str:
    """Crontab lines that run *program* in *folder*. Raises InputError for an interval that cron cannot express."""
    lines = []
    for name, plan in schedule.sites.items():
        words = " ".join(map(shlex.quote, [program, *command(name, plan, schedule.output)])).replace("%", r"\%")
        sleep = f"sleep $((RANDOM \\% {int(plan.jitter)})); " if plan.jitter else ""
        stop = f"timeout --signal=TERM {int(plan.longest)} " if plan.longest else ""
        lines.append(f"# {name}")
        lines.append(f"CRON_TZ={schedule.zone_of(plan)}")
        lines.append(f"{plan.cron or _cron_of(name, plan)} cd {shlex.quote(str(folder))} && {sleep}{stop}{words}")
    shell = ["SHELL=/bin/bash"] if any(plan.jitter for plan in schedule.sites.values()) else []
    return "\n".join([*shell, *lines]) + "\n"


def _cron_of(name: str, plan: SitePlan) -> str:
    every = plan.every or 0
    if every % _MINUTE == 0 and every < _HOUR and _HOUR % every == 0:
        return f"*/{int(every // _MINUTE)} * * * *"
    if every % _HOUR == 0 and every < _DAY and _DAY % every == 0:
        return f"0 */{int(every // _HOUR)} * * *"
    if every == _DAY:
        return "0 0 * * *"
    raise InputError(
        f"sites.{name}.every: cron has no such interval ({every:g} seconds): take one that divides an hour or a day,"
        " write cron = …, or print systemd units"
    )


def systemd(schedule: Schedule, program: str, folder: Path) -> str:
    """A ``.service`` and a ``.timer`` for each site, each behind a comment with its file name.

    Raises InputError for a cron expression that a calendar event cannot say.
    """
    texts = []
    for name, plan in schedule.sites.items():
        words = " ".join(_quoted(word) for word in [program, *command(name, plan, schedule.output)])
        longest = f"TimeoutStartSec={int(plan.longest)}\n" if plan.longest else "TimeoutStartSec=infinity\n"
        texts.append(
            f"# qa-scraper-{name}.service\n[Unit]\nDescription=Refresh of {name}\nWants=network-online.target\n"
            f"After=network-online.target\n\n[Service]\nType=oneshot\nWorkingDirectory={_escaped(str(folder))}\n"
            f"ExecStart={words}\n{longest}TimeoutStopSec=10min\nSuccessExitStatus=3\n"
        )
        if plan.cron is not None:
            when = "".join(f"OnCalendar={event}\n" for event in _calendar(name, plan.cron, schedule.zone_of(plan)))
        else:
            when = f"OnActiveSec=0\nOnUnitActiveSec={int(plan.every or 0)}\n"
        jitter = f"RandomizedDelaySec={int(plan.jitter)}\n" if plan.jitter else ""
        texts.append(
            f"# qa-scraper-{name}.timer\n[Unit]\nDescription=When {name} is refreshed\n\n[Timer]\n{when}{jitter}"
            "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
        )
    return "\n".join(texts)


def _calendar(name: str, cron: str, zone: str) -> list[str]:
    fields = cron.lower().split()
    minute, hour, day, month = (
        "*" if text == "*" else ",".join(f"{n:02}" for n in cron_field(text, *bounds))
        for text, bounds in zip(fields[:4], _RANGES, strict=True)
    )
    weekday = fields[4]
    names = ",".join(dict.fromkeys(DAYS[n % 7].capitalize() for n in cron_field(weekday, 0, 7)))
    dated, weekly = f"*-{month}-{day} {hour}:{minute}:00 {zone}", f"{names} *-{month}-* {hour}:{minute}:00 {zone}"
    if weekday == "*":
        return [dated]
    return [weekly] if day == "*" else [dated, weekly]  # of day and weekday either will do, as in crontab(5)


def _quoted(word: str) -> str:
    """A word of ExecStart=: quoted where it must be, % and $ doubled (systemd.service(5))."""
    plain = all(c.isalnum() or c in "-_./:=,@+" for c in word) and word != ""
    text = word if plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _escaped(text).replace("$", "$$")


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
