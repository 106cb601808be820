"""Which page the demo site shows at which path. Pure: the same site and path give the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from typing import Final
from urllib.parse import parse_qs, urlsplit

from qa_scraper.demo import texts
from qa_scraper.demo.data import DemoQuestion, DemoSite, slug_of
from qa_scraper.demo.shapes import RENDERERS, QuestionView, Teaser, page

PER_PAGE: Final = 15
_EXCERPT: Final = 110
_SITE_DAY: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One response of the demo site, before any conditional request or compression is considered."""

    status: int
    content_type: str
    body: bytes
    etag: str = ""
    last_modified: str = ""
    location: str = ""


def question_path(question: DemoQuestion) -> str:
    """Where a question stands."""
    return f"/questions/{question.slug}"


def excerpt(text: str) -> str:
    """The beginning of a text as a teaser shows it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT else flat[:_EXCERPT].rstrip() + "..."


def asker_line(question: DemoQuestion) -> str:
    """The asker line as shown, an empty string where the page shows none."""
    if question.asker is None:
        return ""
    band = f"{question.age}~{question.age + 9} year old {question.gender}"
    return f"{question.asker}, {band}. Ask Date: {question.day:%Y/%m/%d}"


def teaser_of(question: DemoQuestion) -> Teaser:
    """The teaser of a question."""
    reply = question.replies[0] if question.replies else None
    return Teaser(
        title=question.title,
        href=question_path(question),
        question_excerpt=excerpt(question.text),
        doctor=reply.doctor if reply else "",
        department=reply.department if reply else "",
        answer_excerpt=excerpt(reply.text) if reply else "",
    )


def view_of(site: DemoSite, question: DemoQuestion, *, linked_print: bool = True) -> QuestionView:
    """What a question page shows."""
    return QuestionView(
        heading=question.heading,
        department=question.department,
        title=question.title,
        text=question.text,
        asker_line=asker_line(question),
        replies=tuple(
            (f"Dr. {r.doctor} reply {r.department}", r.text, f"Reply Date: {r.day:%Y/%m/%d}") for r in question.replies
        ),
        more_info=question.more_info or "",
        teasers=tuple(teaser_of(site.questions[number - 1]) for number in question.related),
        topics=tuple((topic.name, topic.department, f"/faq/{topic.slug}") for topic in question.topics),
        print_href=f"/print/{question.number}" if question.printed and linked_print else "",
    )


def render(site: DemoSite, target: str, base_url: str) -> DemoPage:
    """The page at *target* (path and query); *base_url* is the site's own address without a slash at its end."""
    parts = urlsplit(target)
    path = parts.path if parts.path == "/" else parts.path.rstrip("/")
    kind, _, name = path.lstrip("/").partition("/")
    if kind == "questions" and name in site.by_slug:
        question = site.by_slug[name]
        return _html(
            RENDERERS[question.shape](view_of(site, question)), question.day, charset=question.shape != "split"
        )
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 6 else 0
    if kind in {"print", "q", "private"} and 0 < number <= len(site.questions):
        return _other_address(site, kind, site.questions[number - 1], base_url)
    if kind == "departments":
        return _department(site, name, parse_qs(parts.query).get("page", ["1"])[0])
    if path == "/robots.txt":
        rules = f"User-agent: *\nDisallow: /private/\n\nSitemap: {base_url}/sitemap.xml\n"
        return _page(rules.encode(), "text/plain; charset=utf-8", _SITE_DAY)
    if path == "/sitemap.xml":
        return _page(_sitemap(site, base_url).encode(), "application/xml", _SITE_DAY)
    body = _fixed_page(site, kind, name)
    if body is not None:
        return _html(body, _SITE_DAY)
    missing = page("Not found", '<h1>There is no such page</h1><p><a href="/">To the departments</a></p>')
    return DemoPage(404, "text/html; charset=utf-8", missing.encode())


def _other_address(site: DemoSite, kind: str, question: DemoQuestion, base_url: str) -> DemoPage:
    if kind == "q":
        location = base_url + question_path(question)
        return DemoPage(301, "text/html; charset=utf-8", b"<html><body>Moved</body></html>", location=location)
    if kind == "print" and not question.printed:
        return DemoPage(404, "text/html; charset=utf-8", page("Not found", "<h1>Not for print</h1>").encode())
    shape = "table" if question.shape != "table" else "semantic"
    return _html(RENDERERS[shape](view_of(site, question, linked_print=False)), question.day)


