"""Threads of several pages: which page is a further one of which thread, and how their answers become one record.

A further page (``/t/7?page=2``) may show the question again; then it is a copy like any other. Most show nothing but
more answers: these belong to the record of the thread's first page, by their address and title.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from qa_scraper.extraction.sections import TIME_AGO
from qa_scraper.items import Record, content_hash_of, question_hash
from qa_scraper.times_ago import counted_fields

if TYPE_CHECKING:
    from pydantic import JsonValue

FURTHER: Final = "page:"
"""What the question's hash of a further page without its question begins with."""
_END: Final = "\n"
# "p" is left out: it is as often the number of a post as that of a page. Counted from 1, or by posts from 0.
_IN_QUERY: Final = re.compile(
    r"[?&](?:(?:page|pagenumber|pageno|pg|paged)=(?P<page>\d{1,5})|(?:start|offset)=(?P<start>\d{1,7}))(?=&|\Z)"
)
_PAGE_IN_TITLE: Final = re.compile(
    r"\b(?:page|seite|página|pagina)\s?\d{1,5}(?:\s?(?:of|von|de|di|/)\s?\d{1,5})?\W*+\Z", re.IGNORECASE
)
_LONGEST_TITLE: Final = 500
_MOST_PAGES: Final = 1_000
_IN_PATH: Final = re.compile(r"[/_-](?:page|seite)[/_-]?(?P<page>\d{1,5})(?=(?:\.html?)?(?:\?|\Z))")


def further_page(key: str) -> tuple[str, int] | None:
    """The canonical URL of the first page, and the place among its pages, of a URL that is a further one; else None."""
    match = _IN_QUERY.search(key)
    if match is not None:
        number = int(match["page"] or match["start"])
        if number <= (1 if match["page"] else 0):
            return None
        rest = key[match.end() :]
        return key[: match.start()] + (match[0][0] + rest[1:] if rest else ""), number
    match = _IN_PATH.search(key)
    if match is None or int(match["page"]) <= 1:
        return None
    return key[: match.start()] + key[match.end() :], int(match["page"])


def question_key(record: Record) -> str:
    """What two records of one question have in common: its hash; of a further page without it the thread and title.

    A date that was counted from the day of the fetch is left out: two addresses may be fetched on two days.
    """
    question = record.question
    is_one_of_many = "#" in record.id
    if record.answers and not (is_one_of_many or question.text or question.asked_on or record.asker.name):
        page = further_page(record.url or "")
        if page is not None:
            return f"{FURTHER}{page[0]}{_END}{title_of_thread(question.title or record.title)}"
    return question_hash(record, with_date="question.asked_on" not in counted_fields(record))


def title_of_thread(title: str | None) -> str:
    """*title* without the number of the page, in one line."""
    line = (title or "")[:_LONGEST_TITLE].replace(_END, " ")
    number = _PAGE_IN_TITLE.search(line)
    return (line[: number.start()] if number else line).rstrip(" -–—|·:,(")


def thread_of(question: str) -> tuple[str, str] | None:
    """The thread's first page and title, of the ``question_key`` of a further page; None for a question itself."""
    if not question.startswith(FURTHER):
        return None
    key, _, title = question.removeprefix(FURTHER).partition(_END)
    return key, title


def first_page_in_sql(column: str) -> str:
    """The first page, as ``thread_of`` has it, in SQL; *column*: what holds the ``question_key`` of a further page."""
    begin = len(FURTHER) + 1
    return f"substr({column}, {begin}, instr({column}, char({ord(_END)})) - {begin})"


OF_PAGES: Final = (
    f"question_hash >= '{FURTHER}' || ?1 || char({ord(_END)})"
    f" AND question_hash < '{FURTHER}' || ?1 || char({ord(_END) + 1})"
)
"""What the further pages of a thread are found by in SQL; the first parameter is the URL of its first page."""


def join_pages(record: dict[str, Any], pages: Sequence[Mapping[str, Any]]) -> None:
    """Adds to *record*, the first page as JSON, the answers of its further *pages* that it has not got, in their order.

    What stands on two pages (the question again, a post that moved on when one ahead of it went) is there once.
    """
    asker, question = record["asker"]["name"], record["question"]
    known = {*map(_said, record["answers"]), (asker, question["text"], question["asked_on"])}
    known |= {(name, text, None) for name, text, _ in known}  # for pages that count their dates back
    notes = record["source"]["notes"]
    for page in pages[:_MOST_PAGES]:
        counts_back = any(note["note"] == TIME_AGO for note in page["source"]["notes"])
        fresh = [answer for answer in page["answers"] if _said(answer, counts_back=counts_back) not in known]
        known.update(map(_said, fresh))
        known.update((name, text, None) for name, text, _ in map(_said, fresh))
        for answer in fresh:
            # The asker is named on the first page alone.
            by_asker = bool(asker) and answer["author"] == {"name": asker, "title": None, "department": None}
            record["answers"].append(answer | {"by_asker": answer["by_asker"] or by_asker})
        notes += [note for note in page["source"]["notes"] if note["note"] == TIME_AGO and note not in notes]
    if len(pages) > _MOST_PAGES:
        left_out = len(pages) - _MOST_PAGES
        notes.append({"field": "answers", "note": f"those of {left_out:,} further pages of the thread are left out"})
    record["source"]["content_hash"] = content_hash_of(cast("Mapping[str, JsonValue]", record))


def _said(answer: Mapping[str, Any], *, counts_back: bool = False) -> tuple[str | None, str | None, str | None]:
    return answer["author"]["name"], answer["text"], None if counts_back else answer["answered_on"]
