"""Writes the demo site's texts from a seed: the same seed gives the same site, byte for byte."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from qa_scraper.demo import texts
from qa_scraper.demo.data import DemoQuestion, DemoReply, DemoSite, DemoTopic, slug_of
from qa_scraper.demo.texts import DEPARTMENTS, DepartmentWords

SHAPES: Final = ("semantic", "soup", "table", "split")
"""Names of the HTML shapes that question pages come in."""


def demo_site(seed: int = 1, questions: int = 264, page_bytes: int = 0) -> DemoSite:
    """Makes the demo site at step 0. *questions*: how many, at least 40; *page_bytes*: of a question page, 0: any."""
    rng = random.Random(seed)
    topics = tuple(DemoTopic(name, d.name, slug_of(f"{d.name} {name}")) for d in DEPARTMENTS for name in d.topics)
    made = tuple(written_question(rng, number, questions, topics) for number in range(1, questions + 1))
    return DemoSite(tuple(d.name for d in DEPARTMENTS), made, topics, seed=seed, page_bytes=page_bytes)


def written_question(rng: random.Random, number: int, total: int, topics: tuple[DemoTopic, ...]) -> DemoQuestion:
    """Question *number* of *total*, one of which it names as the next."""
    words = words_of(number)
    filling = filling_of(rng, words, number)
    day = date(2003, 1, 1) + timedelta(days=rng.randrange(0, 6000))
    text = _question_text(rng, filling, number)
    replies = _replies(rng, words, filling, day, number)
    same_department = [topic for topic in topics if topic.department == words.name]
    heading = sentence(rng.choice(texts.HEADINGS), filling)
    title = sentence(rng.choice(texts.SHORT_QUESTIONS), filling)
    return DemoQuestion(
        number=number,
        heading=heading,
        department=words.name,
        title=title,
        text=text,
        asker=None if number % 25 == 6 else rng.choice(texts.NAMES),
        age=rng.randrange(1, 8) * 10,
        gender=rng.choice(("female", "male")),
        day=day,
        replies=replies,
        more_info=None if number % 8 == 3 else written_more_info(rng, filling),
        # The next question always is among them, so that no question hangs on the listings alone.
        related=() if number % 16 == 7 else (number % total + 1, *_others(rng, number, total)),
        topics=() if number % 16 == 12 else _topics(rng, same_department, topics),
        shape=SHAPES[rng.randrange(len(SHAPES))],
        printed=number % 22 == 5,
        slug=f"{number}-{slug_of(title)}"[:60].rstrip("-"),
        changed_on=day,
    )


def words_of(number: int) -> DepartmentWords:
    """What people write about in the department of question *number*."""
    return DEPARTMENTS[(number - 1) % len(DEPARTMENTS)]


def _others(rng: random.Random, number: int, total: int) -> list[int]:
    """Three questions other than *number*; drawn by position, for a list of all others would take n² steps."""
    return [at + 1 if at + 1 < number else at + 2 for at in rng.sample(range(total - 1), 3)]


def _topics(
    rng: random.Random, same_department: list[DemoTopic], topics: tuple[DemoTopic, ...]
) -> tuple[DemoTopic, ...]:
    chosen = [*same_department[: rng.randrange(1, 4)], *rng.sample(topics, 3)]
    return tuple(dict.fromkeys(chosen))


def filling_of(rng: random.Random, words: DepartmentWords, number: int) -> dict[str, str]:
    """What the templates of one question are filled with."""
    filling = {
        "complaint": rng.choice(words.complaints),
        "finding": rng.choice(words.findings),
        "treatment": rng.choice(words.treatments),
        "advice": rng.choice(words.advice),
        "specialist_low": words.specialist.lower(),
        "weeks": str(rng.randrange(2, 20)),
        "days": str(rng.randrange(2, 30)),
        "value": str(rng.randrange(3, 90)),
        "daytime": rng.choice(texts.DAYTIMES),
        "relative": rng.choice(texts.RELATIVES),
        "season": rng.choice(texts.SEASONS),
        "cause": rng.choice(texts.CAUSES),
        "number": str(number),
    }
    capitals = {f"{name}_cap": _capital(filling[name]) for name in ("complaint", "treatment", "advice")}
    return {**filling, **capitals}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(template: str, filling: dict[str, str]) -> str:
    """*template* filled, with a capital at its beginning."""
    return _capital(template.format_map(filling))


def _question_text(rng: random.Random, filling: dict[str, str], number: int) -> str:
    parts = [sentence(rng.choice(texts.OPENINGS), filling)]
    parts += [sentence(template, filling) for template in rng.sample(texts.MIDDLES, rng.randrange(1, 4))]
    if number % 12 == 2:
        parts.append(rng.choice(texts.LANDMARK_QUESTIONS))
    parts.append(sentence(rng.choice(texts.CLOSINGS), filling) + f" (I am reader {number}.)")
    return _lines(rng, parts)


def _lines(rng: random.Random, parts: list[str]) -> str:
    """The sentences with a space, a newline or a blank line between each two."""
    text = parts[0]
    for part in parts[1:]:
        text += rng.choice((" ", "\n", "\n\n")) + part
    return text


def _replies(
    rng: random.Random, words: DepartmentWords, filling: dict[str, str], asked: date, number: int
) -> tuple[DemoReply, ...]:
    count = 0 if number % 12 == 9 and number % 25 != 6 else 2 if number % 10 == 4 else 1
    departments = [words.name if turn == 0 else None for turn in range(count)]
    return tuple(written_reply(rng, words, filling, number, asked, department) for department in departments)


def written_reply(
    rng: random.Random,
    words: DepartmentWords,
    filling: dict[str, str],
    number: int,
    since: date,
    department: str | None = None,
    days: int = 9,
) -> DemoReply:
    """An answer to question *number*, given within *days* from *since*; *department*: of its doctor, None: any."""
    doctor = rng.choice(texts.DOCTORS)
    department = department or rng.choice(DEPARTMENTS).name
    parts = [sentence(rng.choice(texts.ANSWERS), filling), sentence(rng.choice(texts.TREATMENTS), filling)]
    if number % 14 == 8:
        parts.insert(1, rng.choice(texts.LANDMARK_ANSWERS))
    parts.append(rng.choice(texts.FAREWELLS))
    text = rng.choice(texts.GREETINGS) + "\n" + _lines(rng, parts)
    signed_by = None
    if number % 6 == 1 and "," not in doctor:
        signed_by = doctor
        text += f"\n{words.specialist} Dr. {doctor}."
    return DemoReply(doctor, department, text, since + timedelta(days=rng.randrange(0, days)), signed_by)


def written_more_info(rng: random.Random, filling: dict[str, str]) -> str:
    """The "More Info" section of a question."""
    chosen = sorted(rng.sample(range(len(texts.BACKGROUND)), rng.randrange(2, 5)))
    return "\n\n".join(texts.BACKGROUND[at].format_map(filling) for at in chosen)
