"""What a format is, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is wanted of an export. A format is given only those options that it names in ``TAKES``.

    ``name``: of the data set; ``created_on``: the day, ``YYYY-MM-DD``; ``fields``: paths to keep, all where empty;
    ``flat``: one row an answer; ``splits``: shares of train, validation and test, None: not said; ``seed``: which
    record goes where;
    ``privacy``: what was done about people's names before the format sees a record, for what is said of the data;
    empty: nobody knows;
    ``system``: what each conversation begins with; ``chunk_size``, ``overlap``: of chunks, in characters or (where
    ``in_tokens``) tokens, about.
    """

    name: str = "qa"
    created_on: str = ""
    fields: tuple[str, ...] = ()
    flat: bool = False
    splits: tuple[float, float, float] | None = None
    seed: int = 0
    privacy: str = ""
    system: str = ""
    chunk_size: int = 1000
    overlap: int = 100
    in_tokens: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. ``counts``: by what it is called: rows, chunks, records of a split."""

    records: int
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What a user may not expect of it, one sentence each."""


@runtime_checkable
class Format(Protocol):
    """What a format's module offers."""

    @property
    def NAME(self) -> str:
        """What ``--to`` calls it."""

    @property
    def SUMMARY(self) -> str:
        """What it is, in a line."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:
        """Endings of ``--out`` that mean it, with their dots; none where no ending tells."""

    @property
    def TAKES(self) -> frozenset[str]:
        """Which of ``fields``, ``flat``, ``splits``, ``seed``, ``system``, ``chunk`` it heeds; others are refused."""

    def write(self, records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
        """Writes *records*, valid and in the order of their source, to *out*: a new file, or a new folder.

        Raises InputError where a package is missing or the records cannot be told in this format.
        """
