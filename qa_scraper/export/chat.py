"""``chat``: conversations for supervised fine-tuning, one a question: what was asked, and its best answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.line_files import write_lines

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "chat"
SUMMARY: Final = "JSON Lines of messages, to fine-tune a model on; with --splits, a folder"
SUFFIXES: Final[tuple[str, ...]] = ()
TAKES: Final = frozenset({"splits", "seed", "system"})


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """A line is ``{"messages", "id", "url", "language", "categories"}``; what cannot be one is counted by reason.

    ``messages`` are the system message, where *options* have one, the user's and the assistant's.
    """
    left_out = Counter[str]()

    def made(record: Mapping[str, JsonValue]) -> Iterator[Mapping[str, object]]:
        question, answer = asked(record), best_answer(record)
        if question is None:
            left_out["without a question's text or title"] += 1
        elif answer is None:
            left_out["without an answer by someone else than the asker"] += 1
        else:
            first = [{"role": "system", "content": options.system}] if options.system else []
            said = [{"role": "user", "content": question}, {"role": "assistant", "content": str(answer["text"])}]
            known = {name: record[name] for name in ("id", "url", "language", "categories")}
            yield {"messages": [*first, *said], **known}

    written, notes = write_lines(records, out, options, made, "conversations")
    missing = tuple(f"left out: {count:,} {reason}" for reason, count in sorted(left_out.items()))
    return replace(written, notes=(*notes, *missing))


def asked(record: Mapping[str, JsonValue]) -> str | None:
    """What was asked, its title first unless the text begins with it; None where the page shows neither."""
    question = record["question"]
    assert isinstance(question, dict)
    title, text = question["title"] or record["title"], question["text"]
    if not text:
        return str(title) if title else None
    assert isinstance(text, str)
    if not title or text.casefold().startswith(str(title).casefold()):
        return text
    return f"{title}\n\n{text}"


def best_answer(record: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The answer to learn from: the accepted one, else that with the most votes, else the first; never the asker's."""
    answers = record["answers"]
    assert isinstance(answers, list)
    able = [answer for answer in answers if isinstance(answer, dict) and answer["text"] and not answer["by_asker"]]
    return max(able, key=_worth, default=None)  # the first of the best


def _worth(answer: Mapping[str, JsonValue]) -> tuple[bool, float]:
    votes = answer["votes"]
    return bool(answer["accepted"]), votes if isinstance(votes, int) else 0
