"""The same question in HTML of random shape gives the same record: tags, nesting, noise, split lines decide nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from qa_scraper.demo import demo_site, truth
from qa_scraper.demo.shapes import QuestionView
from qa_scraper.demo.views import view_of
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

SITE = demo_site()
BASE = "http://demo.example"
TRUTH = {url: record for record in truth(SITE, BASE) for url in [record.url, *record.source.other_urls]}
BLOCKS = ("div", "p", "section", "li", "td", "dd", "h2", "h4", "blockquote", "center")
NOISE = (
    '<nav><a href="/x">Similar Q&amp;A</a> <b>More Info</b></nav>',
    '<div><a href="/more">More Info</a></div>',
    '<div style="display:none">Related FAQ</div>',
    "<!-- Similar Q&amp;A --><script>var a = 'More Info';</script>",
    "<template><p>Reply Date: 2001/01/01</p></template>",
    "<aside><p>More Info</p><p>Buy now!</p></aside>",
    '<ul><li><a href="#s">Similar Q&amp;A</a></li></ul>',
    "<p hidden>NOBODY, 20~29 year old male. Ask Date: 2001/01/01</p>",
    "<button>More Info</button>",
)


class Shape:
    """Draws the HTML of a question page."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.text_tag = rng.choice(("p", "div", "br", "td"))

    def line(self, text: str, href: str = "") -> str:
        inner = self.split(text)
        if href:
            inner = f'<a href="{escape(href)}">{inner}</a>'
        tag = self.rng.choice(BLOCKS)
        whole = f"<{tag}>{inner}</{tag}>"
        if tag == "li":
            whole = f"<ul>{whole}</ul>"
        if tag == "dd":
            whole = f"<dl>{whole}</dl>"
        if tag == "td":
            whole = f"<table><tr>{whole}</tr></table>"
        return f"<div>{whole}</div>" if self.rng.random() < 0.3 else whole

    def split(self, text: str) -> str:
        """The text with inline tags around some of its words."""
        words = []
        for word in text.split(" "):
            tag = self.rng.choice(("b", "i", "span", "em", "font"))
            words.append(f"<{tag}>{escape(word)}</{tag}>" if self.rng.random() < 0.2 else escape(word))
        return " ".join(words)

    def text(self, text: str) -> str:
        parts = [self.split(part).replace("\n", "<br>") for part in text.split("\n\n")]
        if self.text_tag == "br":
            return f"<div>{'<br><br>'.join(parts)}</div>"
        if self.text_tag == "td":
            return f"<table>{''.join(f'<tr><td><p>{part}</p></td></tr>' for part in parts)}</table>"
        return "".join(f"<{self.text_tag}>{part}</{self.text_tag}>" for part in parts)

    def noise(self) -> str:
        return self.rng.choice(NOISE) if self.rng.random() < 0.4 else ""

    def page(self, view: QuestionView) -> str:
        rng = self.rng
        heading = f"{view.heading} - {view.department}"
        body = [self.noise(), self.line(heading), self.line("Share to:"), self.line(view.title), self.text(view.text)]
        body += [self.line(view.asker_line)] if view.asker_line else []
        for who, text, when in view.replies:
            body += [self.line(who), self.text(text), self.line(when), self.noise()]
        if view.more_info:
            body += ["<div>", self.line("More Info"), self.text(view.more_info), "</div>", self.noise()]
        if view.teasers:
            body.append(self.line("Similar Q&A"))
            for t in view.teasers:
                body += [self.line(t.title), self.line(t.question_excerpt)]
                if t.doctor:
                    body += [self.line(f"Dr. {t.doctor} reply {t.department}"), self.line(t.answer_excerpt)]
                body.append(self.line(f"[Read More] {t.title}", t.href))
        faq = [self.line("Related FAQ")] if view.topics else []
        for name, department, href in view.topics:
            faq += [self.line(name, href), self.line(f"({department})")]
        parts = [*faq, *body] if rng.random() < 0.3 else [*body, *faq]
        head = f"<title>{escape(heading)}</title>" if rng.random() < 0.7 else ""
        joint = rng.choice(("", "\n", "\n\n    "))
        tail = "" if view.topics or view.teasers else "<footer>More Info</footer>"
        return (
            f'<html lang="en"><head>{head}</head><body><div>{joint.join(parts)}</div>{self.noise()}{tail}</body></html>'
        )


@settings(max_examples=150, deadline=None)
@given(number=st.integers(0, len(SITE.questions) - 1), seed=st.integers(0, 2**32))
def test_shape_decides_no_field(number: int, seed: int) -> None:
    question = SITE.questions[number]
    html = Shape(random.Random(seed)).page(view_of(SITE, question))
    url = f"{BASE}/questions/{question.slug}"
    found = page_records(Page.from_bytes(html.encode(), url=url, content_type="text/html"), Provenance(site="demo"))
    assert isinstance(found, list), html
    expected = TRUTH[url]
    got = replace(found[0], id=expected.id, url=expected.url, source=expected.source)
    assert folded(got) == folded(expected), html


def folded(value: object) -> str:
    """White space apart: a newline of the text may stand as a blank line where each line has its own element."""
    return " ".join(repr(value).replace("\\n", " ").split())
