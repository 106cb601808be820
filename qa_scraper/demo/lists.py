"""Pages of the demo site that lead to questions: lists, topics, index, sitemap; and the few that lead nowhere."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Final

from qa_scraper.demo import texts
from qa_scraper.demo.data import DemoQuestion, DemoSite, slug_of
from qa_scraper.demo.shapes import Teaser, page
from qa_scraper.demo.views import question_path, teaser_of

PER_PAGE: Final = 15


def department_list(site: DemoSite, slug: str, number: str) -> tuple[str, date] | None:
    """Page *number* of a department's list, newest first, and the day of its newest question; None if there is none."""
    name = next((name for name in site.departments if slug_of(name) == slug), None)
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    shown = site.of_department(name)[(at - 1) * PER_PAGE : at * PER_PAGE] if name and at > 0 else []
    if name is None or not shown:
        return None
    entries = "".join(_entry(teaser_of(question), question) for question in shown)
    before = f'<a rel="prev" href="?page={at - 1}">Newer</a>' if at > 1 else ""
    after = f'<a rel="next" href="?page={at + 1}">Older</a>' if len(site.of_department(name)) > at * PER_PAGE else ""
    body = f"<main><h1>{escape(name)}</h1><ul>{entries}</ul><p>{before} {after}</p></main>"
    return page(f"{name}, page {at}", '<nav><a href="/">Home</a></nav>' + body), shown[0].day


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


def fixed_page(site: DemoSite, kind: str, name: str) -> str | None:
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


def sitemap(site: DemoSite, base_url: str) -> str:
    """The sitemap: every question that is there, and when what it says last changed."""
    entries = "".join(
        f"<url><loc>{base_url}{question_path(q)}</loc><lastmod>{q.changed_on.isoformat()}</lastmod></url>\n"
        for q in site.questions
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{namespace}">\n{entries}</urlset>\n'
