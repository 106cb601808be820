"""Inputs made of fixture pages: their tags and lines are taken out, doubled, moved, mixed with those of other pages.

Bytes alone hardly ever make a landmark line; this keeps them whole and puts them where they do not belong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

from tests.fixtures import FOLDER

_TOKEN = re.compile(rb"<[^<>]*>?|[^<\n]+|\n")
HEADERS = (
    b"text/html; charset=utf-8", b"text/html", b"", b"text/plain; charset=utf-8", b"text/html; charset=big5",
    b"text/html; charset=gb18030", b"text/html; charset=shift_jis", b"text/html; charset=windows-1252",
    b"application/xml", b"text/html; charset=utf-16", b"text/html; charset=utf-7", b"text/html; charset=\xff",
)  # fmt: skip
CHARSETS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "big5", "gb18030", "shift_jis", "windows-1252", "utf-32")
PIECES = tuple(
    piece.encode()
    for piece in (
        "Share to:", "Share this on: X", "Similar Q&A", "Similar Q&amp;A (4)", "Related FAQ", "▼ More Info",
        "More Info",
        "[Read More]", "[Read More] Tingling feet", "Read more…", "Reply Date: 2003/10/20", "Reply Date:", "2003/10/20",
        "Reply Date: 2003/13/40", "Reply Date: 0000/01/01", "Ask Date: 2003/10/20", "Ask Date: 2003年10月20日",
        "LILY, 20~29 year old female. Ask Date: 2003/10/20", "LILY, 999~000 years old. Ask Date: 9999/12/31 24:61",
        "female. Ask Date: Oct 20, 2003", "Lily. Asked Date: 20 October 2003",
        "Dr. Zeng Guosen reply Internal Medicine",
        "Dr. reply", "Dr. Lin reply", "reply", "Dr. Lin replied: later", "Prof. Dr. 林 reply (X)", "(Neurology)", "()",
        "Splints (Orthopedics)", "（神經科）", "A (B (C) D), E (F)", "Numbness of the Hand - Neurology", " - ", "|",
        "Hematologist Dr.\nLin Tsung-Che.", "Regards, Dr. O'Brien", "Facebook Twitter", "123 views", "Posted: x",
        "© 2003", "Hello,", "...", "…", ":", "：", ",", ".", "\u200b", "\u00a0", "\ufeff", "\u202e", "\u2028", "\x85",
        "\x00", "\x0b", "\x1b[31m", "\x7f", "İ", "ß", "ﬁ", "²", "٣", "１２", "\U0001f600", "e\u0301", "&#0;", "&#x1b;",
        "&#xd800;", "&#1114112;", "&nbsp;", "&amp;amp;", "<br>", "<p>", "</p>", "<div>", "</div>", "<hr>", "<li>",
        "<ul>", "</ul>", "<table><tr><td>", "</td>", "<h1>", "</h1>", "<h3>", "</h3>", "<a href='/qa/x'>", "</a>",
        "<a href>", "<a href='http://[::1'>", "<a href='//e.x:99999/'>", "<a href='\x01 javascript:x'>", "<a href='?'>",
        "<a href='http://é\u2028.x/%'>", "<a href='http://xn--a.x/'>", "<a href=' #'>", "<base href='http://[x/'>",
        "<base href='/b/'>", "<button>", "</button>", "<span hidden>", "</span>", "<div style='display:none'>", "<pre>",
        "<aside>", "</aside>", "<nav>", "</nav>", "<header>", "<footer>", "<article>", "</article>", "<dialog open>",
        "<template>", "<script>", "</script>", "<style>.x{display:none}", "<style>/*", "@media x{", "</style>", "<svg>",
        "<i class=x>", "<i role=heading aria-level=9>", "<i role=button>", "<x-y>", "</x-y>", "<a:b>", "<title>",
        "</title>", "<textarea>", "<!--", "-->", "<![CDATA[", "<?php", "?>", "<html lang='zh_TW'>", "<html lang=\x00>",
        "<meta charset=big5>", "<meta charset=utf-7>", "<meta charset=nonsense>", "<!doctype html>", "<urlset>",
        "<sitemapindex>", "<loc>https://e.x/</loc>", "<loc>http://[</loc>", "<frameset>", "</body>", "</html>",
        "<?xml version='1.0' encoding='x'?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;",
    )
)  # fmt: skip


@cache
def pages() -> list[bytes]:
    """The fixture pages, their findings of old included, each as an input."""
    read = [(path.suffix, path.read_bytes()) for path in sorted((FOLDER / "edoctor").iterdir())]
    html = [b"text/html\n" + body for suffix, body in read if suffix == ".html"]
    text = [b"text/plain\n" + body for suffix, body in read if suffix == ".txt"]
    return [*html, *text, *(path.read_bytes() for path in sorted((FOLDER / "fuzz").glob("*.input")))]


def tokens(data: bytes) -> list[bytes]:
    """*data* in tags, texts and line breaks."""
    return _TOKEN.findall(data)


def mutated(data: bytes, rng: Random, by_bytes: Callable[[bytes], bytes] | None = None) -> bytes:
    """*data* with a few changes to its tags and lines; with *by_bytes*, sometimes to its bytes."""
    header, newline, body = data.partition(b"\n")
    if not newline:
        header, body = b"", data
    if rng.random() < 0.05:
        header = rng.choice(HEADERS)
    if by_bytes is not None and rng.random() < 0.2:
        return header + b"\n" + by_bytes(body)
    parts = tokens(body)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5, 8))):
        rng.choice(_CHANGES)(parts, rng)
    body = b"".join(parts)
    if rng.random() < 0.03:
        body = body.decode("utf-8", "replace").encode(rng.choice(CHARSETS), "replace")
    if rng.random() < 0.03:
        body = body[: rng.randrange(len(body) + 1)]
    return header + b"\n" + body


def _span(parts: list[bytes], rng: Random) -> slice:
    at = rng.randrange(len(parts) + 1)
    return slice(at, at + rng.choice((1, 1, 1, 2, 3, 8)))


def _delete(parts: list[bytes], rng: Random) -> None:
    del parts[_span(parts, rng)]


def _insert(parts: list[bytes], rng: Random) -> None:
    at = rng.randrange(len(parts) + 1)
    parts[at:at] = [rng.choice(PIECES) for _ in range(rng.choice((1, 1, 2, 4)))]


def _replace(parts: list[bytes], rng: Random) -> None:
    parts[_span(parts, rng)] = [rng.choice(PIECES)]


def _inside(parts: list[bytes], rng: Random) -> None:
    """Puts a piece inside of a text or tag."""
    if parts:
        at = rng.randrange(len(parts))
        cut = rng.randrange(len(parts[at]) + 1)
        parts[at] = parts[at][:cut] + rng.choice(PIECES) + parts[at][cut + rng.choice((0, 0, 1, 5)) :]


def _repeat(parts: list[bytes], rng: Random) -> None:
    span = _span(parts, rng)
    parts[span] = parts[span] * rng.choice((2, 2, 3, 20))


def _move(parts: list[bytes], rng: Random) -> None:
    span = _span(parts, rng)
    moved = parts[span]
    del parts[span]
    at = rng.randrange(len(parts) + 1)
    parts[at:at] = moved


def _splice(parts: list[bytes], rng: Random) -> None:
    """Puts a part of another page in the place of a part of this one."""
    other = tokens(rng.choice(pages()).partition(b"\n")[2])
    at = rng.randrange(len(other) + 1)
    parts[_span(parts, rng)] = other[at : at + rng.choice((1, 3, 10, 30))]


_CHANGES = (_delete, _delete, _insert, _insert, _replace, _inside, _repeat, _move, _move, _splice)
