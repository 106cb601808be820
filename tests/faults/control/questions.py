"""The control: the same site crawled as is usual with plain Scrapy: FEEDS, JOBDIR, CSS selectors, nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.http import Response


def text_of(paragraph: Any) -> str:
    """The text of a paragraph; a line break is a line feed."""
    return "".join("\n" if part == "<br>" else part for part in paragraph.css("::text, br").getall())


class QuestionsSpider(scrapy.Spider):
    """Follows every link of the host; a page with an article is a question."""

    name = "questions"

    def __init__(self, start_url: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = [start_url]

    def parse(self, response: Response) -> Iterator[Any]:
        if response.css("article") and "/qa/" in response.url:
            yield self.question(response)
        for link in response.css("a::attr(href)").getall():
            url = response.urljoin(link).partition("?utm_")[0].rstrip("/")
            if urlsplit(url).netloc == urlsplit(response.url).netloc:
                yield response.follow(url)

    def question(self, response: Response) -> dict[str, Any]:
        title, _, department = response.css("h1::text").get("").partition(" - ")
        heading, asker, parts = None, None, {}
        for element in response.css("article > *"):
            text = text_of(element)
            if element.root.tag in {"h2", "h3"}:
                heading = text
                parts[heading] = []
            elif "Ask Date:" in text:
                asker = re.match(r"(.*), (\d+)~(\d+) year old (\w+)\. Ask Date: (.*)", text)
                heading = None
            elif heading is not None:
                parts[heading].append(text)
        own = next(iter(parts))
        replies = [(name, lines) for name, lines in parts.items() if " reply " in name]
        return {
            "url": response.url,
            "title": title,
            "categories": [department],
            "question": {
                "title": own,
                "text": "\n\n".join(parts[own]),
                "asked_on": asker[5].replace("/", "-"),
                "votes": None,
            },
            "asker": {
                "name": asker[1],
                "age_min": int(asker[2]),
                "age_max": int(asker[3]),
                "gender": asker[4],
            },
            "answers": [self.answer(name, lines) for name, lines in replies],
            "more_info": "\n\n".join(parts["More Info"]),
        }

    def answer(self, heading: str, lines: list[str]) -> dict[str, Any]:
        author, _, department = heading.removeprefix("Dr. ").partition(" reply ")
        return {
            "author": {"name": author, "title": "Dr.", "department": department},
            "text": "\n\n".join(lines[:-1]),
            "answered_on": lines[-1].removeprefix("Reply Date: ").replace("/", "-"),
            "accepted": None,
            "votes": None,
            "by_asker": False,
            "signed_by": None,
        }
