"""Records as files hold them, made to go wrong: formulas, quotes, line ends, Chinese, fields that are null or long."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson
from qa_scraper.items import (
    Answer,
    Asker,
    Author,
    FieldNote,
    Question,
    Record,
    RelatedQuestion,
    RelatedTopic,
    Source,
)

LATER = "2026-02-03T09:30:00Z"
SITE = "https://qa.example"
FORMULAS = (
    "=1+1",
    "+886 2 1234",
    "-2 kg",
    "@home",
    "＝cmd|'/c calc'!A0",
    "\t=1",
    "\r=1",
    " =1",
    "'quoted'",
    "\u200b=1",
)


def stamped(at: str = LATER, **more: object) -> Source:
    source = Source(fetched_at=at, http_status=200, layout="edoctor", confidence=0.5, first_seen_at=at, changed_at=at)
    for name, value in more.items():
        setattr(source, name, value)
    return source


def thorny_records() -> list[Record]:
    """Sorted by id; 01 is shown at two URLs, 02 points at it by its other one, 03 has nothing that it need not have."""
    return [
        Record(
            id="t:01", site="t", url=f"{SITE}/1", language="zh-Hant", title='失眠，"怎麼辦"?',
            categories=["Dermatology / Allergy", "Cardiology"], tags=["睡眠", "a;b"],
            question=Question("失眠三個月", "晚上睡不著。\n\n心悸, \"頭痛\" 'x'\r\n\\N NULL", "2003-10-20", -3),
            asker=Asker("王\u3000小明", 20, 29, "female"),
            answers=[
                Answer(Author("Lin Tsung-Che", "Dr.", "Psychiatry"), "請少喝咖啡。", "2003-10-21", True, 4),
                Answer(Author(), "Thanks!\n=SUM(A1)", None, None, None, by_asker=True, signed_by="Lin"),
            ],
            answer_count_stated=2, more_info="More 🩺 \x1b[31m, then.",
            related_questions=[RelatedQuestion("Elsewhere", f"{SITE}/gone", "…", Author("Ho", None, None), None)],
            related_topics=[RelatedTopic("Insomnia", "Psychiatry", f"{SITE}/faq/insomnia")],
            source=stamped(other_urls=[f"{SITE}/1b", f"{SITE}/1c"], notes=[FieldNote("asker.name", "two readings")]),
        ),
        Record(
            id="t:02", site="t", url=f"{SITE}/2", title=FORMULAS[0], question=Question(FORMULAS[1], FORMULAS[4]),
            asker=Asker(FORMULAS[3], 34, 34, None),
            answers=[Answer(Author(name), name, "2004-02-29") for name in FORMULAS],
            related_questions=[
                RelatedQuestion("An older one", f"{SITE}/1b"), RelatedQuestion("None", None),
                RelatedQuestion("Itself", f"{SITE}/2"),
            ],
            source=stamped("2026-01-01T00:00:00Z"),
        ),
        Record(id="t:03", site="t", asker=Asker(age_min=80), answers=[Answer(text="mine", by_asker=True)]),
        Record(id="t:04", site="t", question=Question("Nobody answers", "x" * 70_000)),
    ]  # fmt: skip


def write_lines(path: Path, records: Iterable[object]) -> Path:
    """*records* as JSON Lines in *path*."""
    path.write_bytes(b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records))
    return path


def as_json(record: Record) -> dict[str, object]:
    """*record* as a reader of its line has it."""
    found: dict[str, object] = orjson.loads(orjson.dumps(record))
    return found
