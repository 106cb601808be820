"""What a record's page shows beside its row: answers, links, near-duplicates; and what is searched for in a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datasette.database import Database

SEARCH: Final = "_q"
"""The argument of a list's address that says what is searched for."""
_SHORTEST: Final = 3
"""Letters of the shortest word that the index of trigrams finds."""
_MOST_WORDS: Final = 12
_TEXTS: Final = ("title", "question_title", "question_text", "more_info")

_PARTS: Final = {
    "answers": "SELECT * FROM answers WHERE record_id = :id ORDER BY position",
    "related": (
        "SELECT related_questions.*, records.number AS related_number FROM related_questions"
        " LEFT JOIN records ON records.id = related_id WHERE record_id = :id ORDER BY position"
    ),
    "topics": "SELECT * FROM related_topics WHERE record_id = :id ORDER BY position",
    "categories": "SELECT name FROM categories WHERE record_id = :id ORDER BY position",
    "tags": "SELECT name FROM tags WHERE record_id = :id ORDER BY position",
    "notes": "SELECT field, note FROM notes WHERE record_id = :id ORDER BY position",
    "other_urls": (
        "SELECT urls.url FROM urls JOIN records ON records.id = record_id"
        " WHERE record_id = :id AND urls.url IS NOT records.url ORDER BY 1"
    ),
    "duplicates": (
        "SELECT other.number, other.title, other.asked_on FROM records"
        " JOIN records AS other ON other.duplicate_cluster = records.duplicate_cluster AND other.id <> records.id"
        " WHERE records.id = :id ORDER BY other.number LIMIT 20"
    ),
}


async def record_parts(database: Database, number: str) -> dict[str, Any]:
    """The record of *number* (``record``: its row) and its parts, each a list of rows; empty where there is none."""
    found = await database.execute("SELECT * FROM records WHERE number = :number", {"number": number})
    record = found.first()
    if record is None:
        return {}
    parts: dict[str, Any] = {"record": dict(record)}
    for name, query in _PARTS.items():
        parts[name] = [dict(row) for row in (await database.execute(query, {"id": record["id"]})).rows]
    return parts


async def answer_texts(database: Database, record_id: str) -> list[str | None]:
    """The texts of a record's answers."""
    query = "SELECT text FROM answers WHERE record_id = :id ORDER BY position"
    return [row["text"] for row in (await database.execute(query, {"id": record_id})).rows]


def web_address(url: str | None) -> str | None:
    """*url* where a link may lead to it: an address on the web. None for any other (``javascript:``, relative)."""
    if not url:
        return None
    try:
        found = urlsplit(url)
    except ValueError:
        return None
    return url if found.scheme in {"http", "https"} and found.netloc else None


def search_words(wanted: str) -> list[str]:
    """The words that are searched for. NUL parts them: the index would end a query there."""
    return list(dict.fromkeys(wanted.replace("\0", " ").split()))[:_MOST_WORDS]


def search_condition(wanted: str) -> tuple[list[str], Mapping[str, str]]:
    """Conditions (SQL) on rows of ``records`` that hold all words of *wanted* somewhere, and their parameters.

    Words of three letters and more are looked up in the index of trigrams. Those of two, as most Chinese words are,
    begin one: of Chinese few, of ASCII so many that reading the texts themselves is quicker, as for a single letter.
    """
    words = search_words(wanted)
    parameters: dict[str, str] = {}
    conditions = []
    indexed = [f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words if len(word) >= _SHORTEST]
    if indexed:
        conditions.append("number IN (SELECT rowid FROM records_fts WHERE records_fts MATCH :search_index)")
        parameters["search_index"] = " ".join(indexed)
    for at, word in enumerate(word for word in words if len(word) < _SHORTEST):
        name, lower = f"search_{at}", "".join(map(str.lower, word))
        if len(word) == len(lower) == _SHORTEST - 1 and not word.isascii():
            terms = f"term >= :{name} AND term < :{name} || char(1114111)"
            conditions.append(f"number IN (SELECT doc FROM records_trigrams WHERE {terms})")
            parameters[name] = lower
            continue
        texts = " OR ".join(f"{text} LIKE :{name} ESCAPE '!'" for text in _TEXTS)
        conditions.append(f"({texts} OR id IN (SELECT record_id FROM answers WHERE text LIKE :{name} ESCAPE '!'))")
        parameters[name] = "%" + "".join(f"!{c}" if c in "!%_" else c for c in word) + "%"
    return conditions, parameters
