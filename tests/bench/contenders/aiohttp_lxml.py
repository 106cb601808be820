"""No framework: aiohttp, compiled XPath of lxml, JSON Lines by hand; sixteen workers over one queue, no ledger."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

import aiohttp
import uvloop
from lxml import etree

from tests.bench.contenders import cleaning

WORKERS = 16


def _with_class(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


MENU = etree.XPath("//div[@class='text']//li/a/@href | //nav[@id='menu']//a/@href | //footer//li/a/@href")
LISTED = etree.XPath("//h3[@class='teaser-title']/a/@href | //a[@class='next']/@href")
RELATED = etree.XPath("//h3[@class='teaser-title']/a/@href | //li[@class='topic']/a/@href")
HEADING = etree.XPath("string(//h1[@class='qa-title'])")
QUESTION_TITLE = etree.XPath("string(//h2[@class='question-title'])")
QUESTION_TEXT = etree.XPath("//div[@class='question-text']/p")
ASKER = etree.XPath("string(//p[@class='asker'])")
ANSWERS = etree.XPath("//section[@class='answer']")
MORE_INFO = etree.XPath("//div[@class='more-text']/p")
TEASERS = etree.XPath("//section[@class='similar']/article")
TOPICS = etree.XPath("//section[@class='faq']//li")


def child(name: str, attribute: str = "") -> etree.XPath:
    return etree.XPath(f"string(.//*[{_with_class(name)}]{attribute})")


DOCTOR, DOCTOR_DEPARTMENT, ANSWER_DATE = child("doctor-name"), child("doctor-dept"), child("answer-date")
ANSWER_TEXT = etree.XPath(".//div[@class='answer-text']/p")
TEASER_TITLE, TEASER_HREF = child("teaser-title"), child("teaser-title", "/a/@href")
TEASER_QUESTION, TEASER_ANSWER = child("teaser-question"), child("teaser-answer")
TEASER_NAME, TEASER_DEPARTMENT = child("teaser-name"), child("teaser-dept")
TOPIC_DEPARTMENT = child("dept")


def text(paragraphs: list[Any]) -> str | None:
    """Paragraphs parted by a blank line, ``<br>`` = newline."""
    found = []
    for paragraph in paragraphs:
        for br in paragraph.iter("br"):
            br.tail = "\n" + (br.tail or "")
        found.append("".join(paragraph.itertext()).strip())
    return "\n\n".join(found) or None


def author(name: str, department: str) -> dict[str, str | None]:
    return {"name": name or None, "title": "Dr." if name else None, "department": department or None}


def answer(node: Any) -> dict[str, Any]:
    said = text(ANSWER_TEXT(node))
    return {
        "author": author(DOCTOR(node), DOCTOR_DEPARTMENT(node)),
        "text": said,
        "answered_on": cleaning.iso(ANSWER_DATE(node)),
        "signed_by": cleaning.signed_by(said or ""),
    }


def teaser(node: Any, url: str) -> dict[str, Any]:
    return {
        "title": cleaning.line(TEASER_TITLE(node)),
        "url": urljoin(url, TEASER_HREF(node)),
        "question_excerpt": TEASER_QUESTION(node),
        "answer_author": author(TEASER_NAME(node), TEASER_DEPARTMENT(node)),
        "answer_excerpt": TEASER_ANSWER(node) or None,
    }


def topic(node: Any, url: str) -> dict[str, Any]:
    link = node.find("a")
    return {
        "name": link.text,
        "department": cleaning.department_in_brackets(TOPIC_DEPARTMENT(node)),
        "url": urljoin(url, link.get("href")),
    }


def question(tree: Any, url: str) -> dict[str, Any] | None:
    """The record of a question page, None for any other page."""
    heading = HEADING(tree)
    if not heading:
        return None
    title, department = cleaning.without_department(heading)
    asker = cleaning.asker(ASKER(tree))
    asked_on = asker.pop("asked_on", None)
    return {
        "url": url,
        "language": tree.get("lang"),
        "title": title,
        "categories": [department],
        "question": {"title": QUESTION_TITLE(tree), "text": text(QUESTION_TEXT(tree)), "asked_on": asked_on},
        "asker": asker,
        "answers": [answer(node) for node in ANSWERS(tree)],
        "more_info": text(MORE_INFO(tree)),
        "related_questions": [teaser(node, url) for node in TEASERS(tree)],
        "related_topics": [topic(node, url) for node in TOPICS(tree)],
    }


async def work(session: aiohttp.ClientSession, queue: asyncio.Queue[str], seen: set[str], output: IO[str]) -> None:
    parser = etree.HTMLParser(encoding="utf-8")
    while True:
        url = await queue.get()
        async with session.get(url) as response:
            response.raise_for_status()
            tree = etree.fromstring(await response.read(), parser)
        record = question(tree, url)
        if record is not None:
            output.write(json.dumps(record, ensure_ascii=False) + "\n")
        for href in RELATED(tree) if record is not None else [*MENU(tree), *LISTED(tree)]:
            link = urljoin(url, href)
            if link not in seen:
                seen.add(link)
                queue.put_nowait(link)
        queue.task_done()


async def main(base_url: str, path: Path) -> None:
    start = base_url + "/"
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait(start)
    seen = {start}
    with path.open("w", encoding="utf-8") as output:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=WORKERS)) as session:
            workers = [asyncio.create_task(work(session, queue, seen, output)) for _ in range(WORKERS)]
            done = asyncio.create_task(queue.join())
            await asyncio.wait([done, *workers], return_when=asyncio.FIRST_COMPLETED)
            for worker in workers:
                if worker.done():
                    worker.result()  # a worker only ends by an error
                worker.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], Path(sys.argv[2])))
