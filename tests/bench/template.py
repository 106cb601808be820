"""HTML of the benchmark's pages: the first layout as a site may have it, with class names, menus, scripts, adverts.

Of the size that real pages of this kind have: about 35 KB, 450 elements and 90 links, two thirds of them the same on
every page.
"""

from __future__ import annotations

import random
from functools import cache
from html import escape
from typing import Final

from qa_scraper.demo.shapes import QuestionView, Teaser
from qa_scraper.demo.texts import ADVERTS

PAGE_BYTES: Final = 35_000
FILLER: Final = "<!-- filler -->"
Menu = tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
"""Per department: its name, its link, and name and link of each of its topics."""

_FOOTER: Final = ("about", "contact", "doctors", "help", "imprint", "partners", "press", "privacy", "rules", "terms")
FIXED_PAGES: Final = tuple(f"/{name}.html" for name in _FOOTER)


def question_html(view: QuestionView, path: str, menu: Menu, most_read: tuple[tuple[str, str], ...]) -> str:
    """A question page at *path*, without what fills it up to its size."""
    answers = "".join(_answer(*reply) for reply in view.replies)
    asker = f'<p class="asker">{escape(view.asker_line)}</p>' if view.asker_line else ""
    more_info = (
        f'<section class="more-info"><h2>More Info</h2><div class="more-text">{_paragraphs(view.more_info)}</div>'
        "</section>"
    )
    teasers = "".join(map(_teaser, view.teasers))
    topics = "".join(
        f'<li class="topic"><a href="{href}">{escape(name)}</a> <span class="dept">({escape(department)})</span></li>\n'
        for name, department, href in view.topics
    )
    faq = f'<section class="faq"><h2>Related FAQ</h2><ul class="topics">{topics}</ul></section>' if topics else ""
    share = f"https://social.example.invalid/share?u=https://doctors.example.invalid{path}"
    main = f"""<article class="qa" id="qa">
<h1 class="qa-title">{escape(view.heading)} - {escape(view.department)}</h1>
<div class="share">Share to: <a class="icon icon-f" href="{share}">Facebook</a> <a class="icon icon-l" href="#line">LINE
</a> <a class="icon icon-x" href="#x">X</a></div>
<section class="question"><h2 class="question-title">{escape(view.title)}</h2>
<div class="question-text">{_paragraphs(view.text)}</div>
{asker}</section>
{answers}
{more_info if view.more_info else ""}
{f'<section class="similar"><h2>Similar Q&amp;A</h2>{teasers}</section>' if teasers else ""}
{faq}</article>"""
    return page(f"{view.heading} - {view.department}", main, menu, most_read, crumb=view.department)


def _answer(who: str, text: str, when: str) -> str:
    name, _, department = who.removeprefix("Dr. ").partition(" reply ")
    doctor = f'Dr. <span class="doctor-name">{escape(name)}</span>'
    of = f'<span class="doctor-dept">{escape(department)}</span>'
    return f"""<section class="answer"><div class="avatar"><img src="/img/doctor.png" alt="" width="48"></div>
<h3 class="doctor">{doctor} reply {of}</h3>
<div class="answer-text">{_paragraphs(text)}</div>
<p class="answer-date">{escape(when)}</p></section>
"""


def _teaser(teaser: Teaser) -> str:
    href, title = escape(teaser.href), escape(teaser.title)
    doctor = (
        f'<p class="teaser-doctor">Dr. <span class="teaser-name">{escape(teaser.doctor)}</span> reply '
        f'<span class="teaser-dept">{escape(teaser.department)}</span></p>'
        f'<p class="teaser-answer">{escape(teaser.answer_excerpt)}</p>'
        if teaser.doctor
        else ""
    )
    return f"""<article class="teaser"><h3 class="teaser-title"><a href="{href}">{title}</a></h3>
<p class="teaser-question">{escape(teaser.question_excerpt)}</p>{doctor}
<p class="more"><a class="read-more" href="{href}">[Read More] {title}</a></p></article>
"""


def list_html(title: str, teasers: tuple[Teaser, ...], pages: tuple[str, int, int] | None, menu: Menu) -> str:
    """A list of questions; *pages*: the address of its pages with a place for the number, which this is, how many."""
    pager = ""
    if pages is not None:
        address, this, last = pages
        near = range(max(1, this - 3), min(last, this + 3) + 1)
        links = "".join(f'<li><a href="{address.format(at)}">{at}</a></li>' for at in near if at != this)
        further = f'<a class="next" rel="next" href="{address.format(this + 1)}">Older</a>' if this < last else ""
        pager = f'<ul class="pager">{links}</ul>{further}'
    main = f'<div class="list"><h1>{escape(title)}</h1>{"".join(map(_teaser, teasers))}{pager}</div>'
    return page(title, main, menu, ())


def fixed_html(title: str, links: tuple[tuple[str, str], ...], menu: Menu) -> str:
    """A page of no questions: home, index of the topics, imprint."""
    listed = "".join(f'<li><a href="{href}">{escape(name)}</a></li>' for name, href in links)
    text = "Questions of our readers, answered by doctors. This page tells how we work and whom to write to."
    return page(title, f'<div class="text"><h1>{escape(title)}</h1><p>{text}</p><ul>{listed}</ul></div>', menu, ())


