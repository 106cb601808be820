"""The site that ``make bench`` serves: a home page, lists by department and topic, question pages; and its truth.

What it says is written by the demo site's templates, as long as on the first page that the project was made for: the
same number of questions always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from qa_scraper.demo import DemoQuestion, DemoSite, demo_site
from qa_scraper.demo.data import DemoTopic, slug_of
from qa_scraper.demo.shapes import Teaser
from qa_scraper.demo.texts import DEPARTMENTS
from qa_scraper.demo.views import teaser_of, view_of
from qa_scraper.demo.writing import filling_of, words_of, written_more_info, written_reply

from tests.bench.template import FIXED_PAGES, Menu, filled, fixed_html, list_html, question_html

SEED: Final = 6
PER_LIST: Final = 25
PER_TOPIC: Final = 20
MOST_READ: Final = 10
# Of that page (the seed), which the price list of the design is about as well: 4 teasers of 283 characters a side,
# 10 topics, 3,231 characters of "More Info". The demo site shows 4 teasers too, of 110 characters, and 4 or 5 topics.
EXCERPT: Final = 280
TOPICS: Final = 10
ROBOTS: Final = "User-agent: *\nDisallow: /search\nDisallow: /login\nDisallow: /print/\n"


@dataclass(frozen=True)
class BenchSite:
    """A site of so many question pages, and about a twentieth more that list them."""

    questions: int

    @cached_property
    def demo(self) -> DemoSite:
        site = demo_site(SEED, self.questions)
        return replace(site, questions=tuple(_lengthened(question, site.topics) for question in site.questions))

    @cached_property
    def menu(self) -> Menu:
        topics = {name: [t for t in self.demo.topics if t.department == name] for name in self.demo.departments}
        return tuple(
            (name, _list_address(name).format(1), tuple((t.name, f"/faq/{t.slug}.html") for t in topics[name]))
            for name in self.demo.departments
        )

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every page, question pages last."""
        for at, (path, html) in enumerate(self._html()):
            yield path, filled(html, at)

    def _html(self) -> Iterator[tuple[str, str]]:
        menu = self.menu
        departments = (("All topics", "/faq/index.html"), *((name, href) for name, href, _ in menu))
        yield "/index.html", fixed_html("Ask the Doctors", departments, menu)
        topics = tuple(topic for _, _, topics in menu for topic in topics)
        yield "/faq/index.html", fixed_html("All topics", topics, menu)
        for path in FIXED_PAGES:
            yield path, fixed_html(path.strip("/").removesuffix(".html").title(), (), menu)
        for department in self.demo.departments:
            yield from self._lists(department)
        for topic in self.demo.topics:
            about = [q for q in self.demo.of_department(topic.department) if topic in q.topics]
            shown = tuple(map(_teaser_of, about[:PER_TOPIC]))
            yield f"/faq/{topic.slug}.html", list_html(f"{topic.name} ({topic.department})", shown, None, menu)
        for question in self.demo.questions:
            yield _path_of(question), self._question(question)

    def _lists(self, department: str) -> Iterator[tuple[str, str]]:
        listed = self.demo.of_department(department)
        last = -(-len(listed) // PER_LIST)
        for at in range(1, last + 1):
            shown = tuple(map(_teaser_of, listed[(at - 1) * PER_LIST : at * PER_LIST]))
            address = _list_address(department)
            title = f"{department}, page {at}"
            yield address.format(at), list_html(title, shown, (address, at, last), self.menu)

    def _question(self, question: DemoQuestion) -> str:
        view = view_of(self.demo, question)
        view = replace(
            view,
            teasers=self._teasers(question),
            topics=tuple((name, department, f"{href}.html") for name, department, href in view.topics),
        )
        rng = random.Random(question.number)
        chosen = rng.sample(self.demo.questions, MOST_READ)
        most_read = tuple((other.title, _path_of(other)) for other in chosen)
        return question_html(view, _path_of(question), self.menu, most_read)

    def _teasers(self, question: DemoQuestion) -> tuple[Teaser, ...]:
        return tuple(_teaser_of(self.demo.by_number[number]) for number in question.related)

    def write(self, folder: Path) -> tuple[list[str], str]:
        """Writes all pages into *folder*; gives their paths (the home page as ``/``) and a SHA-256 over them all."""
        digest = hashlib.sha256()
        paths = []
        for path, body in self.pages():
            target = folder / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            digest.update(path.encode() + body)
            paths.append("/" if path == "/index.html" else path)
        (folder / "robots.txt").write_text(ROBOTS, "ascii")
        return paths, digest.hexdigest()

    def truth(self, base_url: str) -> dict[str, dict[str, object]]:
        """By URL: what each question page says, as the fields that every contender gives."""
        return {base_url + _path_of(question): self._record(question, base_url) for question in self.demo.questions}

    def _record(self, question: DemoQuestion, base_url: str) -> dict[str, object]:
        asked = question.asker is not None
        return {
            "url": base_url + _path_of(question),
            "language": "en",
            "title": question.heading,
            "categories": [question.department],
            "question": {
                "title": question.title,
                "text": question.text,
                "asked_on": question.day.isoformat() if asked else None,
            },
            "asker": {
                "name": question.asker,
                "age_min": question.age if asked else None,
                "age_max": question.age + 9 if asked else None,
                "gender": question.gender if asked else None,
            },
            "answers": [
                {
                    "author": _author(reply.doctor, reply.department),
                    "text": reply.text,
                    "answered_on": reply.day.isoformat(),
                    "signed_by": reply.signed_by,
                }
                for reply in question.replies
            ],
            "more_info": question.more_info,
            "related_questions": [
                {
                    "title": teaser.title,
                    "url": base_url + teaser.href,
                    "question_excerpt": teaser.question_excerpt,
                    "answer_author": _author(teaser.doctor or None, teaser.department or None),
                    "answer_excerpt": teaser.answer_excerpt or None,
                }
                for teaser in self._teasers(question)
            ],
            "related_topics": [
                {"name": topic.name, "department": topic.department, "url": f"{base_url}/faq/{topic.slug}.html"}
                for topic in question.topics
            ],
        }


def _author(name: str | None, department: str | None) -> dict[str, str | None]:
    return {"name": name, "title": "Dr." if name else None, "department": department}


def _path_of(question: DemoQuestion) -> str:
    return f"/questions/{question.slug}.html"


def _list_address(department: str) -> str:
    return f"/departments/{slug_of(department)}/{{}}.html"


def _teaser_of(question: DemoQuestion) -> Teaser:
    teaser = teaser_of(question, EXCERPT)
    return replace(teaser, href=f"{teaser.href}.html")


def _lengthened(question: DemoQuestion, topics: tuple[DemoTopic, ...]) -> DemoQuestion:
    """*question* as long as real ones (a reply of five paragraphs, a page of "More Info"), with more topics."""
    rng = random.Random(f"longer {question.number}")
    words = words_of(question.number)

    def longer(text: str, times: int) -> str:
        # Ahead of the text, so that a signature stays the last line.
        before = [written_reply(rng, words, filling_of(rng, words, 0), 0, question.day).text for _ in range(times)]
        return "\n\n".join([*before, text])

    replies = tuple(replace(reply, text=longer(reply.text, 3)) for reply in question.replies)
    further = [written_more_info(rng, filling_of(rng, words, question.number)) for _ in range(8)]
    text = "\n\n".join([question.text, further.pop().partition("\n\n")[0]])
    more_info = question.more_info and "\n\n".join([question.more_info, *further])
    others = [topic for topic in rng.sample(topics, TOPICS) if topic not in question.topics]
    return replace(
        question,
        text=text,
        replies=replies,
        more_info=more_info,
        topics=question.topics and (*question.topics, *others)[:TOPICS],
        printed=False,
    )


assert len(DEPARTMENTS) >= 8, "the menu is to be as long as real ones"
