"""The doctor Q&A layout, read by its visible landmarks: which section is which.

In page order: ``TITLE - DEPARTMENT``, ``Share to:``, the question's title and text, the asker line
(``LILY, 20~29 year old female. Ask Date: 2003/10/20``), per answer ``Dr. X reply DEPARTMENT``, text and
``Reply Date: …``, then ``More Info``, ``Similar Q&A`` (teasers with ``[Read More]``) and ``Related FAQ``, which may
also stand in a sidebar ahead of all. Any section may be missing; a page with neither an asker line nor a dated
answer is no question page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from qa_scraper.extraction.blocks import LONGEST_LINE, MOST_BLOCKS, NEVER_READ, Block, Place, page_blocks, visible
from qa_scraper.extraction.landmarks import (
    AskerLine,
    Section,
    asker_line,
    is_department,
    is_share,
    may_hold_landmarks,
    may_hold_read_more,
    may_hold_topics,
    read_more,
    rejoined,
    reply_date,
    reply_line,
    section_begun,
)
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawTeaser, RawTopic, Reading, Sections
from qa_scraper.extraction.teasers import read_teasers, read_topics
from qa_scraper.page import Page
from qa_scraper.text import clean_line

NAME: Final = "edoctor"
RULES: Final = {
    "question": "the asker line (NAME, 20~29 year old female) or a reply line (Dr. NAME reply DEPARTMENT)",
    "title": "the page heading in front of the asker line",
    "categories": "the department behind the heading or in a reply line",
    "asker": "the asker line (NAME, 20~29 year old female)",
    "question.asked_on": "Ask Date: in the asker line",
    "answers": "the reply line (Dr. NAME reply DEPARTMENT)",
    "answers.answered_on": "Reply Date: behind an answer",
    "more_info": "the heading More Info",
    "related_questions": "the heading Similar Q&A with its [Read More] lines",
    "related_topics": "the heading Related FAQ",
}
"""By field: the landmark that it hangs on, in words for who has to find out why it is gone."""

_LEFT_OUT: Final[tuple[Place, ...]] = (*NEVER_READ, "aside")
"""Asides are read where something is missing."""
_HEADINGS_OF: Final[tuple[Place, ...]] = ("header",)
_NO_LANDMARK: Final = "neither an asker line (…Ask Date: …) nor a dated answer (Dr. … reply …, Reply Date: …)"
# A dash with white space on at least one side; the whole of it, so that a run of white space is looked at once.
_DASH: Final = re.compile(r"[\s\-–—|](?:(?<=\s)(?<!\s\s)\s*+[-–—|]\s*+|(?<=[-–—|])\s++)")
_DASHES: Final = "-–—|"
_AROUND: Final = "-–—| ()"  # what may stand around a department behind the heading
# What sites put between heading and question: counters, the department or a date with a label, networks to share on.
_NETWORK: Final = r"(?:facebook|twitter|x|line|whatsapp|e-?mail|linkedin|pinterest|reddit|telegram|weibo|wechat|print)"
_FURNITURE: Final = re.compile(
    r"(?:views?|hits|clicks|reads?)\s*+(?:[:：]\s*+)?[\d,.]++[km]?"
    r"|[\d,.]++[km]?\s*+(?:views?|hits|clicks|reads?|comments?)"
    r"|(?:department|category|categories|specialty|posted|published|updated|date|id|no\.?)(?: on| in)?\s*+[:：].{0,60}"
    rf"|\W*+{_NETWORK}(?:\W++{_NETWORK})*+\W*+",
    re.IGNORECASE,
)
_FURNITURE_LENGTH: Final = 120
_GREETING: Final = re.compile(
    r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|greetings|doctor|dr\.?)\b", re.IGNORECASE
)
_IN_BRACKETS_AT_END: Final = re.compile(r"\(([^()]++)\)\Z")
_GOES_ON: Final = re.compile(r"[,:;，：；、]$")
_STATEMENT: Final = re.compile(r"[.!。！…]$")
_TITLE_LENGTH: Final = 200
_PAGE_TITLE_LENGTH: Final = 1_000  # of the longest heading and <title> that are looked into: each line is compared
_STATEMENT_LENGTH: Final = 120
_COPYRIGHT: Final = re.compile(r"(?:©|\(c\)|copyright\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Span:
    """A section after the body or beside it: its heading at ``start``, the first line past it at ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer in the body: the line of its author, of its date (None: undated), the first line past it."""

    start: int
    date_at: int | None
    end: int


def read(page: Page) -> Reading:
    """Splits a page of this layout into its sections, or says why it is none."""
    # In the text as it came, which is at hand, the words may also stand where nobody reads them: then the lines tell.
    if not (may_hold_landmarks(page.text) or may_hold_landmarks(page.flat_text)):
        return NoQuestion(_NO_LANDMARK)
    blocks = page_blocks(page, _LEFT_OUT, headings_of=_HEADINGS_OF)
    if len(blocks) > MOST_BLOCKS:
        return NoQuestion(f"more than {MOST_BLOCKS:,} lines")
    shown = visible(blocks)
    if max([len(line.text) for line in shown], default=0) > LONGEST_LINE:
        return NoQuestion(f"a line of more than {LONGEST_LINE:,} characters")
    lines = rejoined(shown)
    sections = _sections(lines)
    similar, teasers = _best_similar(lines, sections)
    faq, topics = _best_faq(lines, sections)
    body = _body(lines, similar, faq)
    body_sections = _sections(body)
    replies = _replies(body, body_sections)
    first_reply = replies[0].start if replies else None
    asker_at = _asker_at(body, first_reply)
    if asker_at is None and not any(reply.date_at is not None for reply in replies):
        return NoQuestion(_why_not(body, len(teasers)))
    if not replies and asker_at is not None and _is_listing(body):
        return NoQuestion("a listing: asker lines of several questions, or one that leads on to [Read More]")
    answers = tuple(_answer(body, reply) for reply in replies)
    departments = _departments(lines) | {answer.author.department.lower() for answer in answers}
    opening = body[: asker_at if asker_at is not None else first_reply]
    heading, opening = _heading(blocks, opening, page.title, departments)
    title, department = _split_heading(heading, page.title, departments)
    if not department and opening and opening[0].text.strip(_AROUND).lower() in departments:
        department = opening[0].text.strip(_AROUND)
    question = _question_lines(opening, department)
    answered_to = replies[-1].end if replies else (asker_at or 0) + 1
    if not question and asker_at is not None and first_reply is not None:
        question = body[asker_at + 1 : first_reply]
    question_title, question_text = _split_question(question)
    more_info = _more_info(body, answered_to, body_sections)
    # Asides hold adverts too: there a section counts only by its unmistakable lines, [Read More] and (DEPARTMENT).
    lacks_topics = not topics and may_hold_topics(page.flat_text)
    lacks_teasers = not teasers and may_hold_read_more(page.flat_text)
    with_asides = visible(page_blocks(page, NEVER_READ), ("main", "aside")) if lacks_topics or lacks_teasers else []
    if lacks_topics:
        topics = [topic for topic in _best_faq(with_asides, _sections(with_asides))[1] if topic.department]
    if lacks_teasers:
        aside = rejoined(with_asides)
        is_given = any(read_more(line) is not None for line in aside)
        teasers = _best_similar(aside, _sections(aside))[1] if is_given else []
    asker = asker_line(body[asker_at]) if asker_at is not None else None
    asker = asker or AskerLine("", "", "", "")
    if not department:
        department = next((answer.author.department for answer in answers if answer.author.department), "")
    landmarks = (
        department,
        asker_at is not None,
        answers,
        all(a.answered_on for a in answers),
        more_info,
        teasers,
        topics,
    )
    found = Sections(
        layout=NAME,
        confidence=round(sum(map(bool, landmarks)) / len(landmarks), 2),
        title=title,
        categories=(department,) if department else (),
        question_title=question_title,
        question_text=question_text,
        asked_on=asker.asked_on,
        asker_name=asker.name,
        asker_age=asker.age,
        asker_gender=asker.gender,
        answers=answers,
        more_info=more_info,
        related_questions=tuple(teasers),
        related_topics=tuple(topics),
    )
    return (found,)


def _sections(lines: list[Block]) -> dict[int, Section]:
    """Which section begins at a line, by its position."""
    begun = map(section_begun, lines)
    return {at: section for at, section in enumerate(begun) if section is not None}


def _best_similar(lines: list[Block], sections: Mapping[int, Section]) -> tuple[_Span | None, list[RawTeaser]]:
    """The "Similar Q&A" section that holds the most teasers; the last heading of that name where none holds any."""
    best: tuple[_Span | None, list[RawTeaser]] = (None, [])
    for start in (at for at, section in sections.items() if section == "similar"):
        end = _section_end(lines, start, sections)
        used, teasers = read_teasers(lines[start + 1 : end])
        if len(teasers) >= len(best[1]):
            best = _Span(start, start + 1 + used if teasers else start + 1), teasers
    return best


def _best_faq(lines: list[Block], sections: Mapping[int, Section]) -> tuple[_Span | None, list[RawTopic]]:
    """The "Related FAQ" section that holds the most topics; the last heading of that name where none holds any."""
    best: tuple[_Span | None, list[RawTopic]] = (None, [])
    for start in (at for at, section in sections.items() if section == "faq"):
        used, topics = read_topics(lines[start + 1 : _section_end(lines, start, sections)])
        if len(topics) >= len(best[1]):
            best = _Span(start, start + 1 + used), topics
    return best


def _section_end(lines: list[Block], start: int, sections: Mapping[int, Section]) -> int:
    """First line past the section that begins at *start*: another section's heading, or outside of what holds it."""
    depth = lines[start + 1].shared if start + 1 < len(lines) else 0
    for at in range(start + 1, len(lines)):
        if at in sections or lines[at].shared < depth:
            return at
    return len(lines)


