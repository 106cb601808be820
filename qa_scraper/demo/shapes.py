"""HTML of the demo site's question pages, in four shapes that share nothing but what a reader sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from qa_scraper.demo.wording import USUAL, Wording


@dataclass(frozen=True, slots=True)
class Teaser:
    """A teaser of another question, as the page shows it; ``doctor`` empty: not answered yet."""

    title: str
    href: str
    question_excerpt: str
    doctor: str
    department: str
    answer_excerpt: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What a question page shows, ready to be put into HTML. Texts are plain; paragraphs parted by a blank line."""

    heading: str
    department: str
    title: str
    text: str
    asker_line: str
    replies: tuple[tuple[str, str, str], ...]
    """Per answer: ``Dr. X reply DEPARTMENT``, text, ``Reply Date: …``, as ``wording`` has them."""
    more_info: str
    teasers: tuple[Teaser, ...]
    topics: tuple[tuple[str, str, str], ...]
    """Per topic: name, department, link."""
    print_href: str
    wording: Wording = USUAL
    counter: str = ""
    """How often the page was looked at, as shown; empty: it is not shown."""


_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;margin:0 auto;max-width:60rem;padding:0 1rem;color:#222}"
    "nav a,.menu a{margin-right:1em}"
    "table{border-collapse:collapse}td{vertical-align:top;padding:.5rem}.off{display:none}small{color:#666}"
)


def page(title: str, body: str, *, charset: bool = True) -> str:
    """A whole HTML document around *body*."""
    meta = '<meta charset="utf-8">' if charset else ""
    viewport = '<meta name="viewport" content="width=device-width">'
    head = f"<head>{meta}{viewport}<title>{escape(title)}</title><style>{_STYLE}</style></head>"
    return f'<!DOCTYPE html>\n<html lang="en">{head}<body>\n{body}\n</body></html>\n'


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _paragraphs(text: str, tag: str = "p") -> str:
    return "\n".join(f"<{tag}>{_lines(part)}</{tag}>" for part in text.split("\n\n") if part)


def _element(tag: str, text: str, inner: str = "") -> str:
    """*text* in an element, or nothing where there is none."""
    content = f"<{inner}>{escape(text)}</{inner}>" if inner else escape(text)
    return f"<{tag}>{content}</{tag}>" if text else ""


def _breaks(text: str) -> str:
    return "<br><br>\n".join(_lines(part) for part in text.split("\n\n"))


def semantic(view: QuestionView) -> str:
    """HTML5 with sections and headings; menu, footer and an advert repeat the landmark words."""
    words = view.wording.escaped()
    replies = "".join(
        f"<section><h3>{escape(who)}</h3>{_paragraphs(text)}<p>{escape(when)}</p></section>"
        for who, text, when in view.replies
    )
    more = f"<section><h2>{words.more_info}</h2>{_paragraphs(view.more_info)}</section>" if view.more_info else ""
    teasers = "".join(
        f'<article><h3><a href="{escape(t.href)}">{escape(t.title)}</a></h3><p>{escape(t.question_excerpt)}</p>'
        + (
            f"<p>Dr. {escape(t.doctor)} {words.teaser_reply} {escape(t.department)}<br>{escape(t.answer_excerpt)}</p>"
            if t.doctor
            else ""
        )
        + f'<p><a href="{escape(t.href)}">{words.read_more} {escape(t.title)}</a></p></article>'
        for t in view.teasers
    )
    similar = f"<section><h2>{words.similar}</h2>{teasers}</section>" if teasers else ""
    topics = "".join(
        f'<li><a href="{escape(href)}">{escape(name)}</a> <span>({escape(department)})</span></li>'
        for name, department, href in view.topics
    )
    faq = f"<section><h2>{words.related_faq}</h2><ul>{topics}</ul></section>" if topics else ""
    asker = f"<p><em>{escape(view.asker_line)}</em></p>" if view.asker_line else ""
    print_link = f'<p><a href="{view.print_href}">Print</a></p>' if view.print_href else ""
    body = f"""<header><nav><a href="/">Home</a> <a href="/faq">Related FAQ</a>
<a href="/about">More Info</a></nav></header>
<main><article><h1>{escape(view.heading)} - {escape(view.department)}</h1>
<p>Share to: <a href="#fb">Facebook</a> <a href="#line">LINE</a></p>{_element("p", view.counter)}
<h2>{escape(view.title)}</h2>
{_paragraphs(view.text)}
{asker}{replies}{more}{similar}{faq}</article></main>
<aside><p>Advertisement</p><p>Similar Q&amp;A</p><p><a href="http://shop.example.invalid/">More Info</a></p></aside>
<footer>{print_link}<p><a href="/privacy">Privacy</a> <a href="mailto:desk@demo.invalid">Mail</a></p></footer>"""
    return page(f"{view.heading} - {view.department} | Demo Doctors", body)


