"""Records as a site publishes them, made for a test: whole, with what the test says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from qa_scraper.items import Answer, Asker, Author, Question, Record, RelatedQuestion, RelatedTopic, Source

STAMP = "2026-01-31T08:00:00Z"


def made_record(number: int = 0, **fields: Any) -> Record:
    """A record of the site ``made``; *fields* are those of ``Record``."""
    url = f"https://made.example/q/{number}"
    source = Source(
        fetched_at=STAMP, http_status=200, content_hash=f"{number:064x}", layout="edoctor", confidence=1.0,
        extractor_version="3", first_seen_at=STAMP, changed_at=STAMP,
    )  # fmt: skip
    given: dict[str, Any] = {"id": f"made:{number:05}", "site": "made", "url": url, "language": "en", "source": source}
    return Record(**given | fields)


def as_lines(records: Iterable[Record | Mapping[str, object]]) -> bytes:
    """*records* as JSON Lines."""
    return b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)


def published(output: Path, records: Iterable[Record], site: str = "made") -> Path:
    """Lays *records* in *output* as *site* would have published them; gives the snapshot."""
    snapshot = output / site / "questions.jsonl"
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    snapshot.write_bytes(as_lines(records))
    return snapshot


EVIL = '"><script>document.title="pwned"</script><img src=x onerror="document.title=1"></style></svg>'


def hostile_record(number: int, listener: str) -> Record:
    """A record each of whose texts tries to be more than text; *listener* is a URL that nothing may ask for."""
    evil = f'{EVIL}<img src="{listener}/x.png"><link rel=stylesheet href="{listener}/x.css">\u202eesrever\u202c\x00'
    author = Author(f"{evil}{'A' * 10_000}", "Dr.", f"{evil}{number}")
    return made_record(
        number,
        id=f"made:{number:05}{evil}",
        url=f"javascript:document.title=%27pwned%27//{quote(evil)}",
        language='en" onmouseover="x',
        title=evil,
        categories=[f"{evil} {number}" if number % 2 else f"{'C' * 10_000} {evil}"],
        tags=[evil, "javascript:alert(1)"],
        question=Question(evil, f"{evil}\n\n{'Q' * 10_000}", "2011-05-02", 1),
        asker=Asker(evil, 20, 29, "female"),
        answers=[Answer(author, evil, "2011-05-04", True, 3, False, evil)],
        more_info=evil,
        related_questions=[RelatedQuestion(evil, "javascript:alert(1)", evil, author, evil)],
        related_topics=[RelatedTopic(evil, evil, f"{listener}/{quote(evil)}")],
    )
