"""The fields of a post in a thread without known marks: its text and its author, found by being at like places.

A post's text differs from post to post and is long; what stands in most posts alike (buttons, labels) is furniture.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from qa_scraper.extraction.blocks import element_text
from qa_scraper.extraction.found import Found
from qa_scraper.extraction.thread_frames import Frame, signature, text_length
from qa_scraper.extraction.thread_words import called, calls_author, is_comments, is_furniture, is_profile
from qa_scraper.text import clean_line

_PROSE: Final = frozenset(
    "p ul ol pre blockquote br table h2 h3 h4 h5 h6 em strong i b a img span font code dl hr".split()
)
_NO_TEXT: Final = frozenset("script style noscript template select textarea button svg iframe nav".split())
_LONGEST_NAME: Final = 60
_MOST_NAME_WORDS: Final = 5
_WEAK: Final = 0.3
"""Weight of a short text without any name: it counts where no post has a better one."""
_CERTAIN: Final = 4.0
"""Weight of a name that is called one; where a part shows no date, no other counts."""
_MOST: Final = 0.6
"""Share of the posts in which something stands alike that makes it furniture."""
_BY: Final = re.compile(
    r"(?:\A|\s)(?:by|von|par|por|da|di|od|av|af|door|автор|от)\s*:?\s+(?P<name>[^\s,|·»«<>()][^,|·»«<>()\n]{0,40}?)"
    r"(?=\s*(?:[,|·»«()]|\s(?:on|am|le|el|il|at|um|vor|ago|in|den|em|op|-|–)\s|\Z))",
    re.IGNORECASE,
)
_AHEAD: Final = re.compile(
    r"([^\W\d_][^\s,|·•»«<>():]{0,30}+(?: [^\s,|·•»«<>():]{1,20}+){0,2}?)"
    r" ?[,|·•–—-] ?(?:(?:am|on|le|el|il|em|den) )?\W?[\w.]{0,12}?\W?\d"
)
_NO_NAME: Final = re.compile(r"\d{1,2}:\d\d|\A\d+\s")
_LABELS: Final = frozenset(
    "question answer reply replies comment author date posted quote report share like top frage antwort antworten"
    " zitieren melden autor datum beitrag question réponse répondre citer signaler auteur pregunta respuesta responder"
    " citar pergunta resposta domanda risposta rispondi 问题 回答 回复 問題 回覆 質問".split()
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_LABEL_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class _Island:
    """A part of a post that does not hold its date; ``key``: at which place, the same in all posts built alike."""

    node: etree._Element
    key: tuple[str, ...]
    prose: int


def bodies(posts: Sequence[Frame], apart: Sequence[frozenset[etree._Element]]) -> list[Found]:
    """The text of each post. *apart*: for each post the elements that are no part of it (date, author, title)."""
    found = [list(_islands(post, name)) for post, name in zip(posts, _certain_names(posts), strict=True)]
    repeated = _repeated(posts)
    scores: dict[tuple[str, ...], float] = defaultdict(float)
    for islands in found:
        for key, length in Counter({i.key: 0 for i in islands}).items():
            scores[key] += length
        for island in islands:
            scores[island.key] += island.prose
    texts: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for islands in found:
        for island in islands:
            texts[island.key].add(clean_line("".join(map(str, island.node.itertext())))[:200])
    for key in scores:
        if len(posts) > 2 and len(texts[key]) <= len(posts) * (1 - _MOST):
            scores[key] *= 0.2
    best = max(scores, key=lambda key: scores[key], default=None)
    direct = [_direct_text(post) for post in posts]
    if sum(len(text[1]) for text in direct if text) > (scores[best] if best else 0):
        best = None
    return [
        _body(post, islands, best, repeated, leave_out)
        for post, islands, leave_out in zip(posts, found, apart, strict=True)
    ]


def _certain_names(posts: Sequence[Frame]) -> list[etree._Element | None]:
    """What is called the author in each post, at the same place in most of them: no part of its text."""
    first = [next((name for name in _names(post, None) if name.weight >= _CERTAIN), None) for post in posts]
    keys = Counter(name.key for name in first if name is not None)
    usual, times = next(iter(keys.most_common(1)), ((), 0))
    if times < _MOST * len(posts):
        return [None] * len(posts)
    return [name.name.element if name is not None and name.key == usual else None for name in first]


def _islands(post: Frame, name: etree._Element | None) -> Iterator[_Island]:
    holding = _holding_date(post)
    if name is not None and name not in post.parts:
        holding |= {name, *name.iterancestors()}
    for part in post.parts:
        pending: list[tuple[etree._Element, tuple[str, ...]]] = [(part, ())]
        while pending:
            node, path = pending.pop()
            if not isinstance(node.tag, str) or node.tag in _NO_TEXT:
                continue
            key = (*path, signature(node))
            if (node in holding and node is not post.dated and node is not name) or (
                node is part and len(node) and not _is_leaf(node)
            ):
                pending.extend((child, (*path, str(node.tag))) for child in reversed(node))
            elif node is not post.dated and node is not name:
                yield _Island(node, key, _prose_length(node))


def _holding_date(post: Frame) -> frozenset[etree._Element]:
    return frozenset((post.dated, *post.dated.iterancestors())) if post.dated is not None else frozenset()


def _is_leaf(node: etree._Element) -> bool:
    """Whether text stands in *node* itself, or nothing but paragraphs."""
    return bool(node.text and node.text.strip()) or all(str(child.tag) in _PROSE for child in node)


def _prose_length(node: etree._Element) -> int:
    """Characters of text outside of links, lists of links counting little."""
    linked = sum(text_length(link) for link in node.iter("a", "button", "script", "style", "form"))
    return max(text_length(node) - linked, 0)


def _body(
    post: Frame,
    islands: Sequence[_Island],
    best: tuple[str, ...] | None,
    repeated: frozenset[str],
    leave_out: frozenset[etree._Element],
) -> Found:
    chosen = [island for island in islands if island.key == best]
    if not chosen and best is not None:
        # Built otherwise than the other posts, but perhaps with the same part in it.
        alike = [node for node in post if signature(node) == best[-1] and len(best[-1].split()) > 1]
        chosen = [_Island(node, best, text_length(node)) for node in alike[:1]]
    if not chosen:
        chosen = sorted(islands, key=lambda island: -island.prose)[:1]
    direct = _direct_text(post) if best is not None else _direct_text(post, 0)
    if direct is not None and (best is None or len(direct[1]) > sum(island.prose for island in chosen)):
        dated = [post.dated] if post.dated is not None else []
        text = element_text(direct[0], [*leave_out, *dated, *_furniture(direct[0], repeated)])
        return Found(text, direct[0], "the text beside the date")
    if not chosen:
        return Found("")
    holder = chosen[0].node.getparent()
    if str(chosen[0].node.tag) in _PROSE and holder is not None and len(post.parts) == 1 and holder in set(post):
        # Paragraphs beside the post's head: all of them that stand from the first to the end are its text.
        holding = _holding_date(post)
        siblings = [node for node in holder if isinstance(node.tag, str)]
        start = siblings.index(chosen[0].node)
        others = [
            node for at, node in enumerate(siblings)
            if node in holding or at < start or (str(node.tag) not in _PROSE and is_furniture(node))
        ]  # fmt: skip
        text = element_text(holder, [*leave_out, *others, *_furniture(holder, repeated)])
        return Found(text, holder, "the paragraphs of the post")
    body = max(chosen, key=lambda island: island.prose).node
    return Found(
        element_text(body, [*leave_out, *_furniture(body, repeated)]), body, "the longest part that each post has"
    )


def _direct_text(post: Frame, least: int = _LABEL_LENGTH // 6) -> tuple[etree._Element, str] | None:
    """The element that holds the date and text of its own, and that text."""
    for node in (post.dated, *post.dated.iterancestors()) if post.dated is not None else ():
        own = " ".join(text.strip() for text in (node.text or "", *(child.tail or "" for child in node)) if text)
        if node is not post.dated and len(own) > least:
            return node, own
        if node in post.parts:
            break
    return None


def _repeated(posts: Sequence[Frame]) -> frozenset[str]:
    """Short texts that stand in most of the posts alike: buttons and labels."""
    if len(posts) < 3:
        return frozenset()
    seen: Counter[str] = Counter()
    for post in posts:
        texts = {
            clean_line("".join(map(str, node.itertext())))
            for node in post
            if not len(node) and node.text and len(node.text) < _LONGEST_NAME
        }
        seen.update(texts)
    return frozenset(text for text, times in seen.items() if text and times >= len(posts) * _MOST)


def _furniture(body: etree._Element, repeated: frozenset[str]) -> list[etree._Element]:
    found = []
    for node in body.iterdescendants():
        if not isinstance(node.tag, str):
            continue
        if is_furniture(node) or (repeated and not len(node) and node.text and clean_line(node.text) in repeated):
            found.append(node)
    return found


def authors(posts: Sequence[Frame], body_nodes: Sequence[etree._Element | None]) -> list[Found]:
    """The author of each post: a name outside of its text, at the place where most posts have one."""
    found = [list(_names(post, body)) for post, body in zip(posts, body_nodes, strict=True)]
    if any(name.weight >= 1 for candidates in found for name in candidates if not name.is_weak):
        found = [[name for name in candidates if not name.is_weak] for candidates in found]
    weights: dict[tuple[str, ...], float] = defaultdict(float)
    names: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for candidates in found:
        for key, (weight, name) in {c.key: (c.weight, str(c.name)) for c in reversed(candidates)}.items():
            weights[key] += weight
            names[key].append(name)
    for key in weights:
        if len(posts) > 2 and len(set(names[key])) == 1 and len(names[key]) == len(posts):
            weights[key] = 0  # the same everywhere: a label
    found = [[c for c in candidates if weights[c.key] or c.weight >= _CERTAIN] for candidates in found]
    return [
        max(candidates, key=lambda c: weights[c.key] + c.weight / 10).name if candidates else _named_beside(post)
        for post, candidates in zip(posts, found, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Name:
    name: Found
    key: tuple[str, ...]
    weight: float
    is_weak: bool = False


def _names(post: Frame, body: etree._Element | None) -> Iterable[_Name]:
    holding = _holding_date(post)
    for part in post.parts:
        walk = etree.iterwalk(part, events=("start",))
        for _, node in walk:
            if not isinstance(node.tag, str):
                continue
            if (
                (node is body and node is not part and node not in holding)
                or node.tag in _NO_TEXT
                or (is_comments(node) and node is not part)
            ):
                walk.skip_subtree()
                continue
            weight = _name_weight(node)
            if weight <= 0 or node is post.dated or (node.tag != "a" and any(map(is_profile, node.iter("a")))):
                continue
            if post.dated is None and weight < _CERTAIN:
                continue
            is_weak = weight == _WEAK
            most_words = _MOST_NAME_WORDS if weight >= _CERTAIN else _MOST_NAME_WORDS - 2
            weight += 1.5 * (post.dated is not None and _is_near(node, post.dated))
            text = _own_text(node) or clean_line(" ".join(map(str, node.itertext())))
            if (
                not text
                or _NO_NAME.search(text)
                or len(text) > _LONGEST_NAME
                or len(text.split()) > most_words
                or not _LETTER.search(text)
                or text.rstrip(":").lower() in _LABELS
            ):
                continue
            key = (signature(node), signature(node.getparent()) if node.getparent() is not None else "")
            yield _Name(Found(text, node, "the name that each post has"), key, weight, is_weak)


def _name_weight(node: etree._Element) -> float:
    said = f"{called(node)} {node.get('itemprop', '')[:40]} {node.get('rel', '')[:40]}"
    weight = 0.0
    if "author" in said:
        weight += 3
    if calls_author(said):
        weight += 4
    if node.tag == "a":
        weight += 4 * is_profile(node) + (not node.get("href", "#").startswith(("#", "javascript:")))
    if node.tag in {"strong", "b", "h3", "h4", "h5", "cite"}:
        weight += 1
    if not weight and node.tag in {"td", "span", "div", "p"} and not len(node):
        weight += _WEAK
    outer = node.getparent()
    if weight and outer is not None and calls_author(called(outer)):
        weight += 2
    return weight


def _own_text(node: etree._Element) -> str:
    """The text that stands in *node* itself, ahead of any element in it."""
    texts = [node.text or ""]
    for child in node:
        if isinstance(child.tag, str):
            break
        texts.append(child.tail or "")
    return clean_line(" ".join(texts))


def _is_near(node: etree._Element, dated: etree._Element) -> bool:
    """Whether *node* and *dated* stand in one element, or in two that do."""
    around = [outer for outer in (dated.getparent(), *list(dated.iterancestors())[1:2]) if outer is not None]
    return any(outer in around for outer in (node.getparent(), *list(node.iterancestors())[1:2]))


def _named_beside(post: Frame) -> Found:
    if post.dated is None:
        return Found("")
    label = clean_line(" ".join(map(str, post.dated.itertext())))[:_LABEL_LENGTH]
    match = _BY.search(label)
    if match:
        return Found(match["name"], post.dated, "the name behind 'by'")
    ahead = _AHEAD.match(label.lstrip("-–—•· "))
    if ahead is None or any(word.isdecimal() for word in ahead[1].split()):
        return Found("")
    return Found(ahead[1], post.dated, "the name ahead of the date")