def _department(site: DemoSite, slug: str, number: str) -> DemoPage:
    name = next((name for name in site.departments if slug_of(name) == slug), None)
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    shown = site.of_department(name)[(at - 1) * PER_PAGE : at * PER_PAGE] if name and at > 0 else []
    if name is None or not shown:
        return DemoPage(404, "text/html; charset=utf-8", page("Not found", "<h1>No such list</h1>").encode())
    entries = "".join(_entry(teaser_of(question), question) for question in shown)
    before = f'<a rel="prev" href="?page={at - 1}">Newer</a>' if at > 1 else ""
    after = f'<a rel="next" href="?page={at + 1}">Older</a>' if len(site.of_department(name)) > at * PER_PAGE else ""
    body = f"<main><h1>{escape(name)}</h1><ul>{entries}</ul><p>{before} {after}</p></main>"
    return _html(page(f"{name}, page {at}", '<nav><a href="/">Home</a></nav>' + body), shown[0].day)


def _entry(teaser: Teaser, question: DemoQuestion) -> str:
    answered = (
        f"<p>Dr. {escape(teaser.doctor)} reply {escape(teaser.department)}<br>{escape(teaser.answer_excerpt)}</p>"
        if teaser.doctor
        else "<p>No reply yet</p>"
    )
    tail = "/" if question.number % 3 == 0 else "?utm_source=list" if question.number % 3 == 1 else ""
    return (
        f'<li><h2><a href="{teaser.href}{tail}">{escape(teaser.title)}</a></h2><p>{escape(teaser.question_excerpt)}</p>'
        f'{answered}<p><a href="{teaser.href}">[Read More] {escape(teaser.title)}</a></p></li>'
    )


def _fixed_page(site: DemoSite, kind: str, name: str) -> str | None:
    """HTML of the pages that are no questions: index, FAQ, topics, articles; None for a path that does not exist."""
    if kind == "":
        entries = "".join(f'<li><a href="/departments/{slug_of(d)}">{escape(d)}</a></li>' for d in site.departments)
        articles = "".join(f'<li><a href="/articles/{slug}">{escape(t)}</a></li>' for slug, t, _ in texts.ARTICLES)
        others = (
            '<a href="/faq">FAQ</a> <a href="/about">About</a> <a href="/gone">Old index</a>'
            ' <a href="/private/1">Drafts</a> <a href="http://partner.example.invalid/">Partner</a>'
            ' <a href="mailto:desk@demo.invalid">Mail</a>'
        )
        body = f"<main><h1>Demo Doctors</h1><ul>{entries}</ul><h2>Articles</h2><ul>{articles}</ul></main>{others}"
        return page("Demo Doctors", body)
    if kind == "faq" and not name:
        entries = "".join(
            f'<li><a href="/faq/{t.slug}">{escape(t.name)}</a> ({escape(t.department)})</li>' for t in site.topics
        )
        return page("FAQ", f"<main><h1>FAQ</h1><p>Topics that people ask about:</p><ul>{entries}</ul></main>")
    if kind == "faq":
        topic = next((topic for topic in site.topics if topic.slug == name), None)
        return None if topic is None else _topic(site, topic.name, topic.department)
    if kind == "articles":
        article = next((article for article in texts.ARTICLES if article[0] == name), None)
        return (
            None if article is None else page(article[1], f"<h1>{escape(article[1])}</h1><p>{escape(article[2])}</p>")
        )
    plain = {"about": "This site is made up. It is there to be crawled.", "privacy": "Nothing is kept."}
    if kind in plain and not name:
        return page(kind.title(), f"<h1>{kind.title()}</h1><p>{plain[kind]}</p>")
    return None


def _topic(site: DemoSite, name: str, department: str) -> str:
    shown = [question for question in site.of_department(department) if any(t.name == name for t in question.topics)][
        :6
    ]
    links = "".join(
        f'<li><a href="{question_path(q) if at else f"/q/{q.number}"}">{escape(q.title)}</a></li>'
        for at, q in enumerate(shown)
    )
    text = f"People of all ages ask our doctors about {escape(name.lower())}. Here is a choice of their questions."
    return page(f"{name} ({department})", f"<main><h1>{escape(name)}</h1><p>{text}</p><ul>{links}</ul></main>")


def _sitemap(site: DemoSite, base_url: str) -> str:
    entries = "".join(
        f"<url><loc>{base_url}{question_path(q)}</loc><lastmod>{q.day.isoformat()}</lastmod></url>\n"
        for q in site.questions
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{namespace}">\n{entries}</urlset>\n'


def _html(text: str, day: date, *, charset: bool = True) -> DemoPage:
    return _page(text.encode(), "text/html; charset=utf-8" if charset else "text/html", day)


def _page(body: bytes, content_type: str, day: date) -> DemoPage:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return DemoPage(200, content_type, body, etag, format_datetime(noon, usegmt=True))
