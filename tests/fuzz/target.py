"""What must hold for any input whatever, from bytes to JSON line. Used by Hypothesis, atheris and the saved findings.

An input is one byte string: its first line is the Content-Type header, the rest is the body. Where the line is empty
the page is a file: without header and URL. An input without a line break is all body.
"""

from __future__ import annotations

import time
import traceback
from functools import cache
from pathlib import Path

import orjson
from jsonschema import Draft202012Validator
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.items import Record, record_schema, valid_record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.urls import canonical_url

URL = "https://edoctor.example/qa/numb"
SLOWEST = 1.0  # seconds of processor time
_CONTROLS = frozenset(map(chr, [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)]))


class TooSlow(Exception):
    """One input took over a second."""


class NotTheSame(Exception):
    """A line of output does not give the record back, or breaks a rule of the record."""


def parts(data: bytes) -> tuple[str | None, bytes]:
    """Content-Type and body of an input."""
    header, newline, body = data.partition(b"\n")
    return (header.decode("latin-1") or None, body) if newline else (None, data)


def check(data: bytes, by_schema: bool = True) -> list[Record]:
    """Runs one input from decoding to JSON lines. Raises whatever goes wrong; gives the records otherwise.

    The published schema says a little more than the record's types, and takes as long to check as all the rest.
    """
    content_type, body = parts(data)
    began = time.process_time()
    records = _checked(body, content_type, URL if content_type else None, by_schema)
    if (took := time.process_time() - began) > SLOWEST:
        raise TooSlow(f"{took:.1f} s")
    return records


def _checked(body: bytes, content_type: str | None, url: str | None, by_schema: bool) -> list[Record]:
    page = Page.from_bytes(body, url=url, content_type=content_type)
    listed = page.sitemap_links()
    for address in [*page.links().pages, *(listed or ())]:
        canonical_url(address)
    found = page_records(page, Provenance(site="fuzz", path=None if url else "page.html"))
    if isinstance(found, NoQuestion):
        if not found.reason:
            raise NotTheSame("no reason is given for a page without a record")
        return []
    for record in found:
        _check_line(record, orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE), by_schema)
    return found


def _check_line(record: Record, line: bytes, by_schema: bool) -> None:
    if line.count(b"\n") != 1:
        raise NotTheSame("the line holds a line break")
    read = orjson.loads(line)
    if valid_record(line) != record:
        raise NotTheSame("the line reads as another record")
    if by_schema and (error := next(_validator().iter_errors(read), None)):
        raise NotTheSame(f"{error.json_path}: {error.message}")
    for where, text in _strings(read, ""):
        if not _CONTROLS.isdisjoint(text):
            raise NotTheSame(f"{where} holds a control character")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(record_schema())


def _strings(value: object, where: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(where, value)]
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in _strings(part, f"{where}/{key}")]
    if isinstance(value, list):
        return [found for part in value for found in _strings(part, f"{where}/-")]
    return []


def failure(data: bytes) -> str | None:
    """What goes wrong on *data*, in a form that is the same for the same bug: exception, and where it was raised."""
    try:
        check(data)
    except Exception as error:  # noqa: BLE001 -- any exception at all is what is looked for
        return signature_of(error)
    return None


def signature_of(error: Exception) -> str:
    """Exception type and the innermost line of the project's own code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "qa_scraper" in frame.filename]
    what = f": {str(error)[:60]}" if isinstance(error, NotTheSame) else ""
    where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "target"
    return f"{type(error).__name__} in {where}{what}"


def minimised(data: bytes) -> bytes:
    """A shorter input that goes wrong in the same way: parts are taken away, ever smaller, while it still does."""
    wanted = failure(data)
    size = len(data) // 2
    while size and wanted is not None:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if failure(shorter) == wanted:
                data = shorter
            else:
                at += size
        size //= 2
    return data
