"""Which page the demo site shows at which path. Pure: the same site and path give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from qa_scraper.demo import texts
from qa_scraper.demo.data import SITE_DAY, DemoQuestion, DemoSite, slug_of
from qa_scraper.demo.faults import Fault, answer_under, wording_under
from qa_scraper.demo.furniture import furnished, noise_on
from qa_scraper.demo.lists import PER_PAGE, department_list, fixed_page, sitemap
from qa_scraper.demo.shapes import RENDERERS, QuestionView, page
from qa_scraper.demo.views import question_path, view_of
from qa_scraper.demo.wording import USUAL, Wording

_HTML: Final = "text/html; charset=utf-8"
_REMOVED: Final = page("Removed", '<h1>This question was removed</h1><p><a href="/">To the departments</a></p>')
_SOFTLY_REMOVED: Final = page(
    "Demo Doctors",
    "<main><h1>Sorry</h1><p>This question is not available any more. Perhaps one of our"
    ' <a href="/">departments</a> has what you look for.</p></main>',
)
_MISSING: Final = page("Not found", '<h1>There is no such page</h1><p><a href="/">To the departments</a></p>')


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One response of the demo site, before any conditional request or compression is considered.

    Status 0: the connection is closed without an answer. Pages without validators have neither ``etag`` nor
    ``last_modified``.
    """

    status: int
    content_type: str
    body: bytes
    etag: str = ""
    last_modified: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands at a path, whatever dresses it up: a question's ``view`` and ``shape``, or ``text`` of another page.

    ``day``: of a page with validators, when it became what it is at the latest if no step changed it.
    """

    status: int
    text: str = ""
    content_type: str = _HTML
    day: date | None = None
    location: str = ""
    view: QuestionView | None = None
    shape: str = ""
    number: int = 0

    def same(self, other: _Shown) -> bool:
        """Whether a reader sees the same."""
        return (self.status, self.text, self.view) == (other.status, other.text, other.view)


def render(site: DemoSite, target: str, base_url: str) -> DemoPage:
    """The page at *target* (path and query); *base_url* is the site's own address without a slash at its end."""
    target = plain_target(target)
    answer = answer_under(site.fault, target)
    if answer is not None:
        return DemoPage(answer[0], _HTML, answer[1].encode())
    shown = _shown(site, target, base_url, wording_under(site.fault))
    if shown.status in {404, 410} and shown.number and site.fault is Fault.SOFT_404:
        shown = replace(shown, status=200, text=_SOFTLY_REMOVED, day=site.day)
    body = (shown.text if shown.view is None else _dressed(site, shown.view, shown)).encode()
    if shown.day is None:
        return DemoPage(shown.status, shown.content_type, body, location=shown.location)
    day = _modified_on(site, target, base_url)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return DemoPage(shown.status, shown.content_type, body, etag, format_datetime(noon, usegmt=True))


def plain_target(target: str) -> str:
    """*target* without what decides nothing: a slash at its end, parameters other than ``page``."""
    parts = urlsplit(target)
    path = parts.path.rstrip("/") or "/"
    number = parse_qs(parts.query).get("page", ["1"])[0] if path.startswith("/departments/") else "1"
    return path if number == "1" else f"{path}?page={number}"


def targets(site: DemoSite) -> Iterator[str]:
    """Every target that links of the site lead to, and those of what is gone."""
    yield from ("/robots.txt", "/", "/sitemap.xml", "/faq", "/about", "/privacy")
    yield from (f"/articles/{slug}" for slug, _, _ in texts.ARTICLES)
    yield from (f"/faq/{topic.slug}" for topic in site.topics)
    for department in site.departments:
        pages = -(-len(site.of_department(department)) // PER_PAGE)
        yield from (plain_target(f"/departments/{slug_of(department)}?page={at}") for at in range(1, pages + 1))
    for question in (*site.questions, *(gone.question for gone in site.gone)):
        yield question_path(question)
        yield f"/q/{question.number}"
        if question.printed:
            yield f"/print/{question.number}"


def _modified_on(site: DemoSite, target: str, base_url: str) -> date:
    """Day of the step that last changed what the page shows, teasers included; adverts and redesigns change nothing."""
    now = _shown(site, target, base_url, USUAL)
    while site.earlier is not None:
        if not _shown(site.earlier, target, base_url, USUAL).same(now):
            return site.day
        site = site.earlier
    return now.day or site.day


def _dressed(site: DemoSite, view: QuestionView, shown: _Shown) -> str:
    """HTML of a question page with adverts, counters and what else fills it up."""
    noise = noise_on(site, shown.number)
    counter = noise.counter if noise is not None else ""
    return furnished(RENDERERS[shown.shape](replace(view, counter=counter)), noise, site.page_bytes, shown.number)


def _shown(site: DemoSite, target: str, base_url: str, wording: Wording) -> _Shown:
    parts = urlsplit(target)
    kind, _, name = parts.path.lstrip("/").partition("/")
    if kind == "questions" and name in site.by_slug:
        return _question(site, site.by_slug[name], wording)
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 6 else 0
    gone = site.gone_by_slug.get(name) if kind == "questions" else site.gone_by_number.get(number)
    if gone is not None and kind in {"questions", "q"}:
        return _Shown(gone.status, _REMOVED, number=gone.question.number)
    if gone is not None and kind == "print" and gone.question.printed:
        return _Shown(gone.status, _REMOVED, number=number)
    if kind in {"print", "q", "private"} and number in site.by_number:
        return _other_address(site, kind, site.by_number[number], base_url, wording)
    if kind == "departments":
        found = department_list(site, name, parse_qs(parts.query).get("page", ["1"])[0])
        return _Shown(404, page("Not found", "<h1>No such list</h1>")) if found is None else _page(*found)
    if parts.path == "/robots.txt":
        rules = f"User-agent: *\nDisallow: /private/\n\nSitemap: {base_url}/sitemap.xml\n"
        return _page(rules, SITE_DAY, "text/plain; charset=utf-8")
    if parts.path == "/sitemap.xml":
        return _page(sitemap(site, base_url), SITE_DAY, "application/xml")
    text = fixed_page(site, kind, name)
    return _Shown(404, _MISSING) if text is None else _page(text, SITE_DAY)


def _question(site: DemoSite, question: DemoQuestion, wording: Wording) -> _Shown:
    content_type = _HTML if question.shape != "split" else "text/html"
    view = view_of(site, question, wording=wording)
    return _Shown(200, "", content_type, question.day, view=view, shape=question.shape, number=question.number)


def _other_address(site: DemoSite, kind: str, question: DemoQuestion, base_url: str, wording: Wording) -> _Shown:
    if kind == "q":
        return _Shown(301, "<html><body>Moved</body></html>", location=base_url + question_path(question))
    if kind == "print" and not question.printed:
        return _Shown(404, page("Not found", "<h1>Not for print</h1>"))
    shape = "table" if question.shape != "table" else "semantic"
    view = view_of(site, question, linked_print=False, wording=wording)
    return _Shown(200, day=question.day, view=view, shape=shape, number=question.number)


def _page(text: str, day: date, content_type: str = _HTML) -> _Shown:
    return _Shown(200, text, content_type, day)
