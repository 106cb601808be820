"""``rag``: chunks for a retrieval store. An answer's first chunk holds its question, or the end of a long one.

Chunks end where paragraphs and sentences do, as Unicode says where (UAX 29; of Chinese too). Each has its question's
titles as ``context``, to be put in front of ``text`` where it is embedded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from qa_scraper.errors import InputError
from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.export.line_files import write_lines

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "rag"
SUMMARY: Final = "JSON Lines of chunks with ids, parents and URLs, for a retrieval store; with --splits, a folder"
SUFFIXES: Final[tuple[str, ...]] = ()
TAKES: Final = frozenset({"splits", "seed", "chunk"})
_SMALLEST: Final = 40


class _Splitter(Protocol):
    def chunks(self, text: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Chunker:
    """Cuts texts. ``whole``, ``half``: to chunks of the full size with overlap, of half of it without; ``tail``: to

    pieces as long as the overlap; None where there is none.
    """

    whole: _Splitter
    half: _Splitter
    tail: _Splitter | None

    def chunks(self, question: str, answer: str) -> Iterator[str]:
        """The chunks of an answer; the first holds the question or its end, and the answer's beginning."""
        asked = self.half.chunks(question)[-1:]
        first, *rest = self.half.chunks(answer)
        yield "\n\n".join([*asked, first])
        if rest:
            at = answer.index(first) + len(first)
            kept = answer[at:].lstrip()
            overlap = self.tail.chunks(first)[-1] if self.tail else ""
            joint = answer[at : len(answer) - len(kept)]
            further = self.whole.chunks(f"{overlap}{joint}{kept}")
            yield from further[1:] if further[0] == overlap else further


def chunker(options: ExportOptions) -> Chunker:
    """The chunker that *options* ask for. Raises InputError for sizes that cannot be, or where a package is missing."""
    try:
        from semantic_text_splitter import TextSplitter
    except ImportError:
        raise InputError("the package semantic-text-splitter is missing: pip install 'qa-scraper[rag]'") from None
    size, overlap = options.chunk_size, options.overlap
    if size < _SMALLEST:
        raise InputError(f"--chunk-size {size} is too small for a question and an answer: {_SMALLEST} is the least")
    if not 0 <= overlap <= size // 4:
        raise InputError(f"--overlap {overlap} is not between 0 and a quarter of the chunk size, {size // 4}")

    def splitter(capacity: int, shared: int = 0) -> _Splitter:
        if options.in_tokens:
            return TextSplitter.from_callback(tokens, capacity, shared)
        return TextSplitter(capacity, shared)

    return Chunker(splitter(size, overlap), splitter((size - 2) // 2), splitter(overlap) if overlap else None)


def tokens(text: str) -> int:
    """About how many tokens a model makes of *text*: one a character of Chinese and its like, one of four others."""
    few = sum(character < "\u2e80" for character in text)
    return len(text) - few + -(-few // 4)


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """A line a chunk, see ``chunks``; those of a record stand together.

    ``id``: the record's with ``/a0.1`` for the second chunk of the first answer; ``parent_id``: the record; ``url``,
    ``language``, ``categories``; ``part``: question, answer, more_info; ``answer``: its position in the record, else
    null; ``position``: in its part, from 0; ``context``; ``text``; of an answer ``author`` and ``answered_on``.
    """
    cut = chunker(options)
    empty = 0

    def made(record: Mapping[str, JsonValue]) -> Iterator[Mapping[str, object]]:
        nonlocal empty
        found = False
        for chunk in chunks(record, cut):
            found = True
            yield chunk
        empty += not found

    written, notes = write_lines(records, out, options, made, "chunks")
    if empty:
        notes = (*notes, f"{empty:,} records without any text give no chunk")
    return Written(written.records, written.counts, notes)


def chunks(record: Mapping[str, JsonValue], cut: Chunker) -> Iterator[Mapping[str, object]]:
    """The chunks of one record, as in ``write``. A question that fits into those of its answers has none of its own."""
    question, answers = record["question"], record["answers"]
    assert isinstance(question, dict)
    assert isinstance(answers, list)
    titles = dict.fromkeys(str(title) for title in (record["title"], question["title"]) if title)
    same = {name: record[name] for name in ("url", "language", "categories")}

    def numbered(name: str, part: str, texts: Iterator[str], **more: object) -> Iterator[Mapping[str, object]]:
        known = {"part": part, "answer": None, "author": None, "answered_on": None, **more}
        for position, text in enumerate(texts):
            yield {
                "id": f"{record['id']}/{name}.{position}",
                "parent_id": record["id"],
                **same,
                **known,
                "position": position,
                "context": "\n".join(titles),
                "text": text,
            }

    asked = str(question["text"] or question["title"] or "").strip()
    replies = [
        (at, answer)
        for at, answer in enumerate(answers)
        if isinstance(answer, dict) and str(answer["text"] or "").strip()
    ]
    if asked and (not replies or len(cut.half.chunks(asked)) > 1):
        yield from numbered("q", "question", iter(cut.whole.chunks(asked)))
    for at, answer in replies:
        author = answer["author"]
        assert isinstance(author, dict)
        texts = cut.chunks(asked, str(answer["text"]))
        yield from numbered(
            f"a{at}", "answer", texts, answer=at, author=author["name"], answered_on=answer["answered_on"]
        )
    if str(record["more_info"] or "").strip():
        yield from numbered("m", "more_info", iter(cut.whole.chunks(str(record["more_info"]))))
