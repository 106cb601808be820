"""Pure functions on URLs: what identifies a page, and which links are pages at all.

Identity and address differ: the *canonical URL* is the key of the ledger and the ``url`` of a record,
while a page is fetched at the address as it was seen.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

# Parameters that say where a visitor came from, never which page is shown.
_PAGE_NAMES: Final = frozenset(("page", "p", "pg", "paged", "pageno", "page_no", "pagenum", "pn"))
_TRACKING: Final = re.compile(
    r"(?:utm_\w+|ga_\w+|hsa_\w+|mc_[ce]id|_hs(?:enc|mi)|pk_\w+|mtm_\w+|gclid|gclsrc|gbraid|wbraid|dclid|fbclid"
    r"|msclkid|yclid|twclid|ttclid|igshid|li_fat_id|vero_id|_ga|_gl|ref_src|spm)",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(
    r"(?:phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|sessionid|session_id|oscsid|zenid)", re.IGNORECASE
)
# By their names alone these may be anything; phpBB and vBulletin give them to who takes no cookies.
_SHORT_SESSION: Final = re.compile(r"(?:sid|s)=[0-9a-f]{32}", re.IGNORECASE)
_MADE_FOR_ONE: Final = re.compile(r"[\d.%_-]")
_SCRIPT: Final = re.compile(r"\.(?:php|aspx?|jsp|cgi|do)$", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_PATH_SESSION: Final = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
# Of what no host holds (WHATWG URL §3.5), the part that urlsplit lets through and that could harm a log or terminal.
_NOT_IN_HOST: Final = re.compile(r"[\x00-\x20\x7f-\xa0<>^|]")
_NOT_IN_NAME: Final = re.compile(r"[^a-z0-9._-]+")
_SITE_NAME: Final = re.compile(r"(?:localhost|(?=[a-z0-9])[a-z0-9_-]*+(?:\.[a-z0-9_-]++)++)(?:_\d{1,5})?")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

# Files that hold no question: not worth a request. Everything else is decided by its content.
_NOT_PAGES: Final = frozenset(
    "7z apk avi avif bmp bz2 css csv dmg doc docx eot epub exe flac gif gz ico iso jar jpeg jpg js json m4a m4v map"
    " mov mp3 mp4 mpeg mpg msi odp ods odt ogg otf pdf png ppt pptx rar rpm rss svg tar tgz tif tiff ttf wav webm"
    " webmanifest webp wmv woff woff2 xls xlsx xz zip".split()
)
# Addresses that need no closer look, as most links of most pages: the slow way gives these back as they are.
_LABEL: Final = "[a-z0-9]++(?:-++[a-z0-9]++)*+"
_ORIGIN: Final = (
    rf"(?P<origin>https?://{_LABEL}(?:\.{_LABEL})*+(?::(?!80\b|443\b)(?:[1-9]\d{{0,3}}|[1-5]\d{{4}})(?!\d))?)"
)
_PLAIN_URL: Final = re.compile(rf"{_ORIGIN}(?P<path>(?:/(?!\.)[A-Za-z0-9_~.-]*+)*+)", re.ASCII)
_PLAIN_ORIGIN: Final = re.compile(rf"{_ORIGIN}(?:[/?]|\Z)", re.ASCII)
# Of what is percent-encoded that which must be: not letters, digits, "-._~", nor the space, which is "+" in a query.
_ENCODED: Final = "%(?:2[1-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-D]|[89A-F][0-9A-F])"
_PLAIN_HREF: Final = re.compile(
    rf"(?P<address>(?:{_ORIGIN})?(?:(?:/[A-Za-z0-9_~-]++)+(?:\.(?P<extension>[A-Za-z0-9]++)|/)?|/)"
    rf"(?:\?(?:[A-Za-z0-9_=&.+:/-]|{_ENCODED})++)?)(?:#.*)?",
    re.ASCII,
)
_NO_PAGE_SCHEMES: Final = ("mailto:", "tel:", "javascript:")
_NAME: Final = f"(?:[A-Za-z0-9_.~+:/-]|{_ENCODED})"
# What is encoded is sorted by what it stands for.
_SORTED_AS_IT_IS: Final = frozenset(string.ascii_letters + string.digits + "_.~-=&")
_PLAIN_WITH_QUERY: Final = re.compile(
    rf"{_PLAIN_URL.pattern}\?(?P<query>{_NAME}++={_NAME}*+(?:&{_NAME}++={_NAME}*+)*+)", re.ASCII
)
_REMEMBERED: Final = 4096
"""Addresses whose reading is remembered, of each kind: menus stand on every page."""
USUAL_LENGTH: Final = 512
"""Characters of the longest URLs that are remembered by the ten thousand: half a kilobyte each, two at most."""
_SITEMAPS: Final = (".xml", ".xml.gz")
_LONGEST_ADDRESS: Final = 8000
"""Characters of a URL; what every party on the way supports (RFC 9110 §4.1). Longer ones lead nowhere."""


def canonical_url(url: str) -> str:
    """The one spelling of *url* that identifies its page.

    Drops the fragment, tracking and session parameters, the default port and a trailing slash, sorts the
    parameters, lower-cases scheme and host and normalises percent-encoding (RFC 3986 §6.2.2).
    Idempotent. Raises ValueError for a URL that cannot be parsed (a port that is no number, an open bracket).
    """
    plain = _PLAIN_URL.fullmatch(url)
    if plain:
        return plain["origin"] + (plain["path"].rstrip("/") or "/")
    plain = _PLAIN_WITH_QUERY.fullmatch(url)
    pairs = [pair.split("=") for pair in plain["query"].split("&")] if plain else []
    if plain is None or (len(pairs) > 1 and not _SORTED_AS_IT_IS.issuperset(plain["query"])):
        return _canonical(url)
    pairs = [[part.replace(":", "%3A").replace("/", "%2F") for part in pair] for pair in pairs]
    query = "&".join([f"{name}={value}" for name, value in sorted(pairs) if not _is_noise(name, value)])
    return plain["origin"] + (plain["path"].rstrip("/") or "/") + (f"?{query}" if query else "")


@lru_cache(maxsize=_REMEMBERED)
def _canonical(url: str) -> str:
    parts = urlsplit(canonicalize_url(url.strip(), keep_fragments=False))
    path = _PATH_SESSION.sub("", parts.path).rstrip("/;") or "/"
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    query = "&".join("".join(pair) for pair in pairs if not _is_noise(pair[0], pair[2]))
    return urlunsplit((parts.scheme.lower(), _canonical_host(parts), path, query, ""))


def _is_noise(name: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(name) or _SESSION.fullmatch(name) or _SHORT_SESSION.fullmatch(f"{name}={value}"))


def _canonical_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{parts.port}"
    return host


def host_of(url: str) -> str:
    """Host of *url* with its port where it is not the scheme's own: ``example.org``, ``127.0.0.1:8000``.

    An empty string where *url* has none or cannot be parsed.
    """
    origin = _plain_origin(url)
    if origin:
        return origin.partition("//")[2]
    try:
        return _canonical_host(urlsplit(url))
    except ValueError:
        return ""


def www_twin(host: str) -> str | None:
    """The host that by custom is the same site: with ``www.`` or without. None where there is none (IP addresses)."""
    if host.startswith("www."):
        return host.removeprefix("www.")
    name = host.partition(":")[0]
    return None if "." not in name or name.rpartition(".")[2].isdecimal() or host.startswith("[") else f"www.{host}"


def site_name(url: str) -> str:
    """What a site without a module is called, and its folder: its host without ``www.``, and its port behind ``_``.

    ``forum.example.org``, ``127.0.0.1_8080``. Raises ValueError where *url* names no host.
    """
    host = host_of(canonical_url(url)).removeprefix("www.")
    name = _NOT_IN_NAME.sub("-", host.replace(":", "_") if not host.startswith("[") else host).strip("-._")
    if not name:
        raise ValueError(f"{url!r} names no host")
    return name


def is_site_name(name: str) -> bool:
    """Whether *name* is one that ``site_name`` gives: a host."""
    return _SITE_NAME.fullmatch(name) is not None


def page_address(base: str, href: str, encoding: str = "utf-8") -> str | None:
    """The address that the link *href* on the page *base* leads to, ready to be requested.

    Without fragment, and without user name and password: a page has none to give away. What is no ASCII in the query is
    encoded in *encoding*, that of the page (WHATWG URL §4.1, "query state"); in the path always in UTF-8.

    None where it leads to no web page: another scheme (``mailto:``, ``javascript:``, ``file:``), a file type that
    holds no question (pictures, archives, PDF), or a URL that cannot be parsed or is longer than 8,000 characters.
    """
    return page_addresses(base, (href,), encoding)[0]


def page_addresses(base: str, hrefs: Iterable[str], encoding: str = "utf-8") -> list[str | None]:
    """``page_address`` of each of *hrefs*, all of them links on the page *base*."""
    origin = _plain_origin(base)
    found: list[str | None] = []
    for href in hrefs:
        if len(href) > _LONGEST_ADDRESS:
            found.append(None)
            continue
        plain = _plain_address(href) if origin else None
        if plain is None:
            found.append(_page_address(base, href, encoding))
        elif plain.startswith("/"):
            found.append(origin + plain)
        else:
            found.append(plain or None)
    return found


@lru_cache(maxsize=_REMEMBERED)
def _plain_address(href: str) -> str | None:
    """The address that *href* leads to, without its origin where that is the page's own; empty: to no page.

    None: it takes a closer look to tell.
    """
    plain = _PLAIN_HREF.fullmatch(href)
    if plain is None:
        return "" if href.startswith(_NO_PAGE_SCHEMES) else None
    return plain["address"] if (plain["extension"] or "").lower() not in _NOT_PAGES else ""


def _plain_origin(url: str) -> str:
    """Scheme and host of *url*, an empty string where it takes a closer look to tell them."""
    plain = _PLAIN_ORIGIN.match(url)
    return plain["origin"] if plain else ""


@lru_cache(maxsize=_REMEMBERED)
def _page_address(base: str, href: str, encoding: str) -> str | None:
    try:
        parts = urlsplit(urljoin(base, href.strip()))
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or (parts.port or 1) < 1:
            return None
        if _NOT_IN_HOST.search(parts.hostname):
            return None
        name = parts.path.rpartition("/")[2].lower()
        if "." in name and not name.endswith(_SITEMAPS) and name.rpartition(".")[2] in _NOT_PAGES:
            return None
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
        address = _encoded(urlunsplit(bare), encoding)
        return address if len(address) <= _LONGEST_ADDRESS else None
    except ValueError:
        return None


def _encoded(url: str, encoding: str) -> str:
    try:
        return safe_url_string(url, encoding=encoding)
    except UnicodeEncodeError:  # a character that the page's encoding has not got
        return safe_url_string(url)


def path_pattern(canonical: str) -> str:
    """What canonical URLs of the same kind of page have in common: two folders of the path, the parameters' names.

    Names that look made for one page (digits, dashes, dots, long ones) become ``*``: ``qa/*``, ``calendar/*?m&y``.
    """
    path, query = _path_and_query(canonical)
    folders = [_folder_kind(name) for name in path.split("/") if name]
    deeper = ["**"] if len(folders) > 2 else []
    names = sorted({pair.partition("=")[0] for pair in query.split("&") if pair})[:8]
    return "/".join([*folders[:2], *deeper]) + (
        "?" + "&".join(_DIGITS.sub("0", name) for name in names) if names else ""
    )


def list_page_number(canonical: str) -> int | None:
    """Which page of a list a canonical URL is, as far as it says so (``?page=3``, ``/page/3``); None: it does not."""
    if "?" not in canonical and not canonical[-1:].isdigit():
        return None  # most URLs; canonical ones end with no slash
    path, query = _path_and_query(canonical)
    pairs = (pair.partition("=") for pair in query.split("&"))
    numbers = [value for name, _, value in pairs if name.lower() in _PAGE_NAMES]
    before, _, last = path.rstrip("/").rpartition("/")
    if before.rpartition("/")[2].lower() in _PAGE_NAMES:
        numbers.append(last)
    return next((int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 7), None)


def _path_and_query(canonical: str) -> tuple[str, str]:
    """Path, without its first slash, and query of a canonical URL."""
    path, _, query = canonical.partition("//")[2].partition("/")[2].partition("?")
    return path, query


def _folder_kind(name: str) -> str:
    return "*" if _MADE_FOR_ONE.search(_SCRIPT.sub("", name)) or len(name) > 20 else name


def url_hash(canonical: str) -> str:
    """A short name for a canonical URL: the first 16 hex digits of its SHA-256."""
    return text_hash(canonical)


def text_hash(text: str) -> str:
    """A short name for *text*: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
