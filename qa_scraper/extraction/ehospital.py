"""Doctor Q&A in Chinese, read by its visible landmarks: 台灣e院, and sites that write the same lines.

In page order: the title, the asker line (``王○○／男／(35),2003/10/20 提問：``), the question, per answer the line
``[醫院／]皮膚科／王大明, 2003/10/21 回覆：`` and its text. Traditional and simplified characters, dates of the Republic
(民國92年) included. Only whole lines are landmarks: the same words in running text are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qa_scraper.extraction.blocks import LONGEST_LINE, MOST_BLOCKS, page_blocks
from qa_scraper.extraction.dates import DateOrder, find_dates
from qa_scraper.extraction.lines import NEVER_READ, Block, visible
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawAuthor, Reading, Sections
from qa_scraper.page import Page
from qa_scraper.text import clean_line, parse_age_band, parse_gender

NAME: Final = "ehospital"
RULES: Final = {
    "question": "the asker line (王○○／男／(35),2003/10/20 提問：)",
    "title": "the heading in front of the asker line",
    "categories": "the department (…科) in the line of the answer",
    "asker": "the asker line (NAME／GENDER／(AGE),DATE 提問：)",
    "question.asked_on": "the date in the asker line",
    "answers": "the line ahead of an answer ([HOSPITAL／]DEPARTMENT／DOCTOR, DATE 回覆：)",
    "answers.answered_on": "the date in the line ahead of the answer",
}

_LINE_LENGTH: Final = 120
_ASKS: Final = re.compile(r"\s?(?:提問|發問|提问|发问|询问|詢問)(?:時間|时间)?\s?[:：]?\Z")
_REPLIES: Final = re.compile(r"\s?(?:回覆|回復|回复|回答|解答|答覆|答复)(?:時間|时间)?\s?[:：]?\Z")
_MAY_BE: Final = re.compile("提問|發問|提问|发问|询问|詢問|回覆|回復|回复|回答|解答|答覆|答复")
_PARTS: Final = re.compile(r"[／/,，、;；|｜\s]+")
_BRACKETS: Final = "()（）[]【】"
_NUMBER: Final = re.compile(r"#\s?\d{1,9}")
_TITLES: Final = tuple(
    "主任醫師 主治醫師 住院醫師 主任医师 主治医师 副主任医师 醫師 医师 醫生 医生 藥師 药师 營養師".split()
)
_DEPARTMENT_ENDS: Final = ("科", "部", "中心", "門診", "门诊", "室", "組")
_HOSPITAL_ENDS: Final = ("醫院", "医院", "診所", "诊所", "分院", "總院", "院區")
_NOT_GIVEN: Final = frozenset(("未填", "未知", "不詳", "不详", "保密", "無", "-"))
_NAME_LENGTH: Final = 20
_ENDS: Final = re.compile(
    r"(?:回列表|回上一?頁|返回|上一[則篇頁题題]|下一[則篇頁题題]|相[關关]問?[題问答]*|相关问题|延伸閱讀|瀏覽(?:人次|次數)|浏览|分享|Copyright).{0,60}"
)


@dataclass(frozen=True, slots=True)
class _Head:
    """A landmark line in its parts."""

    is_reply: bool
    date: str
    name: str = ""
    gender: str = ""
    age: str = ""
    title: str = ""
    department: str = ""


def read(page: Page) -> Reading:
    """Splits a page of this layout into its sections, or says why it is none."""
    if not _MAY_BE.search(page.text):
        return NoQuestion("neither 提問 nor 回覆 on the page")
    blocks = page_blocks(page, NEVER_READ)
    if len(blocks) > MOST_BLOCKS:
        return NoQuestion(f"more than {MOST_BLOCKS:,} lines")
    lines = _rejoined([line for line in visible(blocks) if len(line.text) <= LONGEST_LINE])
    heads = [(at, head) for at, line in enumerate(lines) if (head := _head(line.text)) is not None]
    askers = [at for at, head in heads if not head.is_reply]
    if not askers:
        return NoQuestion("no asker line (NAME／GENDER／(AGE),DATE 提問：)")
    if len(askers) > 1:
        return NoQuestion(f"a listing: asker lines of {len(askers)} questions")
    asked_at = askers[0]
    asker = next(head for at, head in heads if at == asked_at)
    replies = [(at, head) for at, head in heads if at > asked_at]
    bounds = [*(at for at, _ in replies), len(lines)]
    opening = lines[:asked_at]
    title = _title(opening, page.title)
    answers = tuple(
        RawAnswer(RawAuthor(head.title, head.name, head.department), _text(lines, at, end), head.date)
        for (at, head), end in zip(replies, bounds[1:], strict=True)
    )
    department = next((head.department for _, head in replies if head.department), "")
    question = _text(lines, asked_at, bounds[0])
    landmarks = (title, question, asker.gender or asker.age, answers, department)
    found = Sections(
        layout=NAME,
        confidence=round(sum(map(bool, landmarks)) / len(landmarks), 2),
        title=title,
        categories=(department,) if department else (),
        question_title=title,
        question_text=question,
        asked_on=asker.date,
        asker_name=asker.name,
        asker_age=asker.age,
        asker_gender=asker.gender,
        answers=tuple(answer for answer in answers if answer.text),
    )
    return (found,)


def _rejoined(lines: Sequence[Block]) -> list[Block]:
    """The lines with those landmarks put together that a page breaks in two: ``…／王大明,`` | ``2003/10/21 回覆：``."""
    joined: list[Block] = []
    for line in lines:
        if joined and _head(line.text) is not None and len(joined[-1].text) <= _LINE_LENGTH // 2:
            before = joined[-1]
            bare = not _parts_beside_date(line.text)
            if bare and not before.heading and _head(f"{before.text} {line.text}") is not None:
                joined[-1] = Block(f"{before.text} {line.text}", (), 0, before.paragraph, line.place, before.shared)
                continue
        joined.append(line)
    return joined


def _parts_beside_date(text: str) -> list[str]:
    label = _REPLIES.sub("", _ASKS.sub("", text))
    seen = find_dates(label, "zh", DateOrder.YEAR_FIRST, None)
    rest = label[: seen[0].start] + " " + label[seen[0].end :] if seen else label
    return [part for part in _PARTS.split(rest) if part.strip(_BRACKETS)]


def _head(text: str) -> _Head | None:
    """The parts of a landmark line; None for any other line."""
    if len(text) > _LINE_LENGTH:
        return None
    is_reply = bool(_REPLIES.search(text))
    if not is_reply and not _ASKS.search(text):
        return None
    label = (_REPLIES if is_reply else _ASKS).sub("", text)
    seen = find_dates(label, "zh", DateOrder.YEAR_FIRST, None)
    if not seen:
        return None
    parts = _parts_beside_date(text)
    if len(parts) > 6 or any(len(part) > 2 * _NAME_LENGTH for part in parts):
        return None
    return _reply(parts, seen[0].day) if is_reply else _asker(parts, seen[0].day)


def _asker(parts: Sequence[str], date: str) -> _Head:
    name = gender = age = ""
    for part in parts:
        bare = part.strip(_BRACKETS)
        if bare in _NOT_GIVEN:
            continue
        if parse_gender(bare):
            gender = gender or bare
        elif parse_age_band(bare) != (None, None):
            age = age or bare
        elif not name:
            name = bare
    return _Head(is_reply=False, date=date, name=name, gender=gender, age=age)


def _reply(parts: Sequence[str], date: str) -> _Head:
    """The last part is the doctor, the one ahead of it the department, a hospital has no field of its own."""
    own = [part for part in parts if not part.endswith(_HOSPITAL_ENDS)]
    department = next((part for part in own if part.endswith(_DEPARTMENT_ENDS)), "")
    others = [part for part in own if part != department]
    name = others[-1] if others else ""
    if not department and len(others) > 1:
        department = others[-2]
    title = next((title for title in _TITLES if name.endswith(title)), "")
    return _Head(is_reply=True, date=date, name=name.removesuffix(title).strip(), title=title, department=department)


def _title(opening: Sequence[Block], page_title: str) -> str:
    headings = [line for line in opening if line.heading]
    near = [line for line in opening[-3:] if not line.only_links and not _NUMBER.fullmatch(line.text)]
    for line in [*reversed(headings), *reversed(near)]:
        text = clean_line(_NUMBER.sub("", line.text, count=1)) if line.text.startswith("#") else line.text
        if text:
            return text
    return clean_line(page_title)


def _text(lines: Sequence[Block], head_at: int, end: int) -> str:
    """The lines behind a landmark: up to the next, to navigation, or to where the page leaves their part of it."""
    own: list[Block] = []
    floor = lines[head_at + 1].shared if head_at + 1 < end else 0
    for at in range(head_at + 1, end):
        line = lines[at]
        if own and (line.shared < floor - 1 or (line.only_links and not line.heading) or line.heading):
            break
        if _ENDS.fullmatch(line.text) or _NUMBER.fullmatch(line.text):
            break
        own.append(line)
    return "".join(("\n\n" if line.paragraph else "\n") + line.text for line in own).strip()
