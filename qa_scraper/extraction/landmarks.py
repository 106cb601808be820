"""The visible landmarks of the doctor Q&A layout: what a line must look like to be one.

A landmark is a whole line. The same words inside running text, in a link or on a button are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Literal, NamedTuple

from qa_scraper.extraction.lines import Block
from qa_scraper.extraction.sections import RawAuthor
from qa_scraper.page import Page
from qa_scraper.text import parse_date

# Around a section's heading there may be marks, icons and a count: "▼ Similar Q&A (4)".
_HEADING: Final = r"\W{{0,4}}(?:{})\s*+(?:[(\[]?\d++[)\]]?)?\W{{0,4}}"
_MORE_INFO: Final = re.compile(_HEADING.format(r"more info(?:rmation)?"), re.IGNORECASE)
_SIMILAR: Final = re.compile(_HEADING.format(r"similar q\s?(?:&|and|＆)\s?as?"), re.IGNORECASE)
_RELATED_FAQ: Final = re.compile(_HEADING.format(r"related faqs?"), re.IGNORECASE)
_READ_MORE: Final = re.compile(r"\[\s*+read more\s*+\]\s*+(?P<title>.*+)|read more\s*+(?:…|\.\.\.|»|>)?", re.IGNORECASE)
_SHARE: Final = re.compile(r"share(?: this)?(?: to| on| via)?\s*+(?:[:：]\s*+)?(?P<rest>.*+)", re.IGNORECASE)

_ANY_LANDMARK: Final = tuple(f"{word}{gap}date" for word in ("ask", "asked", "reply", "replied") for gap in (" ", ""))
_USUAL_LANDMARKS: Final = ("Read More", "Reply Date", "Ask Date")
_READ_MORE_LETTERS: Final = b"readmore"
_LANDMARK_LETTERS: Final = (_READ_MORE_LETTERS, *{word.replace(" ", "").encode() for word in _ANY_LANDMARK})
_REPLY_DATE: Final = re.compile(r"\W{0,4}repl(?:y|ied) date\s*+[:：]\s*+(?P<date>.*+)", re.IGNORECASE)
_REPLY_DATE_LABEL: Final = re.compile(r"\breply date\s*+[:：]", re.IGNORECASE)
_ASK_DATE_LABEL: Final = re.compile(r"\bask(?:ed)? date\s*+[:：]", re.IGNORECASE)
_LABEL_AT_END: Final = re.compile(r"\b(?:ask|reply) date\s*+[:：]\Z", re.IGNORECASE)
_GENDER: Final = r"(?:female|male|woman|man|girl|boy|lady|gentleman|other|non-?binary|unknown)"
_AGE: Final = (
    r"(?:(?:over|under|above|below|at least|less than|up to)\s*+)?\d{1,3}+"
    r"(?:\s*+(?:(?:[~～–—-]|to)\s*+\d{1,3}+|\+|(?:and|or) (?:above|over|older)))?"
)
_ASKER: Final = re.compile(
    rf"(?:(?P<name>.*)[,，]\s*+(?=[\doaubl]))?(?P<age>{_AGE})[\s-]*+years?[\s-]*+old(?:[\s,]++(?P<gender>{_GENDER}))?\s*+[.。,]?",
    re.IGNORECASE,
)
_ASKER_WITHOUT_AGE: Final = re.compile(
    rf"(?:(?P<name>.*)[,，]\s*+(?=[fmwgblonu]))?(?P<gender>{_GENDER})\s*+[.。,]?", re.IGNORECASE
)
_ASKER_NAME_LENGTH: Final = 60
_REMEMBERED: Final = 2048  # lines
_HEADING_LENGTH: Final = 60  # of a section's heading, with marks and count
_LINE_LENGTH: Final = 300  # no landmark line is longer; bounds the work on hostile lines
_COLONS: Final = (":", "：")
_LEFT_OPEN: Final = (*_COLONS, " reply")
"""How a line ends that the next one may belong to, whatever that is."""

_TITLE: Final = (
    r"(?:Dr|Prof|Doctor|Professor|Physician|Pharmacist|Dietitian|Nutritionist|Psychologist|Nurse|Therapist)(?![a-z])\.?"
)
_TITLE_AHEAD: Final = re.compile(rf"(?P<title>{_TITLE}(?:\s++Dr\.)?)\s*+")
_REPLIES: Final = re.compile(r"\s(?:reply|replies|replied)(?:\s*+[:：]\s*+|\s++|\Z)")
_LOWER_IN_NAMES: Final = frozenset(
    "al bin binti da de del den der di do dos du e el ibn la le ten ter van von y zu".split()
)
_LOWER_IN_DEPARTMENTS: Final = frozenset("& - – / a and by de et for in of on the to und with".split())
_BETWEEN_WORDS: Final = re.compile(r"[\s/()\[\]]+")
_DEPARTMENT_LENGTH: Final = 80
_NAME_WORDS: Final = 8
_UNSURE_WORDS: Final = 4
_ENDS_SENTENCE: Final = re.compile(r"[.!?。！？;；:：,，]$")
_INITIALS_AT_END: Final = re.compile(r"\b(?:[A-Z]\.){2,}+\Z")  # "E.N.T." ends with a stop, but no sentence
_NAME_WITH_INITIALS: Final = re.compile(r"(?:[A-Z][\w'’-]*+ ){0,2}+(?:[A-Z]\.[ -]?+){1,4}+")  # "A. B.", "Mary K."
_SENTENCE_INSIDE: Final = re.compile(
    r"[!?。！？;；:：.](?:(?<!\.)|(?=\s)(?<!\b\w\.)(?<!\bDr\.)(?<!\bJr\.)(?<!\bSr\.)(?<!\bSt\.))"
)

Section = Literal["more info", "similar", "faq"]


@dataclass(frozen=True, slots=True)
class AskerLine:
    """``LILY, 20~29 year old female. Ask Date: 2003/10/20`` in its parts, as written."""

    name: str
    age: str
    gender: str
    asked_on: str


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """``Dr. Zeng Guosen reply Internal Medicine`` in its parts; ``certain`` where it cannot be running text."""

    author: RawAuthor
    certain: bool


def may_hold_landmarks(page: Page) -> bool:
    """Whether *page* can hold a landmark of the layout: a quick look, before any line is.

    In the text as it came, which is at hand, the words may also stand where nobody reads them: then the lines tell.
    """
    if any(map(partial(_begins_word, page.text), _USUAL_LANDMARKS)):
        return True
    if not any(map(page.letters.__contains__, _LANDMARK_LETTERS)):
        return False
    return any(map(_shows_landmark, (page.text, page.flat_text)))


def _shows_landmark(text: str) -> bool:
    lowered = text.lower()
    return "read more" in lowered or any(map(partial(_begins_word, lowered), _ANY_LANDMARK))


def may_hold_topics(page: Page) -> bool:
    """Whether *page* can hold a "Related FAQ" section: what no reader sees may part the words."""
    return b"related" in page.letters and b"faq" in page.letters


def may_hold_read_more(page: Page) -> bool:
    """Whether *page* can hold a teaser that leads on; nothing parts these two words."""
    return _READ_MORE_LETTERS in page.letters


def _begins_word(text: str, word: str) -> bool:
    """Whether *word* stands in *text* at the beginning of a word."""
    at = text.find(word)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at = text.find(word, at + 1)
    return at >= 0


def _stands_alone(block: Block) -> bool:
    return bool(block.heading) or not block.only_links


def section_begun(block: Block) -> Section | None:
    """Which section of the page the line is the heading of; None for any other line."""
    section = landmarks_of(block).section
    return section if section is not None and _stands_alone(block) else None


class Landmarks(NamedTuple):
    """What the text of a line is a landmark of. ``may_be_dated``: whether it may name a date."""

    section: Section | None = None
    asker: AskerLine | None = None
    reply: ReplyLine | None = None
    reply_date: str | None = None
    may_be_dated: bool = False


NO_LANDMARKS: Final = Landmarks()


def landmarks_of(block: Block) -> Landmarks:
    """What the text of the line is a landmark of, ``NO_LANDMARKS`` itself for most lines.

    Whether the line can be the heading of a section, ``section_begun`` tells: that hangs on more than its text.
    """
    return _landmarks_in(block.text) if len(block.text) <= _LINE_LENGTH else NO_LANDMARKS


@lru_cache(maxsize=_REMEMBERED)
def _landmarks_in(text: str) -> Landmarks:
    """All that a line of this text is; it is asked for several times, and menus stand on every page."""
    lowered = text.lower()
    may_be_dated = "date" in lowered
    may_begin_section = len(text) <= _HEADING_LENGTH and (
        "more info" in lowered or "similar q" in lowered or "related faq" in lowered
    )
    if not (may_be_dated or may_begin_section or "repl" in text):
        return NO_LANDMARKS
    return Landmarks(
        _section_called(text) if may_begin_section else None,
        _asker_line(text) if may_be_dated else None,
        _reply_line(text) if "repl" in text else None,
        _reply_date(text) if may_be_dated else None,
        may_be_dated,
    )


def _section_called(text: str) -> Section | None:
    """Which section a heading of this text begins."""
    if _MORE_INFO.fullmatch(text):
        return "more info"
    if _SIMILAR.fullmatch(text):
        return "similar"
    return "faq" if _RELATED_FAQ.fullmatch(text) else None


def read_more(block: Block) -> str | None:
    """The title behind ``[Read More]`` (an empty string where none stands there); None for any other line."""
    match = _READ_MORE.fullmatch(block.text) if block.text[:1] in "[rR" else None
    return None if match is None else (match["title"] or "")


def is_share(block: Block) -> bool:
    """Whether the line offers to share the page (``Share to:`` and links)."""
    match = _SHARE.fullmatch(block.text)
    if match is None or len(block.text) > _LINE_LENGTH:
        return False
    rest_at = match.start("rest")
    linked = sum(link.end - max(link.start, rest_at) for link in block.links if link.end > rest_at)
    return not match["rest"] or linked * 2 >= len(match["rest"]) or (":" in block.text and len(match["rest"]) < 60)


def reply_date(block: Block) -> str | None:
    """The date of a ``Reply Date: 2003/10/20`` line as written; None for other lines (``Reply Date: pending``)."""
    return landmarks_of(block).reply_date


def _reply_date(text: str) -> str | None:
    match = _REPLY_DATE.fullmatch(text)
    return match["date"] if match and parse_date(match["date"]) else None


def asker_line(block: Block) -> AskerLine | None:
    """The parts of an asker line; None for any other line."""
    return landmarks_of(block).asker


def _asker_line(text: str) -> AskerLine | None:
    match = _ASK_DATE_LABEL.search(text)
    if match is None or parse_date(text[match.end() :]) is None:
        return None
    asker, asked_on = text[: match.start()].strip(), text[match.end() :].strip()
    parts = _ASKER.fullmatch(asker)
    if parts:
        return AskerLine(parts["name"] or "", parts["age"], parts["gender"] or "", asked_on)
    parts = _ASKER_WITHOUT_AGE.fullmatch(asker)
    if parts and len(parts["name"] or "") <= _ASKER_NAME_LENGTH:
        return AskerLine(parts["name"] or "", "", parts["gender"], asked_on)
    name = asker[:-1].rstrip() if asker.endswith((".", "。", ",", "，")) else asker
    # Without an age the words in front of the date must be a name that a stop parts from it, not a sentence.
    if len(name) > _ASKER_NAME_LENGTH or (name and name == asker) or _SENTENCE_INSIDE.search(name):
        return None
    return AskerLine(name, "", "", asked_on)


def reply_line(block: Block) -> ReplyLine | None:
    """The parts of a ``Dr. X reply DEPARTMENT`` line; None for any other line, running text above all."""
    return landmarks_of(block).reply


def _reply_line(text: str) -> ReplyLine | None:
    titled = _TITLE_AHEAD.match(text)
    name_at = titled.end() if titled else 0
    replies = _REPLIES.search(text, max(name_at - 1, 0))
    if titled and not titled["title"].endswith(".") and (replies is None or replies.start() < name_at):
        titled, name_at = None, 0  # "Doctor reply …": all the name there is
    if replies is None:
        return None
    title = titled["title"] if titled else ""
    name, department = text[name_at : replies.start()].strip(), text[replies.end() :].strip()
    if not (title or name) or not _is_person(name):
        return None
    if department and not is_department(department):
        # "Dr. Lin reply later", or a department in small letters: the Reply Date that follows tells.
        if not title or len(department.split()) > _UNSURE_WORDS or _ENDS_SENTENCE.search(department):
            return None
        return ReplyLine(RawAuthor(title, name, department), certain=False)
    return ReplyLine(RawAuthor(title, name, department), certain=bool(title and department))


def is_department(text: str) -> bool:
    """Whether *text* can be the name of a department: short, capitalised words, no sentence."""
    return 0 < len(text) <= _DEPARTMENT_LENGTH and _is_department_name(text)


@lru_cache(maxsize=_REMEMBERED)
def _is_department_name(text: str) -> bool:
    """The same of a short text; a site has few departments, and names them on each page."""
    if _SENTENCE_INSIDE.search(text):
        return False
    if _ENDS_SENTENCE.search(text) and not _INITIALS_AT_END.search(text):
        return False
    words = _BETWEEN_WORDS.split(text)
    return not text[0].islower() and all(
        word.lower() in _LOWER_IN_DEPARTMENTS or not word[0].islower() for word in words if word
    )


def _is_person(text: str) -> bool:
    words = text.split()
    if len(words) > _NAME_WORDS or _SENTENCE_INSIDE.search(text):
        return False
    # Somebody who writes a name in small letters does it throughout: "dr. lin", but never "lin told me to wait".
    odd = [word for word in words if word[0].islower() and word.lower() not in _LOWER_IN_NAMES and "'" not in word[:3]]
    return not odd or len(words) == 1


def rejoined(blocks: Iterable[Block]) -> list[Block]:
    """The lines with those landmark lines put together that the page breaks over several (cells, list items).

    ``Reply Date:`` | ``2003/10/20``; ``LILY,`` | ``20~29 year old female.`` | ``Ask Date: 2003/10/20``;
    ``Dr. Zeng Guosen reply`` | ``Internal Medicine``. And those parted that stand on one line:
    ``Dr. Zeng Guosen reply Internal Medicine · Reply Date: 2003/10/20``, ``(Oncology)`` and the next topic's link.
    """
    lines: list[Block] = []
    for whole in blocks:
        is_run_together = len(whole.links) > 1 and whole.text.startswith("(")
        is_whole = not is_run_together and not landmarks_of(whole).may_be_dated
        if is_whole and not (lines and lines[-1].text.endswith(_LEFT_OPEN)):
            lines.append(whole)
            continue
        for block in _parted(whole):
            lines.append(block)
            while len(lines) > 1 and _belong_together(lines[-2], lines[-1]):
                lines[-2:] = [_joined(lines[-2], lines[-1])]
    return lines


def _parted(block: Block) -> list[Block]:
    seam = _seam_of_links(block)
    if seam:
        moved = tuple(link.behind(seam) for link in block.links[1:])
        return [block.saying(block.text[:seam], block.links[:1]), block.saying(block.text[seam:], moved)]
    date_at = _reply_date_at(block.text) if len(block.text) <= _LINE_LENGTH else 0
    if not date_at:
        return [block]
    ahead = block.saying(block.text[:date_at].rstrip(" ·|,;–—-"), ())
    behind = block.saying(block.text[date_at:], (), goes_on=True)
    return [ahead, behind] if reply_line(ahead) is not None and reply_date(behind) else [block]


@lru_cache(maxsize=_REMEMBERED)
def _reply_date_at(text: str) -> int:
    """Where the last ``Reply Date:`` of a line stands; 0 where there is none, or nothing ahead of it."""
    if "reply" not in text.lower():
        return 0
    labels = list(_REPLY_DATE_LABEL.finditer(text))
    return labels[-1].start() if labels else 0


def _seam_of_links(block: Block) -> int:
    """Where a link that ends with a department in brackets runs into the next; 0: nowhere.

    Style sheets set such links in boxes of their own: ``<a>Anemia<br>(Oncology)</a><a>Platelets<br>(…)</a>``.
    """
    if len(block.links) < 2 or not block.text.startswith("("):
        return 0
    first, second = block.links[:2]
    department = block.text[: first.end]
    is_whole = first.start == 0 and first.end == second.start and department.endswith(")")
    return first.end if is_whole and is_department(department[1:-1].strip()) else 0


def _belong_together(first: Block, last: Block) -> bool:
    if len(first.text) + len(last.text) > _LINE_LENGTH:
        return False
    if first.text.endswith(_COLONS) and _LABEL_AT_END.search(first.text):
        joined = _joined(first, last)
        return bool(reply_date(joined) or asker_line(joined))
    asker = asker_line(last)
    if asker is not None and not asker.name:
        parts_follow = not (asker.age or asker.gender) and _ASKER.fullmatch(first.text)
        return bool(parts_follow or ((asker.age or asker.gender) and _is_name_alone(first, last)))
    if first.text.endswith(" reply") and section_begun(last) is None and reply_line(last) is None:
        line = reply_line(_joined(first, last))
        same_heading = last.heading == first.heading and not last.paragraph  # one that a <br> breaks
        return line is not None and line.certain and (not last.heading or same_heading)
    return False


def _is_name_alone(first: Block, last: Block) -> bool:
    """Whether *first* is the asker's name: it ends with a comma, or is the first entry of a list that goes on."""
    if len(first.text) > _ASKER_NAME_LENGTH:
        return False
    ends_sentence = _ENDS_SENTENCE.search(first.text) and not _NAME_WITH_INITIALS.fullmatch(first.text)
    first_entry = first.paragraph and not last.paragraph and not ends_sentence
    return first.text.endswith((",", "，")) or (first_entry and not first.heading)


def _joined(first: Block, last: Block) -> Block:
    is_parted = first.text.endswith((",", "，", ":", "：", ".", "。")) and not _NAME_WITH_INITIALS.fullmatch(first.text)
    comma = "" if is_parted or asker_line(last) is None else ","
    return first.saying(f"{first.text}{comma} {last.text}", first.links)
