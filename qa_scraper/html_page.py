"""One HTML file that is complete in itself: its frame, the colours that all pages share, and text that is only text.

What came from a page of the web is escaped, and the Content-Security-Policy lets nothing run or load but the style and
the script that are written here, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from qa_scraper.errors import InputError
from qa_scraper.publish import beside, put_in_place
from qa_scraper.text import printable
from qa_scraper.write_target import check_target

COLOURS: Final = """
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c2126; --faint: #5b6670; --rule: #d9dee3; --card: #f6f7f9; --note: #8a4b00; --tint: 13%;
  --c-title: #a86a00; --c-question: #1f6fd1; --c-asker: #7d4fc4; --c-answer: #1d7f46; --c-answer-too: #0f7f86;
  --c-more-info: #b83a66; --c-related: #66717b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e3e8ec; --faint: #98a4ae; --rule: #313a42; --card: #1b2127; --note: #f0b060; --tint: 20%;
    --c-title: #e0a540; --c-question: #6fb0ff; --c-asker: #bd9bf5; --c-answer: #5fca8b; --c-answer-too: #55c6cd;
    --c-more-info: #f08bae; --c-related: #a3afb9;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
"""
"""Begins the style of every page: light and dark, readable on any screen."""


def html_page(title: str, body: Iterable[str], style: str, script: str = "") -> str:
    """The page of *body*, lines of HTML. *title*: text; *style* and *script*: all that is let through."""
    scripts = f" script-src '{_digest(script)}';" if script else ""
    policy = f"default-src 'none'; style-src '{_digest(style)}';{scripts} base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{as_text(title, 200)}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *body,
            *([f"<script>{script}</script>"] if script else []),
            "</body>",
            "</html>",
            "",
        )
    )


def as_text(value: str, longest: int) -> str:
    """*value* as text of a page, also inside of attributes; line ends stay, other controls become blanks.

    What is longer than *longest* characters is cut, and says how long it is.
    """
    cut = value if len(value) <= longest else f"{value[:longest]} … ({len(value):,} characters)"
    return escape("\n".join([printable(line) for line in cut.split("\n")]))


def write_page(page: str, target: Path) -> None:
    """Writes *page* to the file *target*, in one step. Raises InputError where it cannot be written, or must not."""
    check_target(target)
    try:
        with beside(target) as written:
            written.write_bytes(page.encode("utf-8", "replace"))
            put_in_place(written, target)
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror or error}. Name a file in a folder that exists and can be written."
        ) from None


def _digest(source: str) -> str:
    """The source expression of an inline part (Content Security Policy Level 3 §2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
