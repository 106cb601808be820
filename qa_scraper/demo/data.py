"""The demo site's content, made from a seed: the same seed gives the same site, byte for byte."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from qa_scraper.demo import texts
from qa_scraper.demo.texts import DEPARTMENTS, DepartmentWords

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
SHAPES = ("semantic", "soup", "table", "split")
"""Names of the HTML shapes that question pages come in."""


@dataclass(frozen=True, slots=True)
class DemoReply:
    """One doctor's answer. Paragraphs of ``text`` are parted by a blank line, lines by a newline."""

    doctor: str
    department: str
    text: str
    day: date
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class DemoTopic:
    """A topic of the FAQ."""

    name: str
    department: str
    slug: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """One question. ``age`` is the lower end of its band; ``asker`` None: the page shows no asker line.

    ``related``: numbers of similar questions; ``printed``: also shown at ``/print/NUMBER``.
    """

    number: int
    heading: str
    department: str
    title: str
    text: str
    asker: str | None
    age: int
    gender: str
    day: date
    replies: tuple[DemoReply, ...]
    more_info: str | None
    related: tuple[int, ...]
    topics: tuple[DemoTopic, ...]
    shape: str
    printed: bool

    @property
    def slug(self) -> str:
        """Last part of its URL."""
        return f"{self.number}-{slug_of(self.title)}"[:60].rstrip("-")


@dataclass(frozen=True, slots=True)
class DemoSite:
    """All that the demo site shows."""

    departments: tuple[str, ...]
    questions: tuple[DemoQuestion, ...]
    topics: tuple[DemoTopic, ...]
    by_slug: dict[str, DemoQuestion] = field(repr=False)

    def of_department(self, name: str) -> list[DemoQuestion]:
        """The questions of one department, newest first."""
        return sorted(
            (q for q in self.questions if q.department == name), key=lambda q: (q.day, q.number), reverse=True
        )


def slug_of(text: str) -> str:
    """*text* as a part of a URL."""
    return _NOT_IN_SLUG.sub("-", text.lower()).strip("-")


def demo_site(seed: int = 1, questions: int = 264) -> DemoSite:
    """Makes the demo site. *questions*: how many, at least 40."""
    rng = random.Random(seed)
    topics = tuple(DemoTopic(name, d.name, slug_of(f"{d.name} {name}")) for d in DEPARTMENTS for name in d.topics)
    made = tuple(_question(rng, number, questions, topics) for number in range(1, questions + 1))
    return DemoSite(tuple(d.name for d in DEPARTMENTS), made, topics, {question.slug: question for question in made})


def _question(rng: random.Random, number: int, total: int, topics: tuple[DemoTopic, ...]) -> DemoQuestion:
    words = DEPARTMENTS[(number - 1) % len(DEPARTMENTS)]
    filling = _filling(rng, words, number)
    day = date(2003, 1, 1) + timedelta(days=rng.randrange(0, 6000))
    text = _question_text(rng, filling, number)
    replies = _replies(rng, words, filling, day, number)
    others = [other for other in range(1, total + 1) if other != number]
    same_department = [topic for topic in topics if topic.department == words.name]
    return DemoQuestion(
        number=number,
        heading=_sentence(rng.choice(texts.HEADINGS), filling),
        department=words.name,
        title=f"{_sentence(rng.choice(texts.SHORT_QUESTIONS), filling)}",
        text=text,
        asker=None if number % 25 == 6 else rng.choice(texts.NAMES),
        age=rng.randrange(1, 8) * 10,
        gender=rng.choice(("female", "male")),
        day=day,
        replies=replies,
        more_info=None if number % 8 == 3 else _more_info(rng, filling),
        # The next question always is among them, so that no question hangs on the listings alone.
        related=() if number % 16 == 7 else (number % total + 1, *rng.sample(others, 3)),
        topics=() if number % 16 == 12 else _topics(rng, same_department, topics),
        shape=SHAPES[rng.randrange(len(SHAPES))],
        printed=number % 22 == 5,
    )


def _topics(
    rng: random.Random, same_department: list[DemoTopic], topics: tuple[DemoTopic, ...]
) -> tuple[DemoTopic, ...]:
    chosen = [*same_department[: rng.randrange(1, 4)], *rng.sample(topics, 3)]
    return tuple(dict.fromkeys(chosen))


def _filling(rng: random.Random, words: DepartmentWords, number: int) -> dict[str, str]:
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


def _sentence(template: str, filling: dict[str, str]) -> str:
    return _capital(template.format_map(filling))


def _question_text(rng: random.Random, filling: dict[str, str], number: int) -> str:
    parts = [_sentence(rng.choice(texts.OPENINGS), filling)]
    parts += [_sentence(template, filling) for template in rng.sample(texts.MIDDLES, rng.randrange(1, 4))]
    if number % 12 == 2:
        parts.append(rng.choice(texts.LANDMARK_QUESTIONS))
    parts.append(_sentence(rng.choice(texts.CLOSINGS), filling) + f" (I am reader {number}.)")
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
    replies = []
    for turn in range(count):
        doctor = rng.choice(texts.DOCTORS)
        department = words.name if turn == 0 else rng.choice(DEPARTMENTS).name
        parts = [_sentence(rng.choice(texts.ANSWERS), filling), _sentence(rng.choice(texts.TREATMENTS), filling)]
        if number % 14 == 8:
            parts.insert(1, rng.choice(texts.LANDMARK_ANSWERS))
        parts.append(rng.choice(texts.FAREWELLS))
        text = rng.choice(texts.GREETINGS) + "\n" + _lines(rng, parts)
        signed_by = None
        if number % 6 == 1 and "," not in doctor:
            signed_by = doctor
            text += f"\n{words.specialist} Dr. {doctor}."
        replies.append(DemoReply(doctor, department, text, asked + timedelta(days=rng.randrange(0, 9)), signed_by))
    return tuple(replies)


def _more_info(rng: random.Random, filling: dict[str, str]) -> str:
    chosen = sorted(rng.sample(range(len(texts.BACKGROUND)), rng.randrange(2, 5)))
    return "\n\n".join(texts.BACKGROUND[at].format_map(filling) for at in chosen)