def _body(lines: list[Block], similar: _Span | None, faq: _Span | None) -> list[Block]:
    """The lines of question, answers and "More Info": what stands ahead of the two related sections and around them.

    A related section ends the body, unless the question is only asked or answered after it: a sidebar ahead of all.
    """
    spans = [span for span in (similar, faq) if span is not None]
    ahead = [span for span in spans if any(_opens_question(line) for line in lines[span.end :])]
    end = min((span.start for span in spans if span not in ahead), default=len(lines))
    if not ahead:
        return lines[:end]
    return [line for at, line in enumerate(lines[:end]) if not any(span.start <= at < span.end for span in ahead)]


def _opens_question(line: Block) -> bool:
    return asker_line(line) is not None or reply_date(line) is not None


def _replies(body: list[Block], sections: Mapping[int, Section]) -> list[_Reply]:
    """The answers in page order. A line that only may name a doctor counts where a Reply Date follows it."""
    starts = {at: line for at, block in enumerate(body) if (line := reply_line(block)) is not None}
    if not starts:
        return []
    # Looked up, not searched for, at each start: 10,000 lines that may name a doctor must not take 10,000² steps.
    certain = [at for at, line in starts.items() if line.certain]
    dates = [at for at, block in enumerate(body) if reply_date(block) is not None]
    more_infos = [at for at, section in sections.items() if section == "more info"]
    askers = [at for at, block in enumerate(body) if asker_line(block) is not None]
    read_mores = [at for at, block in enumerate(body) if read_more(block) is not None]
    first_from = partial(_first_from, none=len(body))
    replies: list[_Reply] = []
    for at, line in starts.items():
        if replies and at < replies[-1].end:
            continue
        following, dated = first_from(certain, at + 1), first_from(dates, at + 1)
        date_at = dated if dated < following else None
        # A date right under the doctor's line stands ahead of the text; otherwise it ends the answer.
        end = min(first_from(more_infos, at), following) if date_at is None or date_at == at + 1 else date_at + 1
        if first_from(askers, at) < end:
            continue  # words of the question: the asker line is still to come
        if date_at is not None or (line.certain and first_from(read_mores, at) >= end):
            replies.append(_Reply(at, date_at, end))
    return replies


