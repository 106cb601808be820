"""The heading of a page in the doctor Q&A layout: ``TITLE - DEPARTMENT``, found by what speaks for it."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from qa_scraper.extraction.landmarks import is_department, is_share
from qa_scraper.extraction.lines import Block
from qa_scraper.text import clean_line

# A dash with white space on at least one side; the whole of it, so that a run of white space is looked at once.
_DASH: Final = re.compile(r"[\s\-–—|](?:(?<=\s)(?<!\s\s)\s*+[-–—|]\s*+|(?<=[-–—|])\s++)")
_DASHES: Final = "-–—|"
_PAGE_TITLE_LENGTH: Final = 1_000  # of the longest heading and <title> that are looked into: each line is compared


def page_heading(
    blocks: list[Block], opening: list[Block], page_title: str, departments: set[str]
) -> tuple[str, list[Block]]:
    """The page's heading, and the lines between it and the asker line.

    It is looked for among the lines ahead of the asker line, then in the page's header, then in ``<title>``.
    """
    wanted = clean_line(page_title[:_PAGE_TITLE_LENGTH])
    in_header = [block for block in blocks if block.place == "header" and block.heading]
    shares = [is_share(line) for line in opening]
    score = partial(_heading_score, page_title=wanted.lower(), departments=departments)
    scores = [score(line, is_shared) for line, is_shared in zip(opening, [*shares[1:], False], strict=False)]
    header_scores = [score(line, shares[:1] == [True]) for line in in_header]
    best, best_in_header = max(scores, default=0), max(header_scores, default=0)
    if in_header and best_in_header > best:
        return in_header[header_scores.index(best_in_header)].text, opening
    if best > 0 or (opening and not wanted):
        at = scores.index(best)
        return opening[at].text, opening[at + 1 :]
    parts = _DASH.split(wanted)
    named = next((at for at, part in enumerate(parts) if at and part.lower() in departments), None)
    return wanted if named is None else " - ".join(parts[: named + 1]), opening


def _heading_score(line: Block, is_shared: bool, page_title: str, departments: set[str]) -> int:
    """How much speaks for a line being the page's heading: level, ``<title>``, share links behind it, department.

    *page_title*: in small letters.
    """
    if line.only_links and not line.heading:
        return -1
    text = line.text.lower()
    score = {0: 0, 1: 4, 2: 2}.get(line.heading, 1)
    if page_title:
        score += 4 if page_title.startswith(text) else 3 * (text in page_title)
    suffix = _suffix(line.text, departments)
    score += 5 if suffix.lower() in departments else 2 * bool(suffix)
    return score + 4 * is_shared - bool(line.links)


def _suffix(heading: str, departments: set[str]) -> str:
    """The department behind the last dash of *heading*; a known one may hold dashes itself. Empty if there is none."""
    if len(heading) > _PAGE_TITLE_LENGTH or not any(dash in heading for dash in _DASHES):
        return ""
    dashes = list(_DASH.finditer(heading))
    for dash in dashes:
        if heading[dash.end() :].lower() in departments and heading[: dash.start()].strip():
            return heading[dash.end() :]
    for dash in reversed(dashes):
        suffix = heading[dash.end() :]
        if suffix and heading[: dash.start()].strip():
            return suffix if is_department(suffix) and dash[0][0].isspace() else ""
    return ""


def split_heading(heading: str, page_title: str, departments: set[str]) -> tuple[str, str]:
    """Title and department of the page; ``<title>`` may show the department where the heading does not."""
    suffix = _suffix(heading, departments)
    if suffix:
        return heading[: -len(suffix)].rstrip(" -–—|"), suffix
    full = clean_line(page_title[:_PAGE_TITLE_LENGTH])
    if heading and full.lower().startswith(heading.lower()) and len(full) > len(heading):
        parts = [part for part in _DASH.split(full[len(heading) :]) if part]
        named = next((part for part in parts if part.lower() in departments), "")
        return heading, named
    return heading, ""