def soup(view: QuestionView) -> str:
    """Nothing but ``div``: no heading, a menu of links, a cookie banner whose button says More Info."""
    words = view.wording.escaped()
    replies = "".join(
        f"<div><b>{escape(who)}</b></div>{_paragraphs(text, 'div')}<div>{escape(when)}</div>"
        for who, text, when in view.replies
    )
    more = f"<div><div>{words.more_info}</div>{_paragraphs(view.more_info, 'div')}</div>" if view.more_info else ""
    teasers = "".join(
        f'<div><div><a href="{escape(t.href)}">{escape(t.title)}</a></div><div>{escape(t.question_excerpt)}</div>'
        + (
            f"<div>Dr. {escape(t.doctor)} {words.teaser_reply} {escape(t.department)}</div>"
            f"<div>{escape(t.answer_excerpt)}</div>"
            if t.doctor
            else ""
        )
        + f'<div><a href="{escape(t.href)}?utm_source=similar">{words.read_more} {escape(t.title)}</a></div></div>'
        for t in view.teasers
    )
    similar = f"<div><div>{words.similar}</div>{teasers}</div>" if teasers else ""
    topics = "".join(
        f'<div><div><a href="{escape(href)}">{escape(name)}</a></div><div>({escape(department)})</div></div>'
        for name, department, href in view.topics
    )
    faq = f"<div><div>{words.related_faq}</div>{topics}</div>" if topics else ""
    asker = f"<div>{escape(view.asker_line)}</div>" if view.asker_line else ""
    print_link = f'<div><a href="{view.print_href}">Print this page</a></div>' if view.print_href else ""
    body = f"""<div class="menu"><a href="/">Home</a> <a href="/faq">Related FAQ</a> <a href="#more">More Info</a></div>
<div>We use cookies to count visits. <button>More Info</button> <button>OK</button></div>
<div><div>{escape(view.heading)} - {escape(view.department)}</div>
<div>Share to:</div>{_element("div", view.counter)}
<div>{escape(view.title)}</div>
{_paragraphs(view.text, "div")}
{asker}{replies}{more}{similar}{faq}{print_link}</div>
<div><a href="/private/login">Log in</a> <a href="/privacy#top">Privacy</a></div>"""
    return page(f"{view.heading} - {view.department}", body)


def table(view: QuestionView) -> str:
    """Tables as in 2003: paragraphs parted by two line breaks, Related FAQ in a column ahead of the article."""
    words = view.wording.escaped()
    replies = "".join(
        f"<tr><td><b>{escape(who)}</b></td></tr><tr><td>{_breaks(text)}</td></tr><tr><td>{escape(when)}</td></tr>"
        for who, text, when in view.replies
    )
    more = (
        f"<tr><td><b>{words.more_info}</b></td></tr><tr><td>{_breaks(view.more_info)}</td></tr>"
        if view.more_info
        else ""
    )
    teasers = "".join(
        f"<tr><td><b>{escape(t.title)}</b><br>{escape(t.question_excerpt)}<br><br>"
        + (
            f"Dr. {escape(t.doctor)} {words.teaser_reply} {escape(t.department)}<br>{escape(t.answer_excerpt)}<br>"
            if t.doctor
            else ""
        )
        + f'<a href="{escape(t.href)}">{words.read_more} {escape(t.title)}</a></td></tr>'
        for t in view.teasers
    )
    similar = f"<tr><td><b>{words.similar}</b></td></tr>{teasers}" if teasers else ""
    topics = "<br>".join(
        f'<a href="{escape(href)}">{escape(name)}</a><br>({escape(department)})'
        for name, department, href in view.topics
    )
    faq = f'<td width="180"><b>{words.related_faq}</b><br>{topics}</td>' if topics else ""
    asker = f"<tr><td><i>{escape(view.asker_line)}</i></td></tr>" if view.asker_line else ""
    print_link = f'<tr><td><a href="{view.print_href}">Print</a></td></tr>' if view.print_href else ""
    body = f"""<table width="100%"><tr><td colspan="2"><a href="/">Home</a> | <a href="/faq">FAQ</a></td></tr>
<tr>{faq}<td><table>
<tr><td><font size="5">{escape(view.heading)} - {escape(view.department)}</font></td></tr>
<tr><td>Share to: <a href="#fb">Facebook</a></td></tr>{_element("tr", view.counter, "td")}
<tr><td><b>{escape(view.title)}</b></td></tr><tr><td>{_breaks(view.text)}</td></tr>
{asker}{replies}{more}{similar}{print_link}</table></td></tr></table>"""
    return page(f"{view.heading} - {view.department}", body, charset=False)


