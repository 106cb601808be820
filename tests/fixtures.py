"""The fixture pages and their expected records. ``python -m tests.fixtures [LAYOUT] [--write]`` compares or renews."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from qa_scraper.extraction import READERS
from qa_scraper.site_draft import fixture_records

FOLDER = Path(__file__).parent.parent / "fixtures"
URL = "https://edoctor.example/qa/numb"


@dataclass(frozen=True)
class Fixture:
    page: Path

    @property
    def name(self) -> str:
        return self.page.stem

    @property
    def layouts(self) -> tuple[str, ...]:
        """The layout that the folder is called after; all, where it is called after none."""
        folder = self.page.parent.name
        return (folder,) if folder in READERS else ()

    @property
    def expectation(self) -> Path:
        return self.page.with_suffix(".json")

    @property
    def expected(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.expectation.read_text("utf-8"))
        return found

    def extracted(self) -> dict[str, object]:
        url = self.expected["url"] if self.expectation.exists() else (None if self.page.suffix == ".txt" else URL)
        content_type = "text/plain" if self.page.suffix == ".txt" else "text/html"
        return fixture_records(self.page.read_bytes(), url, content_type, self.layouts)


def fixtures(layout: str = "edoctor") -> list[Fixture]:
    return [Fixture(path) for path in sorted((FOLDER / layout).iterdir()) if path.suffix in {".html", ".txt"}]


def differences(got: object, expected: object, where: str = "") -> list[str]:
    """One line a field that differs: its path, what is expected, what was extracted."""
    if isinstance(got, dict) and isinstance(expected, dict):
        keys = list(dict.fromkeys([*expected, *got]))
        nothing = "(no such key)"
        return [d for k in keys for d in differences(got.get(k, nothing), expected.get(k, nothing), f"{where}/{k}")]
    if isinstance(got, list) and isinstance(expected, list) and len(got) == len(expected):
        pairs = enumerate(zip(got, expected, strict=True))
        return [d for at, (g, e) in pairs for d in differences(g, e, f"{where}/{at}")]
    return [] if got == expected else [f"{where}: expected {expected!r}, extracted {got!r}"]


def main() -> int:
    layout = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), "edoctor")
    differ = 0
    for fixture in fixtures(layout):
        got = fixture.extracted()
        lines = differences(got, fixture.expected) if fixture.expectation.exists() else ["no expected record yet"]
        if not lines:
            continue
        differ += 1
        print(fixture.name, *lines, sep="\n  ")
        if "--write" in sys.argv:
            fixture.expectation.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{differ} of {len(fixtures(layout))} fixtures differ{', written anew' if '--write' in sys.argv else ''}")
    return 0 if not differ or "--write" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
