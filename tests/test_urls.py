"""Canonical URLs and links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_scraper import urls
from qa_scraper.urls import canonical_url, host_of, page_address, path_pattern


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Example.ORG:443/A/b/", "https://example.org/A/b"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org/?b=2&a=1#x", "http://example.org/?a=1&b=2"),
        ("http://example.org/q?utm_source=x&id=3&fbclid=y", "http://example.org/q?id=3"),
        ("http://example.org/q;jsessionid=AB12?PHPSESSID=9", "http://example.org/q"),
        (
            "http://example.org/viewtopic.php?t=7&sid=0123456789abcdef0123456789ABCDEF",
            "http://example.org/viewtopic.php?t=7",
        ),
        ("http://example.org/t?s=0123456789abcdef0123456789abcdef&p=%C3%A9", "http://example.org/t?p=%C3%A9"),
        ("http://example.org/t?osCsid=x7&sid=12&s=knee", "http://example.org/t?s=knee&sid=12"),
        ("http://example.org/caf%C3%A9 au", "http://example.org/caf%C3%A9%20au"),
        ("http://example.org:8080/q/", "http://example.org:8080/q"),
        ("http://example.org./q", "http://example.org/q"),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(st.text("abc/?&=#%:.é 中+;~25EFutm_", max_size=40))
def test_canonical_is_idempotent(tail: str) -> None:
    once = canonical_url("http://example.org/" + tail)
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/q/1#reply", "https://example.org/q/1"),
        ("?page=2", "https://example.org/d/x?page=2"),
        (" y \n", "https://example.org/d/y"),
        ("//Other.example/z", "https://other.example/z"),
        ("mailto:a@example.org", None),
        ("javascript:void(0)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("ftp://example.org/", None),
        ("/photo.JPG", None),
        ("/sitemap.xml.gz", "https://example.org/sitemap.xml.gz"),
        ("http://[broken", None),
        ("http://example.org:99999/", None),
        ("http:///nohost", None),
    ],
)
def test_links(href: str, address: str | None) -> None:
    assert page_address("https://example.org/d/x", href) == address


def test_hosts() -> None:
    assert [
        host_of(u) for u in ("http://A.b/", "http://a.b:80/", "https://a.b:444/", "http://[::1]:9/", "http://[")
    ] == [
        "a.b",
        "a.b",
        "a.b:444",
        "[::1]:9",
        "",
    ]


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://h/", ""),
        ("https://h/qa/numb-feet", "qa/*"),
        ("https://h/qa/123", "qa/*"),
        ("https://h/en/qa/123", "en/qa/**"),
        ("https://h/calendar/2024/05", "calendar/*/**"),
        ("https://h/calendar/2024?m=5&y=1", "calendar/*?m&y"),
        ("https://h/a/b/a/b/a/b", "a/b/**"),
        ("https://h/ShowDetail.php?q_no=5", "ShowDetail.php?q_no"),
    ],
)
def test_path_pattern(url: str, pattern: str) -> None:
    assert path_pattern(url) == pattern


HOSTS = st.from_regex(r"[a-z0-9.-]{1,20}(:\d{1,6})?", fullmatch=True)
PATHS = st.from_regex(r"(/[A-Za-z0-9_~.%;-]{0,6}){0,4}(\?[a-z=&.%-]{0,8})?(#[a-z]{0,3})?", fullmatch=True)
HREFS = PATHS | st.from_regex(r"(mailto|tel|javascript|https?):[a-z0-9.:/?#@\[\] -]{0,12}", fullmatch=True)


@given(st.sampled_from(["http", "https"]), HOSTS, PATHS, HREFS)
def test_plain_addresses_are_read_as_all_others(scheme: str, host: str, path: str, href: str) -> None:
    """Most addresses are read by a short way; it must give what the long way gives."""
    url = f"{scheme}://{host}{path}"
    assert outcome(canonical_url, url) == outcome(urls._canonical, url)
    assert outcome(page_address, url, href, "utf-8") == outcome(urls._page_address, url, href, "utf-8")


def outcome(function: Callable[..., object], *arguments: str) -> object:
    try:
        return function(*arguments)
    except ValueError:
        return ValueError