def _first_from(positions: Sequence[int], at: int, none: int) -> int:
    """The first of *positions* (in order) that is *at* or later, *none* where there is none."""
    found = bisect_left(positions, at)
    return positions[found] if found < len(positions) else none


def _asker_at(body: list[Block], first_reply: int | None) -> int | None:
    """The asker line: the last one ahead of the first answer (a question may quote another one)."""
    found = [at for at, line in enumerate(body[:first_reply]) if asker_line(line) is not None]
    return found[-1] if found else None


def _is_listing(body: list[Block]) -> bool:
    askers = sum(asker_line(line) is not None for line in body)
    return askers > 1 or any(read_more(line) is not None for line in body)


def _why_not(body: list[Block], teasers: int) -> str:
    listed = teasers + sum(read_more(line) is not None for line in body)
    if listed:
        return f"a listing: {listed} teasers, but neither an asker line nor a dated answer"
    if not body:
        return "an empty page"
    return _NO_LANDMARK


def _departments(lines: list[Block]) -> set[str]:
    """Departments that the page names in its landmarks, in small letters."""
    named = {line.author.department for block in lines if (line := reply_line(block)) is not None and line.certain}
    named.update(
        match[1]
        for block in lines
        if block.text.endswith(")") and (match := _IN_BRACKETS_AT_END.search(block.text)) and is_department(match[1])
    )
    return {name.lower() for name in named}


