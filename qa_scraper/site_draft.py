"""The module, fixtures and test of a new site, as texts, from what was seen of its pages. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

import orjson

from qa_scraper.extraction import LANDMARK_READERS
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.site import Site
from qa_scraper.url_patterns import LearnedPattern, learn_question_url

SEEN_ON: Final = date(2026, 1, 31)
"""The day that fixtures are read on: what "3 days ago" counts from."""
LEFT_OUT: Final = ("id", "site", "source", "duplicate_cluster")
"""Keys of a record that say where it came from, not what stands on the page."""
_LEAST_BARREN: Final = 5
_OTHERS_IN_TEST: Final = 3
_LONGEST_LINE: Final = 120
_NO_WORD: Final = re.compile(r"\W")
_PLAIN_FOLDER: Final = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that a crawl has fetched: its canonical URL, whether it held a question, whether it led to one first."""

    url: str
    has_question: bool
    leads_on: bool = False


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A question page with its bytes; ``url``: its canonical URL."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What is to be written for a new site. ``files``: texts and bytes by path below the project's folder.

    ``question_url``: what was learned of the addresses of its questions, None where they have nothing in common.
    """

    name: str
    question_url: LearnedPattern | None
    skip_url: str
    files: dict[str, bytes]


def fixture_records(
    body: bytes, url: str | None, content_type: str = "text/html", layouts: tuple[str, ...] = ()
) -> dict[str, object]:
    """What a fixture page is expected to give: ``{"url": …, "records": […]}``, without what says where it came from."""
    page = Page.from_bytes(body, url=url, content_type=content_type, seen_on=SEEN_ON)
    found = page_records(page, Provenance(), layouts)
    records = [] if isinstance(found, NoQuestion) else [json.loads(orjson.dumps(record)) for record in found]
    return {"url": url, "records": [{k: v for k, v in r.items() if k not in LEFT_OUT} for r in records]}


def draft_site(
    name: str, start_urls: Sequence[str], seen: Sequence[SeenPage], samples: Sequence[SamplePage]
) -> SiteDraft:
    """Everything that makes a site of its own out of pages *seen* and *samples* of its questions (at least one)."""
    questions = [page.url for page in seen if page.has_question]
    others = [page.url for page in seen if not page.has_question]
    learned = learn_question_url(questions, others)
    skip_url = _barren_folders(seen) if learned is not None else ""
    files = {
        f"qa_scraper/spiders/{_identifier(name)}.py": _module(name, start_urls, learned, skip_url, seen, samples),
        f"tests/test_site_{_NO_WORD.sub('_', name)}.py": _test(name, learned, questions, others, samples),
    }
    for number, sample in enumerate(samples, 1):
        expected = json.dumps(fixture_records(sample.body, sample.url), indent=1, ensure_ascii=False)
        files[f"fixtures/{name}/question-{number}.json"] = f"{expected}\n"
    encoded = {path: text.encode() for path, text in files.items()}
    for number, sample in enumerate(samples, 1):
        encoded[f"fixtures/{name}/question-{number}.html"] = sample.body
    return SiteDraft(name, learned, skip_url, encoded)


def _layouts(samples: Sequence[SamplePage]) -> tuple[str, ...]:
    """The layout to be named: one that is read by its landmarks. All others are told by the page itself."""
    found = set()
    for sample in samples:
        records = page_records(Page.from_bytes(sample.body, url=sample.url, content_type="text/html"), Provenance())
        found.update({"-"} if isinstance(records, NoQuestion) else {str(record.source.layout) for record in records})
    return tuple(found) if len(found) == 1 and found <= {reader.NAME for reader in LANDMARK_READERS} else ()


def _barren_folders(seen: Sequence[SeenPage]) -> str:
    """A regular expression on URLs below the folders that gave no question and led to none, in several fetches."""
    folders: Counter[str] = Counter()
    fruitful: set[str] = set()
    for page in seen:
        folder = urlsplit(page.url).path.split("/")[1]
        folders[folder] += 1
        if page.has_question or page.leads_on:
            fruitful.add(folder)
    barren = sorted(
        folder
        for folder, count in folders.items()
        if count >= _LEAST_BARREN and folder not in fruitful and _PLAIN_FOLDER.fullmatch(folder)
    )
    return rf"://[^/]+/(?:{'|'.join(barren)})/" if barren else ""


def _identifier(name: str) -> str:
    found = _NO_WORD.sub("_", name)
    return found if found.isidentifier() else f"site_{found}"


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in _identifier(name).split("_")) + "Spider"


def _module(
    name: str,
    start_urls: Sequence[str],
    learned: LearnedPattern | None,
    skip_url: str,
    seen: Sequence[SeenPage],
    samples: Sequence[SamplePage],
) -> str:
    host = urlsplit(start_urls[0]).netloc
    questions = sum(page.has_question for page in seen)
    if learned is not None:
        what = f"Its question_url matches {learned.questions} of {questions} question pages, of {len(seen)} pages seen"
    else:
        what = f"Of {len(seen)} pages seen {questions} held a question; their addresses have nothing in common"
    starts = ", ".join(map(json.dumps, start_urls)) + ("," if len(start_urls) == 1 else "")
    layouts = _layouts(samples)
    lines = [
        f'"""{host}, as qa-scraper new-site found it."""\n\n'
        "from qa_scraper.site import Site\n"
        "from qa_scraper.spiders.base import SiteSpider\n\n\n"
        f"class {_class_name(name)}(SiteSpider):\n"
        f'    """{what}."""\n\n'
        "    site = Site(\n"
        f"        name={json.dumps(name)},\n"
        f"        title={json.dumps(host)},\n"
        f"        start_urls=({starts}),\n"
    ]
    if layouts:
        lines.append(f"        layouts=({', '.join(map(json.dumps, layouts))},),\n")
    if learned is not None:
        lines.append(_pattern_line("question_url", learned.regex))
    if skip_url:
        lines.append(_pattern_line("skip_url", skip_url))
    return "".join([*lines, "    )\n"])


def _pattern_line(field: str, regex: str) -> str:
    value = f'r"{regex}"' if '"' not in regex else repr(regex)
    line = f"        {field}={value},"
    return line + ("  # noqa: E501\n" if len(line) > _LONGEST_LINE else "\n")


def _test(
    name: str,
    learned: LearnedPattern | None,
    questions: Sequence[str],
    others: Sequence[str],
    samples: Sequence[SamplePage],
) -> str:
    known = [*(sample.url for sample in samples), *questions]
    site = Site(name="learned", title="", question_url=learned.regex if learned is not None else None)
    asked = [url for url in dict.fromkeys(known) if site.may_be_question(url)][:3]
    lists = [url for url in others if not site.may_be_question(url)][:_OTHERS_IN_TEST]
    lines = [
        f'"""{name}: its fixture pages give their records, and its addresses are told apart."""\n\n'
        f"from qa_scraper.spiders.{_identifier(name)} import {_class_name(name)}\n\n"
        "from tests.fixtures import differences, fixtures\n\n"
        f"SITE = {_class_name(name)}.site\n"
        f"QUESTIONS = {_tuple(asked)}\n"
        f"OTHERS = {_tuple(lists)}\n\n\n"
        "def test_fixtures() -> None:\n"
        "    pages = fixtures(SITE.name)\n"
        "    assert pages\n"
        "    for page in pages:\n"
        '        assert page.expected["records"]\n'
        "        assert differences(page.extracted(), page.expected) == []\n\n\n"
        "def test_addresses() -> None:\n"
        "    assert all(SITE.may_be_question(url) and not SITE.skips(url) for url in QUESTIONS)\n"
    ]
    if lists:
        lines.append("    assert not any(SITE.may_be_question(url) for url in OTHERS)\n")
    if learned is not None and "(?P<id>" in learned.regex:
        lines.append("    assert len({SITE.own_id(url) for url in QUESTIONS}) == len(QUESTIONS)\n")
    return "".join(lines)


def _tuple(urls: Sequence[str]) -> str:
    return "(\n" + "".join(f"    {json.dumps(url)},\n" for url in urls) + ")" if urls else "()"
