"""The schedule as the user writes it (``qa_scraper.toml``), read and checked. Pure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

from qa_scraper.clock import parse_duration
from qa_scraper.errors import InputError
from qa_scraper.urls import is_site_name

if TYPE_CHECKING:
    from pydantic import ConfigDict

_CLOSED: ConfigDict = {"extra": "forbid"}
_HEADER: Final = re.compile(r"\s*+\[([^\[\]#]++)\]")
_KEY: Final = re.compile(r"\s*+([A-Za-z0-9_-]++|\"[^\"]*+\")\s*+=")
_AT_LINE: Final = re.compile(r"at line (\d+)")
_FIELDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES: Final = {name: n for n, name in enumerate("sun mon tue wed thu fri sat".split())} | {
    name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def cron_field(text: str, least: int, most: int) -> list[int]:
    """The values that one field of a cron expression stands for (crontab(5)). Raises ValueError."""
    values: set[int] = set()
    for part in text.lower().split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if slash and not (step.isdigit() and int(step)):
            raise ValueError(f"{part!r}: behind / stands a number above 0")
        low = least if span == "*" else _number(first, part)
        high = most if span == "*" or (slash and not dash) else _number(last, part) if dash else low
        if not least <= low <= high <= most:
            raise ValueError(f"{part!r} is not within {least}-{most}")
        values.update(range(low, high + 1, int(step) if slash else 1))
    return sorted(values)


def _number(text: str, part: str) -> int:
    number = _NAMES.get(text, int(text) if text.isascii() and text.isdigit() else -1)
    if number < 0:
        raise ValueError(f"{part!r} is no part of a cron expression")
    return number


def _cron(text: str) -> str:
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{text!r} has {len(fields)} fields, not 5 (minute hour day month weekday)")
    for given, (least, most) in zip(fields, _FIELDS, strict=True):
        cron_field(given, least, most)
    return text


def _duration(value: object) -> object:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ValueError:
            raise ValueError(f"{value!r} is no length of time: write it like 6h, 30m, 1d or seconds") from None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        raise ValueError(f"there is no time zone {name!r}: write it like Europe/Berlin or UTC") from None
    return name


Duration = Annotated[StrictFloat, BeforeValidator(_duration), Field(gt=0)]
Texts = tuple[StrictStr, ...]
Zone = Annotated[StrictStr, AfterValidator(_zone)]


@dataclass(frozen=True, kw_only=True)
class SitePlan:
    """When and how a site is refreshed. One of ``cron`` and ``every`` (seconds); ``jitter``, ``longest``: seconds."""

    __pydantic_config__: ClassVar[ConfigDict] = _CLOSED

    cron: Annotated[StrictStr, AfterValidator(_cron)] | None = None
    every: Annotated[Duration, Field(ge=1)] | None = None
    zone: Zone | None = None
    jitter: Duration | None = None
    limit: Annotated[StrictInt, Field(ge=0)] = 0
    longest: Duration | None = None
    settings: Texts = ()
    start_urls: Texts = ()
    allow_private: StrictBool = False
    all: StrictBool = False


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """All sites, by name; ``zone`` holds where a site names none."""

    __pydantic_config__: ClassVar[ConfigDict] = _CLOSED

    sites: dict[str, SitePlan]
    output: StrictStr = "output"
    zone: Zone = "UTC"

    def zone_of(self, plan: SitePlan) -> str:
        """The time zone of a site's cron expression."""
        return plan.zone or self.zone


@dataclass
class _Complaints:
    name: str
    lines: dict[tuple[str, ...], int]
    said: list[str] = field(default_factory=list)

    def add(self, where: tuple[str, ...], what: str) -> None:
        line = next((self.lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in self.lines), 1)
        self.said.append(f"{self.name}:{line}: {'.'.join(where)}: {what}")


def read_schedule(text: str, name: str, sites: Collection[str]) -> Schedule:
    """The schedule in *text*, a file called *name*; *sites*: names of those there are.

    Raises InputError with one line for each thing that is wrong, naming line and key.
    """
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        raise InputError(f"{name}:{line[1] if line else text.count(chr(10)) + 1}: no TOML: {error}") from None
    complaints = _Complaints(name, _lines(text))
    schedule: Schedule | None = None
    try:
        schedule = TypeAdapter(Schedule).validate_python(parsed)
    except ValidationError as error:
        for found in error.errors():
            _complain(complaints, found)
    given = parsed.get("sites")
    for site, plan in given.items() if isinstance(given, dict) else ():
        if site not in sites and not is_site_name(site):
            complaints.add(("sites", site), f"there is no site {site!r}.{_hint(site, sites)}")
        if isinstance(plan, dict) and ("cron" in plan) == ("every" in plan):
            complaints.add(("sites", site), "give either cron or every")
    for site, checked in schedule.sites.items() if schedule else ():
        if checked.every and checked.jitter and checked.jitter >= checked.every:
            complaints.add(("sites", site, "jitter"), "as long as the interval, or longer")
    if schedule is not None and not schedule.sites:
        complaints.add(("sites",), "no site is named: write [sites.NAME]")
    if complaints.said or schedule is None:
        raise InputError("\n".join(complaints.said))
    return schedule


def _complain(complaints: _Complaints, found: Any) -> None:
    where = tuple(str(part) for part in found["loc"] if not str(part).startswith("function-"))
    what = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        known = SitePlan.__dataclass_fields__ if len(where) > 1 else Schedule.__dataclass_fields__
        what = f"there is no such key.{_hint(where[-1], known)}"
    elif found["type"] in {"missing", "missing_argument"}:
        what = "is missing: write [sites.NAME]"
    complaints.add(where, what)


def _hint(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else f" Known are {', '.join(known)}."


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """On which line each table and key stands; TOML libraries do not tell."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = tuple(part.strip().strip('"') for part in header[1].split("."))
            found.setdefault(table, number)
        elif key:
            found.setdefault((*table, key[1].strip('"')), number)
    return found
