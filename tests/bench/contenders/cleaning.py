"""What the contenders that extract clean their fields with: small functions, as people write them for one site."""

from __future__ import annotations

import re

_ASKER = re.compile(r"(.*), (\d+)~(\d+) year old (female|male)\. Ask Date: ([\d/]+)")
_SIGNED = re.compile(r"^(?:Anonymous )?\w+ Dr\. (.+)\.$")


def line(text: str) -> str:
    """*text* with its white space folded."""
    return " ".join(text.split())


def asker(text: str) -> dict[str, object]:
    """Name, age band, gender and date of an asker line."""
    match = _ASKER.match(line(text))
    if match is None:
        return {}
    name, low, high, gender, day = match.groups()
    return {"name": name, "age_min": int(low), "age_max": int(high), "gender": gender, "asked_on": iso(day)}


def iso(day: str) -> str:
    """``2003/10/20`` as ``2003-10-20``, also behind a label."""
    return day.rpartition(" ")[2].replace("/", "-")


def signed_by(text: str) -> str | None:
    """The doctor who signs in the last line of *text*."""
    match = _SIGNED.match(text.rpartition("\n")[2])
    return match[1] if match else None


def without_department(heading: str) -> tuple[str, str]:
    """Title and department of ``TITLE - DEPARTMENT``."""
    title, _, department = line(heading).rpartition(" - ")
    return title, department


def department_in_brackets(text: str) -> str:
    """``(Eye Care)`` as ``Eye Care``."""
    return line(text)[1:-1]