def split(view: QuestionView) -> str:
    """Headings and asker line split over inline tags; template, hidden block, comment and script repeat landmarks."""
    words = view.wording.escaped()
    name, comma, rest = view.asker_line.rpartition(", ")
    asker = f"<p><b>{escape(name)}</b>{comma}<i>{escape(rest[:8])}</i><span>{escape(rest[8:])}</span></p>"
    replies = ""
    for who, text, when in view.replies:
        doctor, reply, department = who.partition(" reply ")
        label, _, day = when.rpartition(" ")
        replies += (
            f'<div><h3><a href="/about">{escape(doctor)}</a><span>{reply}</span><em>{escape(department)}</em></h3>'
            f"{_paragraphs(text)}<p><strong>{escape(label)}</strong> <time>{day}</time></p></div>"
        )
    more = (
        f"<details open><summary>{words.more_info}</summary>{_paragraphs(view.more_info)}</details>"
        if view.more_info
        else ""
    )
    teasers = "".join(
        f"<li><h4>{escape(t.title)}</h4><p>{escape(t.question_excerpt)}</p>"
        + (
            f"<p>Dr. <b>{escape(t.doctor)}</b> {words.teaser_reply} <b>{escape(t.department)}</b></p>"
            f"<p>{escape(t.answer_excerpt)}</p>"
            if t.doctor
            else ""
        )
        + f'<a href="{escape(t.href)}#reply"><b>{words.read_more}</b> {escape(t.title)}</a></li>'
        for t in view.teasers
    )
    first, _, rest = words.similar.partition(" ")
    similar = f"<section><h2>{first} <span>{rest}</span></h2><ul>{teasers}</ul></section>" if teasers else ""
    topics = "".join(
        f'<dt><a href="{escape(href)}">{escape(name)}</a></dt><dd>({escape(department)})</dd>'
        for name, department, href in view.topics
    )
    faq = f"<section><h2>{words.related_faq}</h2><dl>{topics}</dl></section>" if topics else ""
    print_link = f'<footer><a href="{view.print_href}">Print</a></footer>' if view.print_href else ""
    body = f"""<!-- Similar Q&amp;A : Reply Date: 2001/01/01 -->
<template><h2>More Info</h2><p>Dr. Nobody reply Nowhere</p><p>Reply Date: 2001/01/01</p></template>
<div class="off"><p>NOBODY, 20~29 year old male. Ask Date: 2001/01/01</p><p>Related FAQ</p></div>
<script>var labels = ["More Info", "Similar Q&A", "Related FAQ"];</script>
<main><h1><span>{escape(view.heading)}</span> <small>- {escape(view.department)}</small></h1>
<p>Share to:</p>{_element("p", view.counter)}<h2>{escape(view.title)}</h2>{_paragraphs(view.text)}
{asker if view.asker_line else ""}{replies}{more}{similar}{faq}{print_link}</main>"""
    return page(view.heading, body)


RENDERERS: Final[dict[str, Callable[[QuestionView], str]]] = {
    "semantic": semantic,
    "soup": soup,
    "table": table,
    "split": split,
}
