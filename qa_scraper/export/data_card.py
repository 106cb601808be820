"""What is said of a data set in words and figures: the card of ``huggingface``, the description of ``croissant``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from qa_scraper.export.formats import ExportOptions
from qa_scraper.record_fields import Field, Kind, record_fields
from qa_scraper.report_figures import middle_of

if TYPE_CHECKING:
    from pydantic import JsonValue

_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_TYPES: Final[Mapping[Kind, str]] = {
    "text": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "date": "date32",
    "time": "timestamp[us]",
}
_PRIVACY: Final = {
    "keep": "Names, and what askers tell of themselves, are as the pages show them.",
    "pseudonym": "Askers' names are pseudonyms; addresses and numbers in the texts are replaced by marks.",
    "drop": "Askers' names are left out; addresses and numbers in the texts are replaced by marks.",
}
_MOST: Final = 12


@dataclass(slots=True)
class Figures:
    """Counts over the records of a data set."""

    records: int = 0
    answered: int = 0
    answers: int = 0
    near_duplicates: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    sites: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    dates: list[str] = field(default_factory=lambda: ["9999", "0000"])
    lengths: Counter[int] = field(default_factory=Counter)

    def add(self, record: Mapping[str, JsonValue]) -> None:
        """Counts a record."""
        value: Any = record
        question, answers = value["question"], value["answers"]
        self.records += 1
        self.answered += bool(answers)
        self.answers += len(answers)
        self.near_duplicates += value["duplicate_cluster"] is not None
        self.sites[value["site"]] += 1
        if value["language"]:
            self.languages[value["language"]] += 1
        self.categories.update(value["categories"][:1])
        self.filled.update(name for name, part in value.items() if part not in (None, []))
        if question["asked_on"]:
            self.dates = [min(self.dates[0], question["asked_on"]), max(self.dates[1], question["asked_on"])]
        self.lengths[len(question["text"] or "") + sum(len(answer["text"] or "") for answer in answers)] += 1

    @property
    def median_length(self) -> int:
        """Characters of question and answers, of the record in the middle."""
        return middle_of(self.lengths) or 0


def description(options: ExportOptions, figures: Figures) -> str:
    """What the data set is, in a paragraph."""
    span = f" asked from {figures.dates[0]} to {figures.dates[1]}" if figures.dates[0] <= figures.dates[1] else ""
    return (
        f"{figures.records:,} questions{span} and {figures.answers:,} answers, collected with qa-scraper from"
        f" {', '.join(sorted(figures.sites)) or 'no site'}. {_PRIVACY.get(options.privacy, '')}"
    ).rstrip()


def card(options: ExportOptions, figures: Figures, splits: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    """The data set card: YAML for the Hub and ``datasets``, then Markdown. *splits*: records, *sizes*: bytes."""
    return f"---\n{_front(options, figures, splits, sizes)}---\n\n{_text(options, figures, splits)}"


def _front(options: ExportOptions, figures: Figures, splits: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    size = next((name for least, name in _SIZES if figures.records < least), "n>1M")
    lines = [f"pretty_name: {_quoted(options.name)}", "license: unknown"]
    if figures.languages:
        lines += ["language:", *(f"- {_quoted(name)}" for name in sorted(figures.languages))]
    lines += ["task_categories:", "- question-answering", "- text-generation", "size_categories:", f"- {_quoted(size)}"]
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for name in splits:
        lines += [f"  - split: {name}", f"    path: data/{name}.parquet"]
    lines += ["dataset_info:", "  features:", *_features(record_fields(), "  "), "  splits:"]
    for name, count in splits.items():
        lines += [f"  - name: {name}", f"    num_bytes: {sizes[name]}", f"    num_examples: {count}"]
    lines += [f"  download_size: {sum(sizes.values())}", f"  dataset_size: {sum(sizes.values())}"]
    return "\n".join(lines) + "\n"


def _features(fields: tuple[Field, ...], indent: str) -> list[str]:
    lines = []
    for part in fields:
        lines.append(f"{indent}- name: {part.name}")
        if part.kind == "object":
            lines += [f"{indent}  {'list' if part.many else 'struct'}:", *_features(part.fields, f"{indent}  ")]
        else:
            lines.append(f"{indent}  {'list' if part.many else 'dtype'}: {_TYPES[part.kind]}")
    return lines


def _text(options: ExportOptions, figures: Figures, splits: Mapping[str, int]) -> str:
    lines = [f"# {options.name}", "", description(options, figures), ""]
    lines += ["## Splits", "", "| split | records |", "|---|---|"]
    lines += [f"| {name} | {count:,} |" for name, count in splits.items()]
    kept_together = "uestions whose pages show each other as related are in one split."
    lines += [
        "",
        f"Near-duplicates (`duplicate_cluster`) and q{kept_together}"
        if figures.near_duplicates
        else f"Q{kept_together}",
        "",
        "## Figures",
        "",
        "| | |",
        "|---|---|",
        f"| answered | {_share(figures.answered, figures.records)} |",
        f"| answers a question | {figures.answers / max(1, figures.records):.2f} |",
        f"| characters of question and answers, median | {figures.median_length:,} |",
        f"| with near-duplicates | {_share(figures.near_duplicates, figures.records)} |",
    ]
    lines += [f"| in {_cell(name)} | {count:,} |" for name, count in figures.languages.most_common(_MOST)]
    if figures.categories:
        lines += ["", "| category | records |", "|---|---|"]
        lines += [f"| {_cell(name)} | {count:,} |" for name, count in figures.categories.most_common(_MOST)]
    lines += ["", "## Fields", "", "| field | filled |", "|---|---|"]
    lines += [f"| `{part.name}` | {_share(figures.filled[part.name], figures.records)} |" for part in record_fields()]
    lines += [
        "",
        "What each field means: `qa-scraper schema`.",
        "",
        "## Licence",
        "",
        "Not known: the texts are those of the sites and their users. Ask them before you pass the data on.",
        "",
    ]
    return "\n".join(lines)


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "none"


def _cell(text: str) -> str:
    kept = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
    return " ".join(kept.replace("`", "'").split())


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()  # JSON is YAML
