"""FAQ pages without markup: headings, terms, accordion handles or bold lines ask, and what follows them answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from qa_scraper.extraction.blocks import element_text
from qa_scraper.extraction.faq_words import is_interview, is_question, is_transcript, says_faq, without_marks
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.sections import NoQuestion, RawAnswer, RawAuthor, Reading, Sections
from qa_scraper.extraction.thread_frames import apart_from, signature, text_length
from qa_scraper.extraction.thread_words import called, is_furniture, is_other_kind, words_of
from qa_scraper.page import Page
from qa_scraper.text import clean_line

NAME: Final = "faq"
RULES: Final = {
    "question": "a heading, term, accordion handle or bold line that asks",
    "title": "what asks, without its number",
    "answers": "what follows up to the next of its kind",
    "answers.text": "what follows up to the next of its kind",
}

_FEWEST_SAID: Final = 2
"""Questions on a page that calls itself FAQ."""
_FEWEST: Final = 3
"""Questions on any other."""
_LEAST_SHARE: Final = 0.6
_LONGEST_TITLE: Final = 300
_SHORTEST_TITLE: Final = 8
_SHORTEST_ANSWER: Final = 12
_MOST: Final = 500
_CLIMB: Final = 3
_FEWEST_WORDS: Final = 4
_LONGEST_BUTTON: Final = 60
_MOST_INSIDE: Final = 9
_ALIKE: Final = "alike "
_LEAST_TRUSTED: Final = frozenset(("alike", "bold"))
"""Kinds of what asks that count only on a page that calls itself FAQ."""
_LINES: Final = frozenset("div span p li a td th label button".split())
_BLOCKS: Final = frozenset("p li div td dd span".split())
_BREAKS_OFF: Final = ("...", "…", "[...]", "[…]")
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_SKIPPED: Final = frozenset("script style head nav form select textarea svg iframe aside noscript template".split())
_OUTSIDE: Final = frozenset(("header", "footer"))
_SECTIONING: Final = frozenset(("main", "article", "section"))
_BOLD: Final = frozenset(("strong", "b"))
_ASKS: Final = re.compile(r"\A(?:q(?:uestion)?|f(?:rage)?|p(?:regunta)?|問|问)\s?\d{0,3}\s?[.:：)]", re.IGNORECASE)
_ANSWERS: Final = re.compile(r"\Aa(?:nswer)?\s?\d{0,3}\s?[.:：)]|\A(?:antwort|答)\s?[.:：]", re.IGNORECASE)
_HANDLE_WORDS: Final = frozenset(
    "question questions accordion faq toggle collapse collapsible title header heading".split()
)


@dataclass(frozen=True, slots=True)
class _Asking:
    """An element that may ask; ``level``: of a heading, 0 for others; ``leads_away``: it is a link to another page."""

    node: etree._Element
    title: str
    level: int
    asks: bool
    leads_away: bool
    kind: str


def read(page: Page) -> Reading:
    """The questions of a FAQ that *page* shows."""
    if page.tree is None:
        return NoQuestion("no HTML")
    if sum(page.text.count(mark) for mark in "?？؟") < _FEWEST_SAID:
        return NoQuestion("no questions: hardly a question mark on the page")
    body = page.tree.find("body")
    root = body if body is not None else page.tree
    best = _best(page, _pools(root, page.language))
    if not best and says_faq(page, root):
        best = _best(page, _pools(root, page.language, without_mark=True))
    if not best:
        return NoQuestion("no questions with answers under them")
    return tuple(_sections(asking, answer) for asking, answer in best)


def _best(page: Page, pools: Sequence[Sequence[_Asking]]) -> list[tuple[_Asking, Found]]:
    best: list[tuple[_Asking, Found]] = []
    for pool in pools:
        pairs = _pairs(page, pool)
        if len(pairs) > len(best):
            best = pairs
    return best


def _sections(asking: _Asking, answer: Found) -> Sections:
    title = Found(without_marks(asking.title), asking.node, "what asks")
    return Sections(
        layout=NAME,
        confidence=0.8,
        title=title,
        question_title=title,
        answers=(RawAnswer(RawAuthor(), answer),),
        among_others=True,
    )


def _pools(body: etree._Element, language: str | None, *, without_mark: bool = False) -> list[list[_Asking]]:
    """What may ask, by kind: headings, terms, summaries, accordion handles, bold lines, parts called question or alike.

    *without_mark*: whether what begins as a question does counts as one.
    """
    pools: dict[str, list[_Asking]] = {}
    walk = etree.iterwalk(body, events=("start",))
    for _, node in walk:
        tag = node.tag
        if not isinstance(tag, str) or tag in _SKIPPED or (tag in _OUTSIDE and not _is_sectioned(node)):
            walk.skip_subtree()
            continue
        kind = _kind(node, tag)
        if kind is None:
            continue
        title = clean_line(" ".join(map(str, node.itertext())))
        if not _SHORTEST_TITLE <= len(title) <= _LONGEST_TITLE:
            continue
        asks = is_question(title, language, without_mark=without_mark)
        if kind.startswith(_ALIKE) and not asks:
            continue
        level = _HEADINGS.get(tag, 0)
        pool = pools.setdefault(kind, [])
        if len(pool) < _MOST:
            pool.append(_Asking(node, title, level, asks, _leads_away(node), kind.partition(" ")[0]))
    return list(pools.values())


def _is_sectioned(node: etree._Element) -> bool:
    return any(outer.tag in _SECTIONING for outer in node.iterancestors())


def _kind(node: etree._Element, tag: str) -> str | None:
    if tag in _HEADINGS:
        return "heading"
    if tag in {"dt", "summary"}:
        return tag
    attributes = node.attrib
    if "aria-expanded" in attributes or "aria-controls" in attributes or attributes.get("role") in {"button", "tab"}:
        return "handle"
    if tag == "p" and (_is_bold(node) or _ASKS.match((node.text or "")[:20].lstrip())):
        return "line"
    if tag in {"div", "span", "p", "li", "a", "td", "strong", "b"} and "class" in attributes:
        words = words_of(called(node))
        if "question" in words or ("faq" in words and not _HANDLE_WORDS.isdisjoint(words - {"faq"})):
            return "called" if len(node) < 5 else None
    if tag in _BOLD and _begins_block(node):
        return "bold"
    if tag in _LINES and sum(1 for _ in islice(node.iter(), _MOST_INSIDE)) < _MOST_INSIDE:
        return _ALIKE + signature(node)
    return None


def _begins_block(node: etree._Element) -> bool:
    """Whether nothing stands ahead of *node* in its paragraph, or a line break does."""
    before, outer = node.getprevious(), node.getparent()
    if before is None:
        return outer is not None and not (outer.text or "").strip() and outer.tag in _BLOCKS
    return before.tag == "br" and not (before.tail or "").strip()


def _is_bold(node: etree._Element) -> bool:
    """Whether all text of a paragraph is bold."""
    children = [child for child in node if isinstance(child.tag, str) and child.tag != "br"]
    if len(children) != 1 or (node.text or "").strip() or any((child.tail or "").strip() for child in node):
        return False
    inner = children[0]
    while inner.tag not in _BOLD and len(inner) == 1 and not (inner.text or "").strip():
        inner = inner[0]
    return inner.tag in _BOLD


def _leads_away(node: etree._Element) -> bool:
    links = [node] if node.tag == "a" else [*node.iter("a"), *list(node.iterancestors("a"))[:1]]
    hrefs = [link.get("href", "") for link in links]
    return any(href and not href.startswith(("#", "javascript:")) for href in hrefs)


def _pairs(page: Page, pool: Sequence[_Asking]) -> list[tuple[_Asking, Found]]:
    """The questions of *pool* with their answers, none where it is no FAQ."""
    asking = _of_usual_level([entry for entry in pool if entry.asks and not entry.leads_away])
    if len({entry.title for entry in asking}) < _FEWEST_SAID or len(asking) * 2 < sum(entry.asks for entry in pool):
        return []
    levels = [entry.level for entry in asking]
    deepest = max(levels)
    alike = [entry for entry in pool if min(levels) <= entry.level <= deepest]
    first, last = alike.index(asking[0]), alike.index(asking[-1])
    region = alike[first : last + 1]
    said = says_faq(page, asking[0].node)
    if len(asking) < (_FEWEST_SAID if said else _FEWEST) or len(asking) < _LEAST_SHARE * len(region):
        return []
    if not said and len(asking) < _LEAST_SHARE * sum(entry.level in levels for entry in alike):
        return []
    bounds = [entry.node for entry in pool if entry.level <= deepest]
    pairs = [(entry, _answer(entry, bounds)) for entry in asking]
    answered = [(entry, answer) for entry, answer in pairs if len(answer) >= _SHORTEST_ANSWER]
    if 2 * sum(_is_teaser(entry, answer) for entry, answer in answered) >= len(answered):
        return []
    if not said and (is_other_kind(page.text) or not _LEAST_TRUSTED.isdisjoint(entry.kind for entry in asking)):
        return []  # articles are full of headings and lines that ask
    if not said and 2 * sum(_is_short(entry.title) for entry in asking) >= len(asking):
        return []  # "Need help?", "Why us?": what advertises
    if is_transcript([answer for _, answer in answered]):
        return []
    if not said and is_interview([(entry.title, answer) for entry, answer in answered]):
        return []
    enough = len(answered) >= max(_FEWEST_SAID, _LEAST_SHARE * len(asking))
    return _without_last_lines(answered) if enough else []


def _is_short(title: str) -> bool:
    """Whether *title* has fewer than four words, in scripts without spaces fewer than eight signs."""
    return len(title.split()) < _FEWEST_WORDS if title.isascii() or " " in title else len(title) < 2 * _FEWEST_WORDS


def _of_usual_level(asking: Sequence[_Asking]) -> list[_Asking]:
    """*asking* without a lone heading of another level (``Still have questions?`` under the FAQ)."""
    times = Counter(entry.level for entry in asking)
    return [entry for entry in asking if times[entry.level] > 1 or len(asking) <= _FEWEST]


def _without_last_lines(pairs: Sequence[tuple[_Asking, Found]]) -> list[tuple[_Asking, Found]]:
    """*pairs* without the last line that most answers have alike: ``Back to top``, ``Was this helpful?``."""
    last = Counter(answer.rpartition("\n")[2] for _, answer in pairs)
    line, times = next(iter(last.most_common(1)), ("", 0))
    if times * 2 <= len(pairs) or len(line) > _LONGEST_BUTTON or line.endswith((".", "。", "!")):
        return list(pairs)
    shorter = [
        (entry, Found(answer.removesuffix(line).rstrip(), answer.element, answer.rule)) for entry, answer in pairs
    ]
    return [(entry, short or answer) for (entry, short), (_, answer) in zip(shorter, pairs, strict=True)]


def _is_teaser(asking: _Asking, answer: str) -> bool:
    """Whether what follows breaks off, or names the question again to lead to it: a list of other pages."""
    lines = answer.splitlines()
    return any(line.rstrip().endswith(_BREAKS_OFF) for line in lines) or any(asking.title in line for line in lines)


def _answer(asking: _Asking, bounds: Sequence[etree._Element]) -> Found:
    node = asking.node
    controlled = _controlled(node)
    if controlled is not None:
        return _text([controlled], node)
    others = [other for other in bounds if other is not node]
    around = apart_from(node, others)
    if around is None:
        return Found("")
    if text_length(around) - text_length(node) >= _SHORTEST_ANSWER:
        return _text([around], node)
    for _ in range(_CLIMB):
        following = list(_following(around, frozenset(bounds), asking.level))
        if sum(map(text_length, following)) >= _SHORTEST_ANSWER:
            return _text(following, node)
        outer = around.getparent()
        if outer is None or outer.tag == "body" or any(other in set(outer.iter("*")) for other in others[:_MOST]):
            break
        around = outer
    return Found("")


def _controlled(node: etree._Element) -> etree._Element | None:
    """The panel that an accordion's handle opens, or the other half of a term."""
    name = node.get("aria-controls") or next(
        (inner.get("aria-controls") for inner in node.iter("*") if inner.get("aria-controls")), None
    )
    if name and '"' not in name:
        for panel in node.getroottree().getroot().iter("*"):
            if panel.get("id") == name:
                return panel if text_length(panel) >= _SHORTEST_ANSWER else None
    return None


def _following(node: etree._Element, bounds: frozenset[etree._Element], level: int) -> Iterator[etree._Element]:
    for sibling in node.itersiblings():
        if not isinstance(sibling.tag, str):
            continue
        tag = sibling.tag
        if tag in _SKIPPED or tag in _OUTSIDE or (level and _HEADINGS.get(tag, 9) <= level):
            break
        if sibling in bounds or any(inner in bounds for inner in sibling.iter("*")):
            break
        if is_furniture(sibling):
            continue
        yield sibling


def _text(parts: Sequence[etree._Element], question: etree._Element) -> Found:
    texts = []
    for part in parts:
        furniture = [node for node in part.iterdescendants("*") if is_furniture(node)]
        texts.append(element_text(part, [question, *furniture], with_hidden=True))
    text = "\n\n".join(filter(None, texts))
    return Found(
        without_marks(text) if _ANSWERS.match(text) else text, parts[0], "what follows up to the next question"
    )
