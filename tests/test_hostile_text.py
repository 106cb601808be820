"""No regular expression of ours takes over 100 ms on a megabyte of hostile text, and no text function over a second.

Every compiled pattern of the package is found by itself and tried as the code uses it; a new one needs no line here.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType

import pytest
import qa_scraper
from qa_scraper.asker_names import AskerNames
from qa_scraper.extraction.blocks import Block, page_blocks
from qa_scraper.extraction.landmarks import asker_line, is_department, read_more, rejoined, reply_date, reply_line
from qa_scraper.extraction.teasers import read_teasers, read_topics
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page
from qa_scraper.personal_details import without_details
from qa_scraper.text import clean_line, clean_text, parse_age_band, parse_date, parse_gender, signature
from qa_scraper.urls import canonical_url, host_of, page_address

from tests.support.machine import assert_linear, calm_seconds, seconds

MEGABYTE = 1_000_000
LIMIT = 0.1  # seconds of processor time on a megabyte
SHORT = 30_000  # long enough to tell n² from n: what takes a millisecond a side takes 50 squared
METHODS = frozenset("search match fullmatch sub subn split findall finditer".split())
SINGLES = (*" <([-,:a1\n你A./", "\ud800", "\r\n", "x\n")
# Not linear in themselves, and why that harms nobody.
BOUNDED = {
    "text._SIGNED": "signature() gives it the last 200 characters of a text",
    **dict.fromkeys(
        ("extraction.dates._CJK", "extraction.dates._RELATIVE", "extraction.dates._TIME"),
        "find_dates() looks at the first 300 characters of a label",
    ),
    "extraction.posts._SITE_PARTS": "heading_of() gives it the first 300 characters of a title",
    "extraction.thread_fields._BY": "it gets the first 300 characters of a label",
}
# Their patterns come from the site's own module, not from us, and are tried on URLs, whose length is bounded.
OF_SITES = "site"
# What nearly matches: a prefix, what is repeated up to a megabyte, an end that spoils it.
NEARLY = {
    "page._TAG": [("<a", " ", ""), ("", "<a ", ""), ("", "<h1 x", "")],
    "page._SITEMAP": [
        ("", " ", "<x"), ("<?xml", "?", ""), ("", "<!-- -->", "<"), ("", "<!-- ", ""),
        ("<?xml ?>", "\n", ""),
    ],
    "page._LANGUAGE_TAG": [("en", "-ab", "!"), ("en", "-abcdefgh", "-a"), ("", "abc-", "")],
    "text._TIME_OF_DAY": [("", "T ", "1"), ("1:11:11.", "1", "x"), ("", ", ", "11:11 am +1")],
    "text._BAND": [("1", " ", "x"), ("1 ~", " ", "")],
    "text._OPEN_ABOVE": [("over", " ", "x"), ("1", " ", "or")],
    "text._TITLE_BROKEN_OFF": [("", "Dr.\n", ""), ("Dr.", "\n", ""), ("", "Prof.\n\n", "")],
    "extraction.style_sheets._HIDING": [
        ("", "display:", ""), ("display", " ", ""), ("left:-", "1", "p"),
        ("", "left:-1111", ""),
    ],
    "extraction.style_sheets._BLOCK": [
        ("", "display: table", "-column"),
        ("display:", " ", ""),
        ("", "display : ", ""),
    ],
    "extraction.style_sheets._CSS_COMMENT": [("", "/*", ""), ("", "/**", ""), ("", "/* */", ""), ("/", "*", "")],
    "extraction.style_sheets._CSS_SIMPLE": [(" .", "a-", "!"), ("", " ", ".x!"), (".x", " ", "!")],
    "extraction.teasers._CONTROL": [("", "!", "a"), ("!prev", "!", "a"), ("", "! ", "a"), ("", "next ", "")],
    "extraction.teasers._INLINE_READ_MORE": [
        ("", "[ ", ""), ("[", " ", ""), ("", "[read more ", ""),
        ("[read more", " ", ""),
    ],
    "extraction.teasers._DEPARTMENT": [
        ("(", " ", ""), ("(", "(a)", ""), ("", "(a", ""), ("", "((", ""), ("", "(a(b)", ""), ("", "(a(b))", "x"),
        ("", "（a", ""), ("(", "a", ""), ("", "(a) ", "x"), ("(", "a(b) ", ") x"),
    ],
    "extraction.teasers._BETWEEN_TOPICS": [(")", " ", ""), ("", ") ", ""), ("", "),", ""), ("),", " ", "")],
    "extraction.page_heading._DASH": [
        ("a", " ", "b"), ("", " -", ""), ("", "- ", ""), ("", "--", ""), ("a -", " ", "b"),
    ],
    "extraction.edoctor._FURNITURE": [
        ("views", " ", "x"), ("1", "1", "x"), ("1", " ", "x"), ("", "x ", "y"), ("", "x!", "!y"), ("", "!", "y"),
        ("x", "!", "y"), ("date", " ", ""), ("", "e-mail-", "y"), ("", "1,", " hit"), ("line", "-", "linkedi"),
    ],
    "extraction.edoctor._IN_BRACKETS_AT_END": [("", "(a", ""), ("(", "a", ""), ("", "(a)", "x")],
    "extraction.landmarks._MORE_INFO": [("more info", " ", "x"), ("more info (", "1", "x"), ("", "!", "more info")],
    "extraction.landmarks._SIMILAR": [("similar q&a", " ", "x"), ("similar q&a", "1", "x")],
    "extraction.landmarks._READ_MORE": [
        ("[", " ", ""), ("[read more]", " ", "a\nb"), ("read more", " ", "x"),
        ("[read more]", "a\n", ""),
    ],
    "extraction.landmarks._SHARE": [("share", " ", "\nx\n"), ("share:", " ", "a\nb"), ("share to", " ", "a\nb")],
    "extraction.landmarks._REPLY_DATE": [("reply date", " ", "x"), ("reply date:", " ", "a\nb")],
    "extraction.landmarks._REPLY_DATE_LABEL": [
        ("", "reply date ", ""), ("reply date", " ", ""),
        ("", " reply date:", ""),
    ],
    "extraction.landmarks._ASK_DATE_LABEL": [("", "ask date ", ""), ("ask date", " ", ""), ("", "asked date", "")],
    "extraction.landmarks._LABEL_AT_END": [("", "ask date:", ""), ("ask date", " ", ""), ("", "reply date :", "x")],
    "extraction.landmarks._ASKER": [
        ("", ",", ""), ("", ", 1 ", ""), (",1", " ", ""), ("", ",1 year old", "x"), ("1 year old", " ,", "x"),
        ("1", " -", ""), ("", ",20~29 year old female", "x"), (",", " ", "1"), ("", ",over ", ""), ("1 year", "-", "x"),
    ],
    "extraction.landmarks._ASKER_WITHOUT_AGE": [
        ("", ",", ""), (",", " ", ""), ("", ",female", "x"),
        ("female", " ", "x"),
    ],
    "extraction.landmarks._TITLE_AHEAD": [("Dr.", " ", "x"), ("Prof.", " ", "Dr"), ("", "Dr.", "")],
    "extraction.landmarks._REPLIES": [
        ("", " reply", ""), (" reply", " ", "x"), ("a", " ", "reply"),
        ("", " replied:", ""),
    ],
    "extraction.landmarks._SENTENCE_INSIDE": [("", "Dr. ", ""), ("", "a. ", ""), ("", "Dr.", ""), ("", "St. ", "")],
    "personal_details._EMAIL": [("", "a@", ""), ("a@", "a.", "!"), ("", "a@b.", ""), ("", "a @ ", "")],
    "personal_details._EMAIL_SPELT": [("", "a at ", ""), ("", "a at b dot ", ""), ("", "a[at]b ", "")],
    "personal_details._PROFILE": [
        ("", "x.com/", ""), ("x.com/", ".", ""), ("", "x.com/. ", ""), ("", "a.", "x.com"), ("https://", "a.", ""),
        ("", "https://", ""),
    ],
    "personal_details._USER_PAGE": [
        ("", "http://a/", ""), ("http://a/", "b/", ""), ("http://", "a", ""), ("", "http://a/b/c/u/. ", ""),
        ("http://a/u/", ".", ""),
    ],
    "personal_details._HANDLE": [("", "line id", ""), ("", "line id ", "!"), ("line id ", "a", "!"), ("", "賴a", "")],
    "personal_details._ID_NUMBER": [("", "A1", ""), ("", "A1234567", ""), ("A1", "1", "")],
    "personal_details._ABROAD": [("+", "1 ", ""), ("", "+1", ""), ("+1", "1", "a"), ("+1", "(1)", "1")],
    "personal_details._NATIONAL": [("", "02 ", ""), ("", "0", "a"), ("", "02-345-", ""), ("0", "1", "a")],
    "personal_details._AMERICAN": [("", "212-", ""), ("", "(212) ", ""), ("", "212-555-0134#1", "a"), ("", "1 ", "")],
    "personal_details._CHINESE": [("", "13 ", ""), ("", "138 ", ""), ("1", "3", "a")],
    "personal_details._TAIWANESE": [("", "886", ""), ("", "886 9", ""), ("886912", "345", ""), ("", "0912-34-", "")],
    "personal_details._ANY_NUMBER": [("", "1 ", ""), ("", "1", "a"), ("", "(1", ""), ("", "1234567 a", "")],
    "personal_details._SOME_DIGITS": [("1", " ", "a"), ("", "1 ", "a")],
    "marks._SET_ALREADY": [("", "[phone", ""), ("", "asker-", ""), ("asker-", "0", ""), ("", "[", "")],
    "urls._TRACKING": [("utm_", "a", "!"), ("", "utm_", "!")],
    "urls._PATH_SESSION": [("", ";jsessionid=", ""), (";jsessionid=", "a", ""), ("", ";", "")],
}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """A pattern, and a method of it that the package calls."""

    name: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    method: str

    def __str__(self) -> str:
        return f"{self.name}.{self.method}"

    def on(self, text: str) -> float:
        """Seconds of processor time that it takes on *text*."""
        call: Callable[..., object] = getattr(self.pattern, self.method)
        is_bytes = isinstance(self.pattern.pattern, bytes)
        subject = text.encode("utf-8", "surrogatepass") if is_bytes else text
        if self.method == "sub":
            return seconds(lambda: call(b" " if is_bytes else " ", subject))
        if self.method == "finditer":
            return seconds(lambda: deque(call(subject), maxlen=0))  # type: ignore[call-overload]
        return seconds(lambda: call(subject))


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(qa_scraper.__path__, "qa_scraper.")
    return [importlib.import_module(module.name) for module in found]


def tree_of(module: ModuleType) -> ast.Module:
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:
        return ast.parse(file.read())


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """``name.method`` for each method of a pattern that is called on a plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS:
            yield node.value.id, node.attr


