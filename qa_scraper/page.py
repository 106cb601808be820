"""A page: bytes, URL and headers become decoded text and a tree (the encoding is decided in ``charset.py``)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import dropwhile, islice
from string import ascii_letters
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from lxml import etree
from w3lib.encoding import read_bom

from qa_scraper.charset import decode
from qa_scraper.text import clean_line
from qa_scraper.urls import page_address, page_addresses

Kind = Literal["html", "text", "binary"]

_TAG: Final = re.compile(
    r"<(?=[!a-z])(?:!doctype|html|head|body|div|p|br|table|span|article|section|main|h[1-6]|ul|title|meta|a)\b[^<]*>",
    re.IGNORECASE,
)
_MAGIC: Final = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x7fELF",
    b"RIFF",
    b"Rar!",
)
_BODY_SNIFFED: Final = 4096
_SITEMAP: Final = re.compile(r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--.*?-->\s*+)*+<(?:urlset|sitemapindex)\b", re.DOTALL)
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Bytes that stand in no text (WHATWG MIME Sniffing §3, "binary data byte"); one in twenty is no accident any more.
_BINARY_BYTES: Final = bytes([*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_ODD_SHARE: Final = 20
_WIDE_TAGS: Final = (b"<\x00", b"\x00<")
_MARKUP_TYPES: Final = ("html", "xml")
# Elements that hold the address of another page; pictures, scripts and frames inside of pages are none of the crawl.
_LINKS: Final = ("a", "area", "link")
_ANCHORS: Final = etree.XPath("descendant-or-self::a/@href", smart_strings=False)
_NEIGHBOURS: Final = frozenset(("next", "prev"))  # values of <link rel> that name a page of the same list
_OF_HEAD: Final = frozenset(
    (etree.Comment, *"base basefont bgsound link meta noframes noscript script style template title".split())
)
_REFRESH: Final = re.compile(
    r"\s*+\d[\d.]*+\s*+[;,]?\s*+(?:url\s*+=\s*+)?[\"']?(?P<href>[^\"'\s][^\"']*+)", re.IGNORECASE
)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no text of a tree may be set to
_IN_LOWER_CASE: Final = bytes(range(256)).lower()
_NO_LETTERS: Final = bytes(code for code in range(256) if code not in ascii_letters.encode())
_PAGE_OPTIONS: Final = etree.XPath("//select[@name or @id]//option")
_PAGE_PARAMETERS: Final = frozenset(("pageno", "page", "pagenumber"))
_LONGEST_NUMBER: Final = 9

LARGEST_PAGE: Final = 4 * 1024 * 1024
"""Bytes of the largest page that is read; real ones have hundreds of kilobytes."""
_MOST_TAGS: Final = 200_000
_MOST_LINE_ENDS: Final = 100_000  # of plain text
_MOST_LINKS: Final = 10_000
_LONGEST_LASTMOD: Final = 40
_MOST_SITEMAP_URLS: Final = 50_000  # sitemaps.org allows a file no more
_LONGEST_HREF: Final = 16_384
# libxml2 walks all attributes of a tag to append one: 25,000 take a second, 250,000 two minutes.
_MOST_ATTRIBUTES: Final = 1_000
_MANY_ATTRIBUTES: Final = 64 * 1024  # characters of a page that can hold enough of them to be felt
# A tag as a parser reads it (HTML Living Standard §13.2.5.32 to §13.2.5.38); nothing in it can match in two ways.
_ATTRIBUTE: Final = (
    r"""(?:[\s/]++|(?<=["']))(?:=?+[^\s/>=]++|=)"""
    r"""(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
)
_TAG_WITH_ATTRIBUTES: Final = re.compile(
    rf"(<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{0,{_MOST_ATTRIBUTES}}}+)(?:{_ATTRIBUTE})*+"
)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of web pages in page order, each once, without fragments; ``not_pages``: how many links lead elsewhere
    (``mailto:``, pictures, archives, what cannot be parsed); ``left_out``: how many were not looked at, for the page
    has more of them than any page for readers."""

    pages: list[str]
    not_pages: int
    left_out: int = 0


@dataclass(frozen=True)
class Page:
    """One fetched or read document.

    ``text`` is decoded and holds neither NUL nor lone surrogates. ``url`` is the address that it was fetched at (the
    base of its links), None for a file read without one. ``encoding_doubt``: why the text may be mojibake, empty where
    nothing speaks for it. ``refused``: why its text was not decoded at all, empty where it was.
    ``seen_on``: the day of the fetch (UTC), which "3 days ago" counts from, None where nobody knows.
    ``utf8``: the text as it came, where it came as UTF-8.
    """

    text: str
    kind: Kind
    url: str | None = None
    content_language: str | None = None
    encoding: str = "utf-8"
    encoding_doubt: str = ""
    refused: str = ""
    seen_on: date | None = None
    utf8: bytes | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_bytes(
        cls,
        body: bytes,
        *,
        url: str | None = None,
        content_type: str | None = None,
        content_language: str | None = None,
        seen_on: date | None = None,
    ) -> Page:
        """Decodes *body*. *content_type* is the value of that header (``text/html; charset=big5``) or None."""
        kind = _kind(body, content_type)
        if kind == "binary":
            return cls("", kind, url)
        if len(body) > LARGEST_PAGE and not _SITEMAP.match(body[:_BODY_SNIFFED].decode("latin-1")):
            return cls(
                "", kind, url, refused=f"larger than {LARGEST_PAGE // 2**20} MiB, more than any page for readers"
            )
        decoded = decode(body, content_type)
        text = decoded.text
        if kind == "text" and not _declares_text(content_type) and _TAG.search(text[:_BODY_SNIFFED]):
            kind = "html"
        utf8 = body if decoded.as_it_came else None
        if 0 in body:
            text, utf8 = text.replace("\x00", ""), None
        return cls(text, kind, url, content_language, decoded.encoding, decoded.doubt, seen_on=seen_on, utf8=utf8)

    @cached_property
    def _parsed(self) -> tuple[etree._Element | None, bool]:
        """The root element, and whether the parser stopped before the end."""
        if self.kind != "html" or self._overfull:
            return None, False
        # huge_tree raises the parser's limit on depth from 256 levels to 2,048; past that it stops and does not raise.
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True, collect_ids=False)
        try:
            root = etree.fromstring(self._source(), parser)
        except etree.XMLSyntaxError:
            return None, False
        if root is not None:
            _end_head(root)
        return root, any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)

    def _source(self) -> bytes:
        """The text for the parser, without what attributes a tag has past the first 1,000."""
        if len(self.text) < _MANY_ATTRIBUTES:
            return self.text.encode("utf-8") if self.utf8 is None else self.utf8
        # Tag by tag, so that no single step holds other threads up.
        spans = (match.span(1)[1:] + match.span()[1:] for match in _TAG_WITH_ATTRIBUTES.finditer(self.text))
        kept, at = [], 0
        for cut_from, cut_to in spans:
            if cut_from < cut_to:
                kept.append(self.text[at:cut_from])
                at = cut_to
        return "".join([*kept, self.text[at:]]).encode("utf-8")

    @cached_property
    def _overfull(self) -> str:
        """Why the page is not even parsed: each of its parts is small, but they are too many to be looked at."""
        if len(self.text) <= min(_MOST_TAGS, _MOST_LINE_ENDS):
            return ""
        if self.kind == "html" and self.text.count("<") > _MOST_TAGS:
            return f"more than {_MOST_TAGS:,} tags"
        if self.kind == "text" and self.text.count("\n") > _MOST_LINE_ENDS:
            return f"more than {_MOST_LINE_ENDS:,} lines"
        return ""

    @property
    def tree(self) -> etree._Element | None:
        """Root element of the parsed page; None for plain text and for a page without any element."""
        return self._parsed[0]

    @property
    def unreadable(self) -> str | None:
        """Why the page could not be read to its end, None where it could."""
        if self.kind == "binary":
            return "not text: a binary file or a media type that holds no page"
        if self.refused or self._overfull:
            return self.refused or self._overfull
        return "nested deeper than 2,045 levels: the parser stops there" if self._parsed[1] else None

    @cached_property
    def base_url(self) -> str | None:
        """What relative links are resolved against: ``<base href>`` on top of the page's own URL."""
        bases = self.tree.iter("base") if self.tree is not None else ()
        declared = next((base.get("href", "") for base in bases if "href" in base.attrib), "")
        if not declared.strip():
            return self.url
        return page_address(self.url or "", declared) or self.url

    def links(self) -> Links:
        """All links of the page to other pages."""
        base = self.base_url
        if base is None or self.tree is None:
            return Links([], 0)
        counts = Counter(_hrefs(self.tree))
        hrefs = [href for href in counts if not href.startswith("#")]
        left_out = 0
        if len(hrefs) > _MOST_LINKS or max(map(len, hrefs), default=0) > _LONGEST_HREF:
            short = [href for href in hrefs if len(href) <= _LONGEST_HREF][:_MOST_LINKS]
            left_out = sum([counts[href] for href in set(hrefs).difference(short)])
            hrefs = short
        more = Counter((*self._page_choices(base), *self._forwards()))
        if more:
            counts = Counter({href: counts[href] for href in hrefs}) + more
            hrefs = list(counts)[:_MOST_LINKS]
        addresses = page_addresses(base, hrefs, self.encoding)
        not_pages = sum([counts[href] for href, address in zip(hrefs, addresses, strict=True) if address is None])
        return Links([address for address in dict.fromkeys(addresses) if address is not None], not_pages, left_out)

    def _forwards(self) -> list[str]:
        """Where a page leads that shows nothing itself: the refresh in its head, the pages of its frames."""
        found: list[str] = []
        for part in self.tree if self.tree is not None else ():
            if part.tag == "frameset":
                found += [frame.get("src", "") for frame in part.iter("frame")]
            for meta in part.iterchildren("meta") if part.tag == "head" else ():
                if meta.get("http-equiv", "").lower() == "refresh":
                    target = _REFRESH.match(meta.get("content", "")[:_LONGEST_HREF])
                    found += [target["href"]] if target else []
        return [href for href in found if href and len(href) <= _LONGEST_HREF]

    def _page_choices(self, base: str) -> list[str]:
        """The further pages that a list offers in a ``<select>``: it is named after a parameter of the address."""
        if self.tree is None or next(self.tree.iter("select"), None) is None:
            return []
        query = urlsplit(base).query
        names = {pair.partition("=")[0] for pair in query.split("&")}
        found = []
        options = _PAGE_OPTIONS(self.tree)
        for option in options if isinstance(options, list) else ():
            assert isinstance(option, etree._Element)
            select = next(option.iterancestors("select"))
            name = select.get("name") or select.get("id") or ""
            value = option.get("value") or "".join(map(str, option.itertext())).strip()
            if (name in names or name.lower() in _PAGE_PARAMETERS) and value.isascii() and value.isdecimal():
                others = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != name]
                found.append("?" + "&".join([*others, f"{name}={value[:_LONGEST_NUMBER]}"]))
        return found

    def sitemap_links(self) -> dict[str, str | None] | None:
        """The addresses that a sitemap (sitemaps.org, index or list of URLs) names; None for any other page.

        With each its ``lastmod`` as written, where it has one. The first 50,000 are given: a sitemap that keeps to the
        protocol has no more.
        """
        if not _SITEMAP.match(self.text[:_BODY_SNIFFED]):
            return None
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(self.text.encode("utf-8"), parser)
        found: dict[str, str | None] = {}
        for node in islice(root.iter("{*}loc"), _MOST_SITEMAP_URLS) if root is not None else ():
            try:
                named = node.text or ""
            except UnicodeDecodeError:  # libxml2 takes &#xD800; for a character; it stands in no address
                continue
            address = page_address(self.url or "", named[:_LONGEST_HREF])
            if address and address not in found:
                entry = node.getparent()
                lastmod = (entry.findtext("{*}lastmod") if entry is not None else None) or ""
                found[address] = lastmod.strip()[:_LONGEST_LASTMOD] or None
        return found

    @cached_property
    def language(self) -> str | None:
        """Language of the page as it declares it (``<html lang>``, ``Content-Language``), as a BCP 47 tag."""
        declared = (self.tree.get("lang") or self.tree.get("xml:lang") if self.tree is not None else None) or (
            self.content_language or ""
        ).partition(",")[0]
        declared = declared.strip().replace("_", "-")
        return declared if _LANGUAGE_TAG.fullmatch(declared) else None

    @cached_property
    def flat_text(self) -> str:
        """All text of the page as one line, scripts and what is hidden included: to look for words in, no more."""
        return clean_line(
            str(etree.tostring(self.tree, method="text", encoding="unicode", with_tail=False))
            if self.tree is not None
            else self.text
        )

    @cached_property
    def letters(self) -> bytes:
        """The ASCII letters of ``flat_text``, in small ones and with nothing between them.

        Whether some words may stand on the page shows here in a fifth of the time: ``readmore`` for "Read More".
        """
        raw = (
            etree.tostring(self.tree, method="text", encoding="utf-8", with_tail=False)
            if self.tree is not None
            else self.text.encode("ascii", "ignore")
        )
        return raw.translate(_IN_LOWER_CASE, _NO_LETTERS)

    @cached_property
    def title(self) -> str:
        """Text of ``<title>``, an empty string where there is none."""
        found = next(self.tree.iter("title"), None) if self.tree is not None else None
        if found is None:
            return ""
        return "".join(map(str, found.itertext())) if len(found) else found.text or ""


