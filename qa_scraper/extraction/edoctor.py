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

from qa_scraper.extraction.blocks import LONGEST_LINE, MOST_BLOCKS, page_blocks
from qa_scraper.extraction.landmarks import (
    NO_LANDMARKS,
    AskerLine,
    ReplyLine,
    Section,
    is_department,
    is_share,
    landmarks_of,
    may_hold_landmarks,
    may_hold_read_more,
    may_hold_topics,
    read_more,
    rejoined,
    section_begun,
)
from qa_scraper.extraction.lines import NEVER_READ, Block, Place, visible
from qa_scraper.extraction.page_heading import page_heading, split_heading
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawTeaser, RawTopic, Reading, Sections
from qa_scraper.extraction.teasers import read_teasers, read_topics
from qa_scraper.page import Page

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
_STATEMENT_LENGTH: Final = 120
_COPYRIGHT: Final = re.compile(r"(?:©|\(c\)|copyright\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Span:
    """A section after the body or beside it: its heading at ``start``, the first line past it at ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _LandmarkLines:
    """Where the landmarks of some lines stand, each by its position, in page order.

    They are looked up once: 10,000 lines that may name a doctor must not take 10,000² steps.
    """

    sections: dict[int, Section]
    askers: dict[int, AskerLine]
    replies: dict[int, ReplyLine]
    reply_dates: dict[int, str]
    read_mores: list[int]

    def up_to(self, end: int) -> _LandmarkLines:
        """Those ahead of the line *end*."""
        return _LandmarkLines(
            {at: found for at, found in self.sections.items() if at < end},
            {at: found for at, found in self.askers.items() if at < end},
            {at: found for at, found in self.replies.items() if at < end},
            {at: found for at, found in self.reply_dates.items() if at < end},
            [at for at in self.read_mores if at < end],
        )


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer in the body: the line of its author, of its date (None: undated), the first line past it."""

    start: int
    date_at: int | None
    end: int


def read(page: Page) -> Reading:
    """Splits a page of this layout into its sections, or says why it is none."""
    if not may_hold_landmarks(page):
        return NoQuestion(_NO_LANDMARK)
    blocks = page_blocks(page, _LEFT_OUT, headings_of=_HEADINGS_OF)
    if len(blocks) > MOST_BLOCKS:
        return NoQuestion(f"more than {MOST_BLOCKS:,} lines")
    shown = visible(blocks)
    if max([len(line.text) for line in shown], default=0) > LONGEST_LINE:
        return NoQuestion(f"a line of more than {LONGEST_LINE:,} characters")
    lines = rejoined(shown)
    known = _landmark_lines(lines)
    similar, teasers = _best_similar(lines, known.sections)
    faq, topics = _best_faq(lines, known.sections)
    departments = _departments(lines, known)
    body = _body(lines, similar, faq, known)
    # The same lines, not equal ones: a block is equal to itself only.
    known = _landmark_lines(body) if body != lines[: len(body)] else known.up_to(len(body))
    replies = _replies(body, known)
    first_reply = replies[0].start if replies else len(body)
    # The last one ahead of the first answer: a question may quote another one.
    asker_at = max([at for at in known.askers if at < first_reply], default=None)
    if asker_at is None and not any(reply.date_at is not None for reply in replies):
        return NoQuestion(_why_not(body, len(teasers) + len(known.read_mores)))
    if not replies and asker_at is not None and (len(known.askers) > 1 or known.read_mores):
        return NoQuestion("a listing: asker lines of several questions, or one that leads on to [Read More]")
    answers = tuple(_answer(body, reply, known) for reply in replies)
    departments |= {answer.author.department.lower() for answer in answers}
    opening = body[: asker_at if asker_at is not None else first_reply]
    heading, opening = page_heading(blocks, opening, page.title, departments)
    title, department = split_heading(heading, page.title, departments)
    if not department and opening and opening[0].text.strip(_AROUND).lower() in departments:
        department = opening[0].text.strip(_AROUND)
    question = _question_lines(opening, department)
    answered_to = replies[-1].end if replies else (asker_at or 0) + 1
    if not question and asker_at is not None and replies:
        question = body[asker_at + 1 : first_reply]
    question_title, question_text = _split_question(question)
    more_info = _more_info(body, answered_to, known.sections)
    # Asides hold adverts too: there a section counts only by its unmistakable lines, [Read More] and (DEPARTMENT).
    lacks_topics = not topics and may_hold_topics(page)
    lacks_teasers = not teasers and may_hold_read_more(page)
    with_asides = visible(page_blocks(page, NEVER_READ), ("main", "aside")) if lacks_topics or lacks_teasers else []
    if lacks_topics:
        topics = [
            topic for topic in _best_faq(with_asides, _landmark_lines(with_asides).sections)[1] if topic.department
        ]
    if lacks_teasers:
        aside = rejoined(with_asides)
        among_asides = _landmark_lines(aside)
        teasers = _best_similar(aside, among_asides.sections)[1] if among_asides.read_mores else []
    asker = known.askers[asker_at] if asker_at is not None else AskerLine("", "", "", "")
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


def _landmark_lines(lines: list[Block]) -> _LandmarkLines:
    """The landmarks of the layout among *lines*."""
    found = _LandmarkLines({}, {}, {}, {}, [])
    for at, line in enumerate(lines):
        if read_more(line) is not None:
            found.read_mores.append(at)
        of_line = landmarks_of(line)
        if of_line is NO_LANDMARKS:
            continue
        section = section_begun(line)
        if section is not None:
            found.sections[at] = section
        if of_line.asker is not None:
            found.askers[at] = of_line.asker
        if of_line.reply is not None:
            found.replies[at] = of_line.reply
        if of_line.reply_date is not None:
            found.reply_dates[at] = of_line.reply_date
    return found


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


def _body(lines: list[Block], similar: _Span | None, faq: _Span | None, known: _LandmarkLines) -> list[Block]:
    """The lines of question, answers and "More Info": what stands ahead of the two related sections and around them.

    A related section ends the body, unless the question is only asked or answered after it: a sidebar ahead of all.
    """
    spans = [span for span in (similar, faq) if span is not None]
    last = max([*known.askers, *known.reply_dates], default=-1)  # that a question is asked or answered by
    ahead = [span for span in spans if span.end <= last]
    end = min((span.start for span in spans if span not in ahead), default=len(lines))
    if not ahead:
        return lines[:end]
    return [line for at, line in enumerate(lines[:end]) if not any(span.start <= at < span.end for span in ahead)]


def _replies(body: list[Block], known: _LandmarkLines) -> list[_Reply]:
    """The answers in page order. A line that only may name a doctor counts where a Reply Date follows it."""
    certain = [at for at, line in known.replies.items() if line.certain]
    dates, askers = list(known.reply_dates), list(known.askers)
    more_infos = [at for at, section in known.sections.items() if section == "more info"]
    first_from = partial(_first_from, none=len(body))
    replies: list[_Reply] = []
    for at, line in known.replies.items():
        if replies and at < replies[-1].end:
            continue
        following, dated = first_from(certain, at + 1), first_from(dates, at + 1)
        date_at = dated if dated < following else None
        # A date right under the doctor's line stands ahead of the text; otherwise it ends the answer.
        end = min(first_from(more_infos, at), following) if date_at is None or date_at == at + 1 else date_at + 1
        if first_from(askers, at) < end:
            continue  # words of the question: the asker line is still to come
        if date_at is not None or (line.certain and first_from(known.read_mores, at) >= end):
            replies.append(_Reply(at, date_at, end))
    return replies


def _first_from(positions: Sequence[int], at: int, none: int) -> int:
    """The first of *positions* (in order) that is *at* or later, *none* where there is none."""
    found = bisect_left(positions, at)
    return positions[found] if found < len(positions) else none


def _why_not(body: list[Block], listed: int) -> str:
    if listed:
        return f"a listing: {listed} teasers, but neither an asker line nor a dated answer"
    if not body:
        return "an empty page"
    return _NO_LANDMARK


def _departments(lines: list[Block], known: _LandmarkLines) -> set[str]:
    """Departments that the page names in its landmarks, in small letters."""
    named = {line.author.department for line in known.replies.values() if line.certain}
    named.update(
        match[1]
        for block in lines
        if block.text.endswith(")") and (match := _IN_BRACKETS_AT_END.search(block.text)) and is_department(match[1])
    )
    return {name.lower() for name in named}


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


def _answer(body: list[Block], reply: _Reply, known: _LandmarkLines) -> RawAnswer:
    author = known.replies[reply.start].author
    if reply.date_at is None:
        return RawAnswer(author, _text(body[reply.start + 1 : reply.end]))
    # The date stands behind the text, or right under the doctor's line.
    text = body[reply.start + 1 : reply.date_at] or body[reply.date_at + 1 : reply.end]
    return RawAnswer(author, _text(text), known.reply_dates[reply.date_at])


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