def uses() -> list[Use]:
    found = []
    for module in modules():
        called = list(calls(tree_of(module)))
        short = module.__name__.removeprefix("qa_scraper.")
        # Of a table's patterns, too, the methods are called on the variable of a loop over it.
        tables = [row for value in vars(module).values() if isinstance(value, tuple) for row in value]
        in_tables = [row[0] for row in tables if isinstance(row, tuple) and row and isinstance(row[0], re.Pattern)]
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                is_in_table = any(value is pattern for pattern in in_tables)
                methods = {method for on, method in called if on == name or (is_in_table and on == "pattern")}
                found += [Use(f"{short}.{name}", value, method) for method in sorted(methods)]
            elif isinstance(value, tuple) and value and all(isinstance(part, re.Pattern) for part in value):
                # Called on the variable of a loop over the tuple: by whatever is called on a loop variable.
                methods = {method for on, method in called if on == "pattern"}
                found += [Use(f"{short}.{name}[{n}]", part, m) for n, part in enumerate(value) for m in sorted(methods)]
    return found


USES = uses()
FREE = [use for use in USES if use.name not in BOUNDED]


def literals(pattern: re.Pattern[str] | re.Pattern[bytes]) -> list[str]:
    """The words and characters that *pattern* names."""
    found: list[str] = []

    def walk(sequence: object) -> None:
        word = ""
        for code, value in [*sequence, (None, None)]:  # type: ignore[misc]
            if code is codes.LITERAL:
                word += chr(value)
                continue
            if word:
                found.append(word)
                word = ""
            if code is codes.IN:
                found.extend(chr(part) for what, part in value if what is codes.LITERAL)
            elif code is codes.BRANCH:
                for branch in value[1]:
                    walk(branch)
            elif code is codes.ATOMIC_GROUP:
                walk(value)
            elif isinstance(value, tuple) and value and isinstance(value[-1], parser.SubPattern):
                walk(value[-1])

    source = pattern.pattern
    walk(parser.parse(source.decode("latin-1") if isinstance(source, bytes) else source, pattern.flags))
    return list(dict.fromkeys(found))