def _heading(
    blocks: list[Block], opening: list[Block], page_title: str, departments: set[str]
) -> tuple[str, list[Block]]:
    """The page's heading, and the lines between it and the asker line.

    It is looked for among the lines ahead of the asker line, then in the page's header, then in ``<title>``.
    """
    wanted = clean_line(page_title[:_PAGE_TITLE_LENGTH])
    in_header = [block for block in blocks if block.place == "header" and block.heading]
    scores = [_heading_score(line, opening[at + 1 : at + 2], wanted, departments) for at, line in enumerate(opening)]
    header_scores = [_heading_score(line, opening[:1], wanted, departments) for line in in_header]
    best, best_in_header = max(scores, default=0), max(header_scores, default=0)
    if in_header and best_in_header > best:
        return in_header[header_scores.index(best_in_header)].text, opening
    if best > 0 or (opening and not wanted):
        at = scores.index(best)
        return opening[at].text, opening[at + 1 :]
    parts = _DASH.split(wanted)
    named = next((at for at, part in enumerate(parts) if at and part.lower() in departments), None)
    return wanted if named is None else " - ".join(parts[: named + 1]), opening


def _heading_score(line: Block, after: list[Block], page_title: str, departments: set[str]) -> int:
    """How much speaks for a line being the page's heading: level, ``<title>``, share links behind it, department."""
    if line.only_links and not line.heading:
        return -1
    text, wanted = line.text.lower(), page_title.lower()
    score = {0: 0, 1: 4, 2: 2}.get(line.heading, 1)
    if wanted:
        score += 4 if wanted.startswith(text) else 3 * (text in wanted)
    suffix = _suffix(line.text, departments)
    score += 5 if suffix.lower() in departments else 2 * bool(suffix)
    score += 4 * any(is_share(following) for following in after)
    return score - bool(line.links)


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


def _split_heading(heading: str, page_title: str, departments: set[str]) -> tuple[str, str]:
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


def _question_lines(lines: list[Block], department: str) -> list[Block]:
    """The lines of the question: what follows heading, share links and counters, up to the asker line."""
    share_at = next((at for at, line in enumerate(lines) if is_share(line)), None)
    for part in (lines[share_at + 1 :] if share_at is not None else [], lines[:share_at]):
        start = next((at for at, line in enumerate(part) if not _is_furniture(line, department)), len(part))
        if part[start:]:
            return part[start:]
    return []


def _is_furniture(line: Block, department: str) -> bool:
    return (
        (line.only_links and not line.heading)
        or section_begun(line) is not None
        or line.text.strip(_AROUND).lower() == department.lower()
        or bool(len(line.text) <= _FURNITURE_LENGTH and _FURNITURE.fullmatch(line.text))
    )


def _split_question(lines: list[Block]) -> tuple[str, str]:
    """Title and text of the question: its first line is its title unless it reads like the beginning of the text."""
    if not lines:
        return "", ""
    first, rest = lines[0], lines[1:]
    if not first.heading:
        parted = not rest or rest[0].paragraph
        statement = _STATEMENT.search(first.text) and (not parted or len(first.text) > _STATEMENT_LENGTH)
        if (
            len(first.text) > _TITLE_LENGTH
            or _GOES_ON.search(first.text)
            or statement
            or (rest and _GREETING.match(first.text) and len(first.text.split()) <= 4)
            or (not rest and (_STATEMENT.search(first.text) or len(first.text) > _STATEMENT_LENGTH))
        ):
            return "", _text(lines)
    return first.text, _text(rest)


def _answer(body: list[Block], reply: _Reply) -> RawAnswer:
    line = reply_line(body[reply.start])
    assert line is not None
    if reply.date_at is None:
        return RawAnswer(line.author, _text(body[reply.start + 1 : reply.end]))
    # The date stands behind the text, or right under the doctor's line.
    text = body[reply.start + 1 : reply.date_at] or body[reply.date_at + 1 : reply.end]
    return RawAnswer(line.author, _text(text), reply_date(body[reply.date_at]) or "")


def _more_info(body: list[Block], answered_to: int, sections: Mapping[int, Section]) -> str:
    """The "More Info" section: the first such heading after the answers that prose follows."""
    for start in range(answered_to, len(body)):
        if sections.get(start) != "more info":
            continue
        section = body[start + 1 : _section_end(body, start, sections)]
        while section and (section[-1].only_links or _COPYRIGHT.match(section[-1].text)):
            section.pop()
        if any(not line.only_links for line in section):
            return _text(section)
    return ""


def _text(lines: list[Block]) -> str:
    return "".join(("\n\n" if line.paragraph else "\n") + line.text for line in lines).strip()