def page(title: str, main: str, menu: Menu, most_read: tuple[tuple[str, str], ...], crumb: str = "") -> str:
    """A whole document around *main*; ``FILLER`` stands where ``filled`` puts its script."""
    read = "".join(f'<li><a href="{href}">{escape(name)}</a></li>' for name, href in most_read)
    aside = f'<div class="box"><h4>Most read</h4><ol>{read}</ol></div>' if read else ""
    crumbs = f'<a href="/">Home</a> &gt; <a href="/faq/index.html">FAQ</a> &gt; {escape(crumb)}' if crumb else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | Ask the Doctors</title>
<meta name="description" content="{escape(title)}">
<meta property="og:title" content="{escape(title)}">
<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/css/site.css">
{_STYLE}{FILLER}</head>
<body class="page">
{_SPRITES}<div class="cookie-bar" hidden><p>We use cookies.</p><button>Accept</button> <button>More Info</button></div>
<header class="top"><a class="logo" href="/"><svg viewBox="0 0 24 24" width="24" height="24"><path d="M3 3h18v18H3z"/>\
</svg>Ask the Doctors</a>
<form class="search" action="/search"><input name="q" placeholder="Search"><button>Search</button></form>
{_menu_html(menu)}</header>
<nav class="crumbs">{crumbs}</nav>
<main class="content">
{main}
</main>
<aside class="side">{aside}{_HOURS}{_adverts(title)}</aside>
{_FOOTER_HTML}
{_END_SCRIPT}</body>
</html>
"""


def filled(html: str, seed: int) -> bytes:
    """*html* with a script as sites have it (state for the client, experiments), up to ``PAGE_BYTES``."""
    missing = PAGE_BYTES - len(html.encode()) - len("<script>window.__state={};</script>\n")
    rng = random.Random(seed)
    entries: list[str] = []
    while missing > 60:
        entry = f'"{rng.randbytes(6).hex()}":{{"slot":{rng.randrange(10**6)},"on":true}},'
        entries.append(entry)
        missing -= len(entry)
    script = f"<script>window.__state={{{''.join(entries)}}};</script>\n" if entries else ""
    return html.replace(FILLER, script, 1).encode()


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in text.split("\n\n"))


@cache
def _menu_html(menu: Menu) -> str:
    entries = []
    for name, href, topics in menu:
        below = "".join(
            f'<li class="sub-item"><a class="sub-link" href="{link}">{escape(topic)}</a></li>' for topic, link in topics
        )
        entries.append(
            f'<li class="item"><a class="link" href="{href}"><i class="icon"></i>{escape(name)}</a>'
            f'<ul class="sub">{below}</ul></li>\n'
        )
    return f'<nav class="menu" id="menu"><ul class="items">{"".join(entries)}</ul></nav>'


def _adverts(title: str) -> str:
    rng = random.Random(title)
    return "".join(
        f'<div class="ad"><ins class="slot" data-slot="{rng.randrange(10**9)}"></ins><p>Advertisement</p>'
        f'<p><a rel="nofollow" href="https://shop.example.invalid/">{escape(advert)}</a></p></div>\n'
        for advert in rng.sample(ADVERTS, 3)
    )


def _rules() -> str:
    rng = random.Random("rules")
    names = "page top logo search menu items item link sub sub-item crumbs content qa share question answer doctor side"
    rules = [
        f".{name}{{margin:{rng.randrange(30)}px auto;padding:{rng.randrange(30)}px;color:#{rng.randbytes(3).hex()}}}\n"
        f".{name}:hover>a{{text-decoration:underline;border-bottom:1px solid #{rng.randbytes(3).hex()}}}\n"
        for name in names.split()
    ]
    narrow = "@media (max-width: 600px){.side{display:none}.menu .sub{display:none}.content{width:100%}}\n"
    return "".join(rules) + ".off{display:none}.icon{display:inline-block}\n" + narrow


def _hours() -> str:
    rng = random.Random("hours")
    rows = "".join(
        f"<tr><th>{day}</th>"
        + "".join(f'<td class="hour">{rng.randrange(8, 12)}-{rng.randrange(13, 19)}</td>' for _ in range(4))
        + "</tr>\n"
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    )
    return f'<div class="box"><h4>Hours</h4><table class="hours"><tbody>{rows}</tbody></table></div>\n'


def _sprites() -> str:
    rng = random.Random("sprites")
    symbols = "".join(
        f'<symbol id="i{at}" viewBox="0 0 24 24"><path d="M{rng.randrange(24)} {rng.randrange(24)}h{at}z"/></symbol>'
        for at in range(30)
    )
    return f'<svg class="off" width="0" height="0"><defs>{symbols}</defs></svg>\n'


_HOURS: Final = _hours()
_SPRITES: Final = _sprites()
_STYLE: Final = f"<style>\n{_rules()}</style>\n"
_FOOTER_LINKS: Final = "".join(f'<li><a href="/{name}.html">{name.title()}</a></li>' for name in _FOOTER)
_FOOTER_HTML: Final = (
    f'<footer class="bottom"><ul>{_FOOTER_LINKS}</ul><p>Similar Q&amp;A and Related FAQ are chosen by machine.</p>'
    '<p>&copy; Ask the Doctors <a href="mailto:desk@doctors.example.invalid">Mail</a></p></footer>'
)
_END_SCRIPT: Final = """<script>
(function (d) {
  var items = d.querySelectorAll('.menu .item'), i;
  for (i = 0; i < items.length; i++) {
    items[i].addEventListener('click', function (e) { this.classList.toggle('open'); });
  }
  window.dataLayer = window.dataLayer || [];
  function tag() { dataLayer.push(arguments); }
  tag('js', new Date()); tag('config', 'G-0000000', { 'send_page_view': d.title.length > 3 && i < 99 });
})(document);
</script>
"""