def long(prefix: str, unit: str, end: str, length: int = MEGABYTE) -> str:
    return prefix + unit * (length // len(unit)) + end


def assert_quick(use: Use, text: str, limit: float) -> None:
    took = calm_seconds(lambda: use.on(text), limit)
    assert took <= limit, f"{use}: {took * 1000:.0f} ms on {len(text)} characters: {text[:40]!r}…{text[-20:]!r}"


@pytest.mark.parametrize("use", FREE, ids=str)
def test_a_megabyte(use: Use) -> None:
    units = [*SINGLES, *literals(use.pattern)[:12]]
    attacks = [("", unit, "\x01") for unit in units]
    for prefix, unit, end in [*attacks, *NEARLY.get(use.name, [])]:
        assert_quick(use, long(prefix, unit, end, SHORT), LIMIT / 5)
        assert_quick(use, long(prefix, unit, end), LIMIT)


@pytest.mark.parametrize("use", FREE, ids=str)
def test_no_two_of_its_words_together_are_slow(use: Use) -> None:
    units = [" ", *literals(use.pattern)[:8]]
    for first, second in product(units, units):
        assert_quick(use, long("", first + second, "\x01", SHORT), LIMIT / 5)
        assert_quick(use, long(first, second, "\x01", SHORT), LIMIT / 5)
        assert_quick(use, long(long("", first, "", SHORT // 2), second, "\x01", SHORT // 2), LIMIT / 5)


def test_every_pattern_is_known_by_name() -> None:
    """Patterns stand at module level and are called by their names; else the tests above would not see them."""
    for module in modules():
        tree = tree_of(module)
        if module.__name__ != f"qa_scraper.{OF_SITES}":
            assert not [method for on, method in calls(tree) if on == "re"], module.__name__
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            assert "compile" not in {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        named = [name for name, value in vars(module).items() if isinstance(value, re.Pattern)]
        short = module.__name__.removeprefix("qa_scraper.")
        unused = [name for name in named if f"{short}.{name}" not in {use.name for use in USES}]
        assert unused == [], module.__name__
    assert {*NEARLY, *BOUNDED} <= {use.name for use in USES}


@pytest.mark.parametrize("unit", [
    "A ", "Dr. ", "Dr.\n", "A.\n", "Aa, ", "Aa Bb ", "Regards, ", "MD ", "M.D. ", "Jr ", "of ", "Aa of ", "A and ", "&",
    "Dr. Aa ", "Dr. de la ", "Dr. A M.D", "A", "'", "d'a ", "Prof ", "\n", "a\n", "~", "Dr", "Dr. A de ", "A/", "A-",
])  # fmt: skip
def test_signatures_in_their_bounds(unit: str) -> None:
    """The one pattern that is not linear, on the 200 characters that it is given."""
    signed = next(use for use in USES if use.name == "text._SIGNED")
    for first in ("", "Dr. A ", "Aaa "):
        for end in ("", "!", "1", " 1"):
            assert_quick(signed, (first + unit * 200)[-200:] + end, LIMIT / 5)
    text = long("", unit, "!")
    assert calm_seconds(lambda: seconds(lambda: signature(text)), 1) < 1


UNITS = (
    " ", "\n", "a", "A ", "Dr. ", "<a ", "<a href=x>", "(a", "[", ",", "1", "你", "\u200b", "a\u200b", "a\n", "\x0b",
    "&", "%", "/", ";", "?a=", "&a=b", "../", "@", ":", "[read more] ", " - ", "0912-345-678 ", "+8869 ", "Lily",
    "小明", "0912345678/", "+886912345678", "[phone]", "line:",
)  # fmt: skip
FUNCTIONS: tuple[Callable[[str], object], ...] = (
    clean_line, clean_text, parse_date, parse_age_band, parse_gender, signature, host_of,
    lambda text: page_address("https://example.org/", text), lambda text: canonical_url("https://e.org/" + text[:8000]),
    lambda text: Page(text, "html").sitemap_links(), lambda text: page_blocks(Page(f"<style>{text}</style>", "html")),
    lambda text: page_blocks(Page(f'<p style="{text}" class="{text}">x', "html")),
    lambda text: asker_line(Block(text)), lambda text: reply_line(Block(text)), lambda text: reply_date(Block(text)),
    lambda text: read_more(Block(text)), lambda text: rejoined([Block(text)]), is_department,
    lambda text: read_teasers([Block(text)]), lambda text: read_topics([Block(text)]), without_details,
    lambda text: AskerNames({"Lily Chen": "x", text[:8]: "y", "小明": "z"}).found_in(text),
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(FUNCTIONS)))
def test_functions_on_a_megabyte(number: int) -> None:
    for unit in UNITS:
        text = long("", unit, "")
        took = calm_seconds(partial(seconds, partial(FUNCTIONS[number], text)), 1)
        assert took < 1, f"{took:.1f} s on {unit!r}"


@pytest.mark.parametrize(("line", "size"), [
    *((line, 25_000) for line in (
        "Dr. Lin reply later", "Dr. Lin reply Neurology", "Reply Date: 2003/10/20", "Reply Date:", "Lin reply",
        "LILY, 20~29 year old female. Ask Date: 2003/10/20", "Ask Date:", "Similar Q&A", "Related FAQ", "More Info",
        "[Read More] Title", "Share to:", "Splints (Orthopedics)", "<a href=/x>t</a>",
    )),
    # A page of more blocks than MOST_BLOCKS goes to further readers: both sizes stand on the same side of that bound.
    ("x", 15_000), ("x", 100_000),
])  # fmt: skip
def test_pages_of_one_line_take_linear_time(line: str, size: int) -> None:
    around = "<h1>T - D</h1><p>LILY, 20~29 year old female. Ask Date: 2003/10/20<p>Dr. Lin reply Neurology<p>Yes."

    def took(size: int) -> float:
        page = Page(long(around, f"<p>{line}", around, size), "html")
        return seconds(lambda: page_records(page, Provenance()))

    assert_linear(took, size)


def test_what_is_not_linear_is_told() -> None:
    with pytest.raises(AssertionError):
        assert_linear(lambda size: size**2 / 6e10, 25_000)
    assert_linear(lambda size: size / 1e4, 25_000)
