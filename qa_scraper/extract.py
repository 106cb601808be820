"""Extraction from files: each input gives its records, or the reason why it has none."""

from __future__ import annotations

import codecs
import mimetypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from qa_scraper.errors import InputError
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import LARGEST_PAGE, Page
from qa_scraper.urls import canonical_url, host_of

STDIN: Final = "-"
_EXAMPLE: Final = '{"path": "page.html", "url": null, "content_type": null}'
_KEYS: Final = frozenset(("path", "url", "content_type"))


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read: its path as given (``-``: standard input), and what is known of where it came from."""

    path: str
    url: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one input gave.

    ``unreadable``: why it could not be read; ``reason``: why it holds no question; ``failure``: what went wrong in us.
    """

    input: Input
    records: list[Record] = field(default_factory=list)
    reason: str = ""
    unreadable: str = ""
    failure: str = ""


def extract_input(given: Input) -> Extracted:
    """Reads and extracts one input. Never raises for what stands in a file."""
    try:
        page = input_page(given)
        if not page.text.strip():
            return Extracted(given, reason="an empty file")
        found = page_records(page, Provenance(path=given.path))
    except InputError as error:
        return Extracted(given, unreadable=str(error))
    except Exception as error:  # noqa: BLE001 - one page that we cannot take must not lose the others
        return Extracted(given, failure=f"{type(error).__name__}: {error}")
    return Extracted(given, reason=found.reason) if isinstance(found, NoQuestion) else Extracted(given, found)


def input_page(given: Input) -> Page:
    """The page that one input holds. Raises InputError where it cannot be read: why, without naming it."""
    try:
        body = _read(given.path)
    except OSError as error:
        hint = " (give the files in it)" if isinstance(error, IsADirectoryError) else ""
        raise InputError(f"{error.strerror or error}{hint}") from None
    except ValueError as error:  # a NUL in the path
        raise InputError(str(error)) from None
    if len(body) > LARGEST_PAGE:
        raise InputError(f"larger than {LARGEST_PAGE // 2**20} MiB, more than any page for readers")
    content_type = given.content_type or mimetypes.guess_type(given.path)[0]
    page = Page.from_bytes(body, url=given.url, content_type=content_type)
    if page.kind == "binary":
        raise InputError(str(page.unreadable))
    return page


def _read(path: str) -> bytes:
    """The bytes of a file, and of one that is too large one byte more than the largest page has."""
    if path == STDIN:
        return sys.stdin.buffer.read(LARGEST_PAGE + 1)
    with Path(path).open("rb") as file:
        return file.read(LARGEST_PAGE + 1)


def checked_url(url: str | None) -> str | None:
    """*url*, if it can be the URL of a page. Raises InputError where it cannot."""
    if url is None:
        return None
    try:
        canonical = canonical_url(url)
    except ValueError as error:
        raise InputError(f"the URL {url!r} cannot be read: {error}") from None
    if not canonical.startswith(("http://", "https://")):
        raise InputError(f"the URL {url!r} has no scheme: begin it with https:// or http://")
    if not host_of(url):
        raise InputError(f"the URL {url!r} names no host: write it like https://example.org/page")
    return url


def read_manifest(path: Path) -> Iterator[Input]:
    """The inputs that a manifest names, a JSON object a line: ``{"path": …, "url": …, "content_type": …}``.

    ``url`` and ``content_type`` may be null or missing. Raises InputError that names the line for anything else.
    """
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise InputError(f"cannot read the manifest {path}: {error.strerror or error}") from None
    if not any(map(bytes.strip, lines)):
        raise InputError(f"the manifest {path} is empty: it names a file a line, like {_EXAMPLE}")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _input(line, f"{path}, line {number}")


def _input(line: bytes, where: str) -> Input:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{where}: not JSON ({error}). A line looks like {_EXAMPLE}") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str) or not entry["path"]:
        raise InputError(f'{where}: no "path". A line looks like {_EXAMPLE}')
    for key in ("url", "content_type"):
        if not isinstance(entry.get(key), str | None):
            raise InputError(f'{where}: "{key}" must be a text or null')
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}; known are path, url, content_type")
    try:
        return Input(entry["path"], checked_url(entry.get("url")), entry.get("content_type"))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
