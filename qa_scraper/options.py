"""What the user asked a run to do, checked before anything is opened: start URLs, settings, output folder."""

from __future__ import annotations

import difflib
import logging
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from qa_scraper.errors import InputError
from qa_scraper.urls import site_name

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from qa_scraper.ledger_values import RunKind

LOG_NAME: Final = "crawl.log"
_WHOLE: Final = ("WORKERS", "RETRY_TIMES", "PAGE_LIMIT", "DOWNLOAD_MAXSIZE", "DOWNLOAD_WARNSIZE", "CONCURRENT_")
_AT_LEAST_ONE: Final = (
    "WORKERS",
    "CONCURRENT_REQUESTS",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "CONCURRENT_ITEMS",
    "DOWNLOAD_MAXSIZE",
)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What the user asked for.

    ``site``: a name, or an address of a site without a module. ``settings``: ``NAME=VALUE`` texts, which win over the
    site's own settings.
    """

    site: str
    start_urls: tuple[str, ...] = ()
    output: Path = Path("output")
    limit: int = 0
    settings: tuple[str, ...] = ()
    allow_private: bool = False
    kind: RunKind = "crawl"
    workers: int = 0  # 0: as the settings say


def named(options: CrawlOptions) -> CrawlOptions:
    """*options* with a site's name in place of its address, which becomes the first start URL. Raises InputError."""
    if "://" not in options.site:
        return options
    # Of a refresh the address only says which site: its start URLs are known.
    check_start_url(options.site, allow_private=True, given_as="the address")
    starts = (options.site,) if options.kind == "crawl" else ()
    return replace(options, site=site_name(options.site), start_urls=(*starts, *options.start_urls))


def project_settings() -> Settings:
    """The project's Scrapy settings, whatever the current folder is."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("qa_scraper.settings", priority="project")
    return settings


def run_settings(options: CrawlOptions, warn: Callable[[str], None]) -> Settings:
    """The settings of a run with *options*. Raises InputError for one that cannot be used, *warn* tells of odd ones."""
    settings = project_settings()
    given = dict(_name_and_value(text) for text in options.settings)
    ours: dict[str, object] = {
        "OUTPUT_DIR": str(options.output),
        "LOG_FILE": str(options.output / options.site / LOG_NAME),
        "PAGE_LIMIT": options.limit,
        "RUN_KIND": options.kind,
    }
    if options.workers:
        ours["WORKERS"] = options.workers
    if options.allow_private:
        ours["ALLOW_PRIVATE_ADDRESSES"] = True
    for name, value in given.items():
        if name not in settings:
            near = difflib.get_close_matches(name.upper(), list(settings), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            warn(f"-s {name}={value}: neither Scrapy nor qa-scraper has a setting of that name.{hint}")
        _check_setting(name, value, settings)
    settings.setdict({**ours, **given}, priority="cmdline")
    return settings


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise InputError(f"-s {text!r} is no setting: write it as NAME=VALUE, for example -s DOWNLOAD_DELAY=2")
    return name.strip(), value.strip()


def _check_setting(name: str, value: str, settings: Settings) -> None:
    """Raises InputError for a value that the setting *name* cannot have; its default tells what it is."""
    from scrapy.settings import BaseSettings

    from qa_scraper.clock import Clock

    default = settings.get(name)
    given = BaseSettings({name: value})
    try:
        if name == "FIXED_CLOCK":
            Clock.from_setting(value)
        elif name == "RUN_KIND":
            _check_choice(value, ("crawl", "refresh", "refresh-all"))
        elif name == "LOG_LEVEL":
            _check_choice(value, logging.getLevelNamesMapping())
        elif isinstance(default, bool):
            given.getbool(name)
        elif isinstance(default, int | float):
            _check_number(name, value)
        elif isinstance(default, BaseSettings | dict):
            given.getdict(name)
    except (ValueError, TypeError) as error:
        raise InputError(f"-s {name}={value} cannot be used: {error}") from None


def _check_choice(value: str, choices: Iterable[str]) -> None:
    if value not in choices:
        raise ValueError(f"it is one of {', '.join(choices)}")


def _check_number(name: str, value: str) -> None:
    number = int(value) if name.startswith(_WHOLE) else float(value)
    if not math.isfinite(number) or number < 0:
        raise ValueError("it must be a number that is not negative")
    if number < 1 and name in _AT_LEAST_ONE:
        raise ValueError("it must be at least 1")


def check_start_url(url: str, *, allow_private: bool, given_as: str = "--start-url") -> None:
    """Raises InputError where no crawl can begin at *url*, which the user gave as *given_as*."""
    from qa_scraper.download import is_ip_address, is_public

    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise InputError(f"{given_as} {url!r} cannot be read: {error}") from None
    if any(c.isspace() for c in url):
        raise InputError(
            f"{given_as} {url!r} holds white space: write it as %20, or give each URL an option of its own"
        )
    if parts.scheme not in {"http", "https"} or "://" not in url:
        raise InputError(f"{given_as} {url!r} has no scheme that can be crawled: begin it with https:// or http://")
    if not host:
        raise InputError(f"{given_as} {url!r} names no host: write it like https://example.org/")
    if "@" in parts.netloc:
        raise InputError(
            f"the start URL at {host} holds a user name or password, which would stand in every record: leave it out,"
            ' and give -s \'DEFAULT_REQUEST_HEADERS={"Authorization": "Basic …"}\' if the site needs it'
        )
    private = host == "localhost" or host.endswith(".localhost") or (is_ip_address(host) and not is_public(host))
    if private and not allow_private:
        raise InputError(f"{host} is a private or loopback address; if that is meant, add --allow-private")


def check_output(folder: Path, log_file: Path | None) -> None:
    """Makes the output *folder* of a site. Raises InputError where it or the log cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the output folder {folder}: {error.strerror or error}. Choose another with --output."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(
            f"the output folder {folder} cannot be written. Choose another with --output, or change its mode."
        )
    if log_file is None:
        return
    try:
        log_file.open("a").close()
    except OSError as error:
        raise InputError(
            f"cannot write the log {log_file}: {error.strerror or error}. Move it away, or choose another with"
            " -s LOG_FILE=…"
        ) from None
