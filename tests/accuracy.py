"""How right extraction is on real pages; ``python -m tests.accuracy`` renews the table of docs/accuracy.md.

The pages stand in ``../shared/real-pages`` beside the project, with hand-made truth and a scorer of their own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from tests.support.commands import ROOT, qa_scraper

REAL_PAGES: Final = ROOT.parent / "shared" / "real-pages"
DOCUMENT: Final = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
ROW: Final = re.compile(r"^(\d\.\d{3}) (\S+) +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Scores:
    """``pages``: score by page; ``fields``: (score, pages) by field; ``readers``: scores by reader."""

    pages: dict[str, float]
    fields: dict[str, tuple[float, int]]
    readers: dict[str, list[float]]
    negatives: str

    @property
    def mean(self) -> float:
        return mean(self.pages.values())


def score() -> Scores:
    """Runs ``qa-scraper extract --manifest`` over all pages, and the scorer over what it prints."""
    index = [json.loads(line) for line in (REAL_PAGES / "index.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        manifest, predictions = Path(folder, "manifest.jsonl"), Path(folder, "predictions.jsonl")
        entries = [
            {"path": str(REAL_PAGES / page["path"]), "url": page.get("url"), "content_type": None} for page in index
        ]
        manifest.write_text("".join(json.dumps(entry) + "\n" for entry in entries), "utf-8")
        predictions.write_text(qa_scraper("extract", "--manifest", str(manifest)).stdout, "utf-8")
        command = [
            sys.executable,
            str(REAL_PAGES / "score.py"),
            str(REAL_PAGES / "truth"),
            str(REAL_PAGES / "index.jsonl"),
        ]
        said = subprocess.run([*command, str(predictions)], capture_output=True, text=True, check=True).stdout
        layouts = {}
        for line in predictions.read_text("utf-8").splitlines():
            source = json.loads(line)["source"]
            layouts[Path(source["path"]).stem] = source["layout"]
    pages = {match[2]: float(match[1]) for match in ROW.finditer(said)}
    readers = defaultdict(list)
    for page, value in pages.items():
        readers[layouts.get(page, "none")].append(value)
    fields = {
        name: (float(value), int(count)) for name, value, count in re.findall(r"(\w+)=(\d\.\d{3})\((\d+)\)", said)
    }
    (negatives,) = re.findall(r"negatives: (\d+/\d+) clean", said)
    return Scores(pages, fields, dict(readers), negatives)


def table(scores: Scores) -> str:
    """The figures as Markdown."""
    lines = [f"Mean score {scores.mean:.3f} on {len(scores.pages)} pages; {scores.negatives} others clean.\n"]
    lines += ["\n| field | score | pages |\n|---|---|---|\n"]
    lines += [f"| {name} | {value:.3f} | {count} |\n" for name, (value, count) in scores.fields.items()]
    lines += ["\n| reader | score | pages | least |\n|---|---|---|---|\n"]
    lines += [
        f"| {name} | {mean(values):.3f} | {len(values)} | {min(values):.3f} |\n"
        for name, values in sorted(scores.readers.items())
    ]
    return "".join(lines)


def main() -> int:
    text = DOCUMENT.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    DOCUMENT.write_text(head + BEGIN + table(score()) + END + tail, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
