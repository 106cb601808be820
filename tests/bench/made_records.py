"""Records for a file of any size, made from a seed one after the other: about 5 KB each, in English and in Chinese.

Words come as often as in prose, so that a file packs as well as a real one does.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Final, Protocol

import orjson
from qa_scraper.demo import demo_site, truth
from qa_scraper.items import Answer, Asker, Author, Question, Record, RelatedQuestion, RelatedTopic, Source

_DEPARTMENTS: Final = (
    "Cardiology", "Dermatology / Allergy", "Psychiatry", "Pediatrics", "Dentistry", "Neurology", "家醫科", "心臟內科",
)  # fmt: skip
_SIGNS: Final = "的是我不了醫師請問痛頭晚上睡眠心臟跳動血壓高低吃藥檢查報告正常三個月以前開始覺得疲倦感謝您回答"
_SITE: Final = "https://made.example"
_FIRST_DAY: Final = date(2003, 1, 1)


class _Prose(Protocol):
    def __call__(self, length: int, *, chinese: bool) -> str: ...


def made_records(count: int, seed: int = 1) -> Iterator[Record]:
    """*count* records, sorted by id; one in four is in Chinese, one in twelve has no answer."""
    rng = random.Random(seed)
    words = sorted({word for record in truth(demo_site(seed, 60), "http://x/") for word in _text_of(record).split()})
    rng.shuffle(words)
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def prose(length: int, *, chinese: bool) -> str:
        if chinese:
            return "".join(rng.choices(_SIGNS, k=length // 2)) + "。"
        return " ".join(rng.choices(words, cum_weights=weights, k=length // 6 + 1)) + "."

    for number in range(count):
        yield _record(number, count, rng, prose)


def write_records(path: Path, count: int, seed: int = 1) -> None:
    """Writes them as JSON Lines."""
    with path.open("wb") as file:
        for record in made_records(count, seed):
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


def _text_of(record: Record) -> str:
    return f"{record.question.text} {record.more_info} {' '.join(answer.text or '' for answer in record.answers)}"


def _record(number: int, count: int, rng: random.Random, prose: _Prose) -> Record:
    chinese = rng.random() < 0.25
    asked = _FIRST_DAY + timedelta(days=rng.randrange(6000))
    age = rng.randrange(0, 9) * 10
    department = rng.choice(_DEPARTMENTS)
    title = prose(40, chinese=chinese)
    answers = [_answer(rng, prose, asked, department, chinese=chinese) for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))]
    fetched_at = f"2026-01-{rng.randrange(1, 29):02}T08:{rng.randrange(60):02}:00Z"
    return Record(
        id=f"made:{number:09}",
        site="made",
        url=_url(number),
        language="zh-Hant" if chinese else "en",
        title=title,
        categories=[department],
        question=Question(title, prose(500, chinese=chinese), asked.isoformat()),
        asker=Asker(prose(6, chinese=chinese), age, age + 9, rng.choice(("female", "male", None))),
        answers=answers,
        more_info="\n\n".join(prose(400, chinese=chinese) for _ in range(3)),
        related_questions=[
            RelatedQuestion(
                prose(40, chinese=chinese), _url(rng.randrange(count)), prose(110, chinese=chinese),
                Author(prose(10, chinese=chinese), "Dr.", department), prose(110, chinese=chinese),
            )
            for _ in range(4)
        ],
        related_topics=[RelatedTopic(prose(12, chinese=chinese), department, f"{_SITE}/faq/{number % 97}")],
        source=replace(
            Source(), fetched_at=fetched_at, http_status=200, content_hash=f"{rng.getrandbits(256):064x}",
            layout="edoctor", confidence=1.0, extractor_version="3", first_seen_at=fetched_at, changed_at=fetched_at,
        ),
    )  # fmt: skip


def _answer(rng: random.Random, prose: _Prose, asked: date, department: str, *, chinese: bool) -> Answer:
    name = prose(10, chinese=chinese)
    day = asked + timedelta(days=rng.randrange(30))
    return Answer(Author(name, "Dr.", department), prose(700, chinese=chinese), day.isoformat(), signed_by=name)


def _url(number: int) -> str:
    return f"{_SITE}/questions/{number}"


if __name__ == "__main__":
    write_records(Path(sys.argv[1]), int(sys.argv[2]))
