"""The first page that the software has to read, against its record made by hand (outside of the project)."""

from __future__ import annotations

import html
import json
from pathlib import Path

import orjson
import pytest
from qa_scraper.loaders import Provenance, page_records
from qa_scraper.page import Page

SEED = Path(__file__).parents[3] / "shared" / "seed"
pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed page is not on this machine")


def expected() -> dict[str, object]:
    found: dict[str, object] = json.loads((SEED / "edoctor-page.expected.json").read_text("utf-8"))
    return found


def folded(value: object, keys: object) -> object:
    """*value* on the keys that *keys* holds, white space folded."""
    if isinstance(value, dict) and isinstance(keys, dict):
        return {key: folded(value[key], keys[key]) for key in keys}
    if isinstance(value, list) and isinstance(keys, list):
        assert len(value) == len(keys)
        return [folded(one, key) for one, key in zip(value, keys, strict=True)]
    return " ".join(value.split()) if isinstance(value, str) else value


def extracted(page: Page) -> dict[str, object]:
    found = page_records(page, Provenance())
    assert isinstance(found, list)
    record: dict[str, object] = json.loads(orjson.dumps(found[0]))
    return record


def text() -> str:
    return (SEED / "edoctor-page.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "key", ["title", "categories", "question", "asker", "answers", "more_info", "related_questions", "related_topics"]
)
def test_as_text(key: str) -> None:
    got = extracted(Page.from_bytes(text().encode(), content_type="text/plain"))
    assert folded(got[key], expected()[key]) == folded(expected()[key], expected()[key])


@pytest.mark.parametrize(
    "key", sorted({"title", "question", "asker", "answers", "more_info", "related_questions", "related_topics"})
)
@pytest.mark.parametrize("shape", ["br", "div", "p", "td"])
def test_as_html(shape: str, key: str) -> None:
    if shape == "br":
        body = html.escape(text()).replace("\n", "<br>\n")
    else:
        paragraphs = (html.escape(part).replace("\n", "<br>") for part in text().split("\n\n") if part.strip())
        row = "<tr><td>{}</td></tr>" if shape == "td" else f"<{shape}>{{}}</{shape}>"
        body = "".join(row.format(part) for part in paragraphs)
        body = f"<table>{body}</table>" if shape == "td" else body
    got = extracted(Page.from_bytes(f"<html><body>{body}</body></html>".encode(), content_type="text/html"))
    assert folded(got[key], expected()[key]) == folded(expected()[key], expected()[key])
