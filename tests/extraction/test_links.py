"""Links as browsers follow them on pages of other encodings, and further pages of a list that stand in a choice."""

from __future__ import annotations

from qa_scraper.page import Page
from qa_scraper.urls import canonical_url

URL = "https://clinic.example/doctor/All/history.php?UrlClass=%A5%D6%BD%A7%AC%EC&SortBy=q_no&PageNo=1"


def links(html: str, encoding: str = "big5hkscs", url: str = URL) -> list[str]:
    body = f"<meta charset=big5>{html}".encode(encoding)
    return Page.from_bytes(body, url=url, content_type="text/html; charset=big5").links().pages


def test_a_query_is_written_in_the_encoding_of_the_page() -> None:
    department = "https://clinic.example/doctor/All/history.php?UrlClass=%A5%D6%BD%A7%AC%EC"
    assert links("<a href='history.php?UrlClass=皮膚科'>") == [department]
    assert links("<a href='history.php?UrlClass=%A5%D6%BD%A7%AC%EC'>") == [department]
    assert canonical_url(department) == department
    (with_path,) = links("<a href='/皮膚科/?q=皮'>")
    assert with_path == "https://clinic.example/%E7%9A%AE%E8%86%9A%E7%A7%91/?q=%A5%D6"


def test_what_the_encoding_has_not_got_is_utf_8() -> None:
    assert links("<a href='?q=&#x1F600;'>") == ["https://clinic.example/doctor/All/history.php?q=%F0%9F%98%80"]


def test_pages_in_a_choice_are_followed() -> None:
    options = "".join(f"<option value={n}>{n}</option>" for n in (1, 2, 3))
    base = URL.removesuffix("1")
    assert links(f"<select id=PageNo>{options}</select>") == [f"{base}{n}" for n in (1, 2, 3)]
    assert links(f"<select name=year>{options}</select>") == []
    assert links("<select name=PageNo><option>all</option></select>") == []


def test_where_a_page_leads_that_shows_nothing_itself() -> None:
    assert links('<meta http-equiv="Refresh" content="0; URL=\'/forum/\'">') == ["https://clinic.example/forum/"]
    assert links("<meta http-equiv=refresh content='5;list.php'>") == ["https://clinic.example/doctor/All/list.php"]
    assert links("<meta http-equiv=refresh content=300><meta name=refresh content='0;url=/x'>") == []
    frames = "<frameset><frame src=menu.html><frameset><frame src=/list></frameset></frameset><iframe src=/ad></iframe>"
    assert links(frames) == ["https://clinic.example/doctor/All/menu.html", "https://clinic.example/list"]