def _hrefs(root: etree._Element) -> list[str]:
    """What the links say, in page order."""
    names_neighbours = not _NEIGHBOURS.isdisjoint([link.get("rel") for link in root.iter("link")])
    if not names_neighbours and next(root.iter("area"), None) is None:
        return cast("list[str]", _ANCHORS(root))  # on most pages, and in two thirds of the time
    return [
        href
        for node in root.iter(*_LINKS)
        if (href := node.get("href")) is not None and (node.tag != "link" or node.get("rel") in _NEIGHBOURS)
    ]


def _end_head(root: etree._Element) -> None:
    """Puts what ``<head>`` cannot hold, and all behind it, into the body, which begins there (HTML Living Standard
    §13.2.6.4.4).

    Pages may leave out the tags between both; libxml2 does not know of any newer element that it ends the head.
    """
    head = root.find("head")
    moved = list(dropwhile(lambda child: child.tag in _OF_HEAD, head)) if head is not None else []
    if head is None or not moved:
        return
    body = root.find("body")
    if body is None:
        body = etree.Element("body")
        head.addnext(body)
    moved[-1].tail = _NOT_XML.sub(" ", (moved[-1].tail or "") + (body.text or "")) or None
    body.text = None
    body[:0] = moved


def _declares_text(content_type: str | None) -> bool:
    return (content_type or "").partition(";")[0].strip().lower() == "text/plain"


def _kind(body: bytes, content_type: str | None) -> Kind:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type and not media_type.startswith("text/") and not any(word in media_type for word in _MARKUP_TYPES):
        return "binary"
    head = body[:_BODY_SNIFFED]
    odd_bytes = len(head) - len(head.translate(None, _BINARY_BYTES))
    # UTF-16 is full of zero bytes; without a byte order mark its header or its first tag shows it.
    wide = read_bom(head)[0] is not None or "utf-16" in (content_type or "").lower() or head.startswith(_WIDE_TAGS)
    if body.startswith(_MAGIC) or (odd_bytes > len(head) // _ODD_SHARE and not wide):
        return "binary"
    return "html" if any(word in media_type for word in _MARKUP_TYPES) else "text"
