"""The two related sections of the doctor Q&A layout: teasers of other questions, links to topics."""

from __future__ import annotations

import re
from typing import Final

from qa_scraper.extraction.landmarks import asker_line, is_department, read_more, reply_date, reply_line
from qa_scraper.extraction.lines import Block
from qa_scraper.extraction.sections import RawAuthor, RawTeaser, RawTopic

_CONTROL: Final = re.compile(r"\W*+(?:(?:prev(?:ious)?|next)\b\W*+)?", re.IGNORECASE)
_TITLE_REACH: Final = 5
_INLINE_READ_MORE: Final = re.compile(r"\[\s*+read more\s*+\]", re.IGNORECASE)
# Brackets at the end of a line; those inside of them belong to the department.
_DEPARTMENT: Final = re.compile(r"[(（](?P<department>(?:[^()（）]++|\([^()]*+\))++)[)）]\Z")
_BETWEEN_TOPICS: Final = re.compile(r"[)）]\s*+[,;|·•、]\s*+")


def read_teasers(lines: list[Block]) -> tuple[int, list[RawTeaser]]:
    """The teasers of a "Similar Q&A" section, and how many of *lines* (those behind its heading) they take."""
    teasers: list[RawTeaser] = []
    held: list[Block] = []
    used = 0
    for at, line in enumerate(lines):
        for part in _at_read_more(line):
            title = read_more(part)
            if title is None:
                held.append(part)
                continue
            teasers.append(_teaser(held, title, part.href))
            held, used = [], at + 1
    if not teasers:
        return _untitled(lines)
    return used, [teaser for teaser in teasers if teaser.title]


def _at_read_more(line: Block) -> list[Block]:
    """The line, parted in front of a ``[Read More]`` that stands behind text."""
    marks = _INLINE_READ_MORE.finditer(line.text) if "[" in line.text else ()
    cut = next((match for match in marks if match.start()), None)
    if cut is None:
        return [line]
    ahead = tuple(link for link in line.links if link.end <= cut.start())
    behind = tuple(link.behind(cut.start()) for link in line.links if link.end > cut.start())
    return [
        line.saying(line.text[: cut.start()].rstrip(), ahead),
        line.saying(line.text[cut.start() :], behind, goes_on=True),
    ]


def _teaser(lines: list[Block], title: str, href: str | None) -> RawTeaser:
    """One teaser: title, question excerpt, ``Dr. X reply DEPARTMENT`` and answer excerpt."""
    lines = [line for line in lines if asker_line(line) is None and reply_date(line) is None]
    title = title or next((line.text for line in lines if not _CONTROL.fullmatch(line.text)), "")
    # What stands ahead of the title (arrows of a carousel, a counter) is no part of the teaser.
    titled_at = next((at for at, line in enumerate(lines[:_TITLE_REACH]) if line.text == title), None)
    titled = lines[titled_at] if titled_at is not None else None
    if titled_at is not None:
        lines = lines[titled_at + 1 :]
    replied = next((at for at, line in enumerate(lines) if reply_line(line) is not None), None)
    author = RawAuthor()
    if replied is not None:
        found = reply_line(lines[replied])
        author = found.author if found is not None else author
    href = href or (titled.href if titled else None) or next((line.href for line in lines[:replied] if line.href), None)
    return RawTeaser(
        title,
        href,
        _joined(lines[:replied]),
        author,
        _joined(lines[replied + 1 :]) if replied is not None else "",
    )


def _untitled(lines: list[Block]) -> tuple[int, list[RawTeaser]]:
    """Teasers of a section without ``[Read More]``: each begins with a heading or with a line that is one link."""
    starts = [
        at
        for at, line in enumerate(lines)
        if reply_line(line) is None
        and (line.heading or (line.only_links and line.href and line.href != (lines[at - 1].href if at else None)))
    ]
    if not starts:
        return 0, []
    ends = [*starts[1:], len(lines)]
    return len(lines), [
        _teaser(lines[start:end], lines[start].text, lines[start].href) for start, end in zip(starts, ends, strict=True)
    ]


def read_topics(lines: list[Block]) -> tuple[int, list[RawTopic]]:
    """The topics of a "Related FAQ" section, and how many of *lines* (those behind its heading) they take.

    A topic is a name and its department in brackets, on one line or on two; further brackets belong to the name.
    """
    topics: list[RawTopic] = []
    nameless = 0  # topics at the end that no department follows: links of something else, unless others come after
    used = at = 0
    while at < len(lines):
        line, after = lines[at], lines[at + 1] if at + 1 < len(lines) else None
        department = _department_alone(after) if after is not None else ""
        found = _topics_of_line(line)
        if department and _department_alone(line) == "":
            topics.append(RawTopic(line.text, department, line.href))
            at += 2
            nameless = 0
        elif found:
            topics.extend(found)
            at += 1
            nameless = 0
        elif line.only_links:
            topics.append(RawTopic(line.text, "", line.href))
            nameless += 1
            at += 1
            continue
        else:
            break
        used = at
    if nameless < len(topics):
        return used, topics[: len(topics) - nameless]
    return at, topics


def _department_alone(line: Block) -> str:
    match = _DEPARTMENT.match(line.text)
    return match["department"].strip() if match else ""


def _topics_of_line(line: Block) -> list[RawTopic]:
    """The topics of a line that holds names and departments: one, or one a link."""
    starts = [link.start for link in line.links if not _DEPARTMENT.match(line.text[link.start : link.end])]
    if len(starts) < 2:
        starts = [0, *(match.end() for match in _BETWEEN_TOPICS.finditer(line.text) if match.end() < len(line.text))]
    topics = []
    for start, end in zip(starts, [*starts[1:], len(line.text)], strict=True):
        part = line.text[start:end].strip(" ,;|·•、/")
        match = _DEPARTMENT.search(part, 1)
        if match is None or not is_department(match["department"].strip()):
            return []
        href = next((link.href for link in line.links if start <= link.start < end and link.href), None)
        topics.append(RawTopic(part[: match.start()].rstrip(), match["department"].strip(), href))
    return topics


def _joined(lines: list[Block]) -> str:
    return "\n".join(line.text for line in lines)
