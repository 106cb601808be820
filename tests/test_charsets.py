"""Every encoding under right, wrong and missing declarations: the text as it was written, or a flag."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from qa_scraper.charset import decode
from qa_scraper.extraction.sections import NoQuestion
from qa_scraper.items import Record
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

from tests.charset_texts import ENCODINGS, FRENCH, JAPANESE, KOREAN, RUSSIAN, SIMPLIFIED, TRADITIONAL, Case

WRONG = ("utf-8", "iso-8859-1", "windows-1251", "koi8-r", "big5", "gbk", "shift_jis", "euc-jp", "euc-kr", "utf-16")


MULTI_BYTE = [entry for entry in ENCODINGS if entry[0].startswith(("big5", "gb", "shift", "euc"))]


def declarations(label: str) -> Iterator[tuple[str | None, str]]:
    """Label in the header, label in the page (empty: none): right, wrong, missing."""
    yield label, ""
    yield None, label
    yield label, label
    yield None, ""
    for wrong in WRONG:
        if wrong != label:
            yield wrong, ""
            yield None, wrong
            yield wrong, label
            yield label, wrong
            yield wrong, wrong


def meta(label: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""


def content_type(label: str | None) -> str:
    return f"text/html; charset={label}" if label else "text/html"


def record(page: Page) -> Record:
    found = page_records(page, Provenance())
    assert not isinstance(found, NoQuestion), found
    return found[0]


@pytest.mark.parametrize(
    ("encoding", "label", "case"), ENCODINGS, ids=lambda part: str(getattr(part, "language", part))
)
def test_pages_are_read_whatever_they_declare(encoding: str, label: str, case: Case) -> None:
    for in_header, in_body in declarations(label):
        html = case.html(meta(in_body))
        page = Page.from_bytes(html.encode(encoding), content_type=content_type(in_header))
        assert page.text == html, (in_header, in_body, page.encoding)
        assert not page.encoding_doubt, (in_header, in_body, page.encoding_doubt)
        found = record(page)
        assert (found.title, found.question.text, found.asker.name) == (case.title, case.question, case.asker)
        assert (found.answers[0].text, found.more_info) == (case.answer, case.more)


@pytest.mark.parametrize(
    ("encoding", "label", "case"), ENCODINGS, ids=lambda part: str(getattr(part, "language", part))
)
def test_a_sentence_is_read_or_flagged(encoding: str, label: str, case: Case) -> None:
    for in_header, in_body in declarations(label):
        html = case.short(meta(in_body))
        page = Page.from_bytes(html.encode(encoding), content_type=content_type(in_header))
        assert page.text == html or page.encoding_doubt, (in_header, in_body, page.encoding, page.text)
        if {in_header or label, in_body or label} == {label} and (in_header or in_body):
            assert (page.text, page.encoding_doubt) == (html, ""), (in_header, in_body)


@pytest.mark.parametrize("case", [TRADITIONAL, SIMPLIFIED, JAPANESE, KOREAN, FRENCH, RUSSIAN], ids=lambda c: c.language)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_win(encoding: str, case: Case) -> None:
    for in_header, in_body in declarations("utf-8"):
        html = case.html(meta(in_body))
        page = Page.from_bytes(html.encode(encoding), content_type=content_type(in_header))
        assert (page.text, page.encoding_doubt) == (html, ""), (in_header, in_body)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("label", [None, "utf-16", "utf-8"])
def test_utf_16_without_a_mark(encoding: str, label: str | None) -> None:
    html = JAPANESE.html()
    page = Page.from_bytes(html.encode(encoding), content_type=content_type(label))
    assert (page.text, page.encoding_doubt) == (html, "")


@pytest.mark.parametrize("label", ["utf-8", "big5", None])
def test_a_mark_in_front_of_another_encoding(label: str | None) -> None:
    # A template saved as UTF-8 with a mark, filled from a Big5 database.
    html = TRADITIONAL.html()
    page = Page.from_bytes(b"\xef\xbb\xbf" + html.encode("big5"), content_type=content_type(label))
    assert page.text == html


@pytest.mark.parametrize(
    ("encoding", "label", "case"), MULTI_BYTE, ids=lambda part: str(getattr(part, "language", part))
)
def test_a_few_broken_bytes_are_flagged_and_spoil_only_themselves(encoding: str, label: str, case: Case) -> None:
    # An excerpt that was cut at a length in bytes: half a character stays.
    html = case.html().replace("More Info", "More Info\n@@")
    body = html.encode(encoding).replace(b"@@", b"\xe7 ")
    for in_header in (label, None, "iso-8859-1", "utf-8"):
        page = Page.from_bytes(body, content_type=content_type(in_header))
        assert page.encoding_doubt, in_header
        if in_header != "iso-8859-1":
            assert case.question in page.text, (in_header, page.encoding)
            assert case.answer in page.text


def test_sparse_accents_under_a_wrong_utf8_declaration() -> None:
    # Fewer than one character in 200: a share of broken bytes in the whole text would let them pass.
    html = "<html><p>" + "plain words about the illness " * 100 + "said Dr. Müller of Zürich, naïvely.</p></html>"
    page = Page.from_bytes(html.encode("cp1252"), content_type="text/html; charset=utf-8")
    assert (page.text, page.encoding_doubt) == (html, "")


@pytest.mark.parametrize("label", ["punycode", "utf-7", "idna", "hex", "unicode_escape", "no-such-thing", "undefined"])
def test_what_is_no_encoding_of_documents_is_not_believed(label: str) -> None:
    # Python knows these; "punycode" would take minutes for the body below, "utf-7" would make markup of it.
    html = "<p>" + "+ADw-b+AD4- \\u0041 xn--a-" * 40_000 + "</p>"
    began = time.process_time()
    assert Page.from_bytes(html.encode(), content_type=content_type(label)).text == html
    assert time.process_time() - began < 0.5


def test_latin_1_pages_in_english_are_not_flagged() -> None:
    for words in ("Dr. Müller", "it’s “fine”", "5 °C", "café", "© 2020 – all rights", "½ tablet", "Señor Ibáñez"):
        html = f"<html><body><p>Take it twice a day: {words}</p></body></html>"
        assert decode(html.encode("cp1252"), "text/html; charset=iso-8859-1").doubt == ""
        assert decode(html.encode("cp1252"), "text/html; charset=iso-8859-1").text == html


def test_a_doubtful_encoding_halves_the_confidence() -> None:
    html = TRADITIONAL.html()
    sure = record(Page.from_bytes(html.encode(), content_type="text/html; charset=utf-8"))
    broken = html.encode().replace("康復".encode(), b"\xe5\xba\xb7\xe5")
    doubtful = record(Page.from_bytes(broken, content_type="text/html; charset=utf-8"))
    assert sure.source.confidence is not None
    assert doubtful.source.confidence == round(sure.source.confidence / 2, 2)


def test_binary_and_random_bytes_are_flagged_in_time() -> None:
    noise = bytes(range(256)) * 32_768  # 8 MiB
    for label in (None, "utf-8", "big5", "gb18030", "iso-2022-jp", "utf-16"):
        began = time.process_time()
        assert decode(noise, content_type(label)).doubt
        assert time.process_time() - began < 1.0
