"""Crawlee's ParselCrawler with XPath; its queue in memory, JSON Lines by hand. Runs in an environment of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from crawlee import ConcurrencySettings
from crawlee.crawlers import ParselCrawler, ParselCrawlingContext
from crawlee.storage_clients import MemoryStorageClient
from parsel import Selector

from tests.bench.contenders import cleaning


def first(selector: Selector, path: str) -> str | None:
    found = selector.xpath(path).get()
    return cleaning.line(found) if found else None


def text(selector: Selector, path: str) -> str | None:
    """Paragraphs parted by a blank line, ``<br>`` = newline."""
    paragraphs = ("".join(paragraph.xpath("text() | br").getall()) for paragraph in selector.xpath(path))
    return "\n\n".join(paragraph.replace("<br>", "\n").strip() for paragraph in paragraphs) or None


def author(selector: Selector, name: str, department: str) -> dict[str, str | None]:
    found = first(selector, f".//span[@class='{name}']/text()")
    title = "Dr." if found else None
    return {"name": found, "title": title, "department": first(selector, f".//span[@class='{department}']/text()")}


def answer(selector: Selector) -> dict[str, Any]:
    said = text(selector, ".//div[@class='answer-text']/p")
    return {
        "author": author(selector, "doctor-name", "doctor-dept"),
        "text": said,
        "answered_on": cleaning.iso(first(selector, "./p[@class='answer-date']/text()") or ""),
        "signed_by": cleaning.signed_by(said or ""),
    }


def teaser(selector: Selector, url: str) -> dict[str, Any]:
    return {
        "title": first(selector, "./h3/a/text()"),
        "url": urljoin(url, selector.xpath("./h3/a/@href").get("")),
        "question_excerpt": first(selector, "./p[@class='teaser-question']/text()"),
        "answer_author": author(selector, "teaser-name", "teaser-dept"),
        "answer_excerpt": first(selector, "./p[@class='teaser-answer']/text()"),
    }


def topic(selector: Selector, url: str) -> dict[str, Any]:
    return {
        "name": first(selector, "./a/text()"),
        "department": cleaning.department_in_brackets(first(selector, "./span/text()") or ""),
        "url": urljoin(url, selector.xpath("./a/@href").get("")),
    }


def question(page: Selector, url: str) -> dict[str, Any]:
    title, department = cleaning.without_department(first(page, "//h1[@class='qa-title']/text()") or "")
    asker = cleaning.asker(first(page, "//p[@class='asker']/text()") or "")
    asked_on = asker.pop("asked_on", None)
    return {
        "url": url,
        "language": page.xpath("/html/@lang").get(),
        "title": title,
        "categories": [department],
        "question": {
            "title": first(page, "//h2[@class='question-title']/text()"),
            "text": text(page, "//div[@class='question-text']/p"),
            "asked_on": asked_on,
        },
        "asker": asker,
        "answers": [answer(node) for node in page.xpath("//section[@class='answer']")],
        "more_info": text(page, "//div[@class='more-text']/p"),
        "related_questions": [teaser(node, url) for node in page.xpath("//section[@class='similar']/article")],
        "related_topics": [topic(node, url) for node in page.xpath("//section[@class='faq']//li")],
    }


async def main(base_url: str, path: Path) -> None:
    # All sixteen at once from the first moment on: left to itself, its pool grows slowly and shrinks on a busy core.
    concurrency = ConcurrencySettings(min_concurrency=16, desired_concurrency=16, max_concurrency=16)
    crawler = ParselCrawler(
        concurrency_settings=concurrency,
        storage_client=MemoryStorageClient(),
        configure_logging=False,
        max_request_retries=1,
    )
    with path.open("w", encoding="utf-8") as output:

        @crawler.router.default_handler
        async def home(context: ParselCrawlingContext) -> None:
            await context.enqueue_links(selector=".text li a, .menu a, .bottom li a", label="list")

        @crawler.router.handler("list")
        async def listed(context: ParselCrawlingContext) -> None:
            await context.enqueue_links(selector=".teaser-title a", label="question")
            await context.enqueue_links(selector="a.next", label="list")

        @crawler.router.handler("question")
        async def read(context: ParselCrawlingContext) -> None:
            record = question(context.selector, context.request.url)
            output.write(json.dumps(record, ensure_ascii=False) + "\n")
            await context.enqueue_links(selector=".similar .teaser-title a", label="question")
            await context.enqueue_links(selector=".faq .topic a", label="list")

        statistics = await crawler.run([base_url + "/"])
    if statistics.requests_failed:
        sys.exit(f"{statistics.requests_failed} requests failed")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
