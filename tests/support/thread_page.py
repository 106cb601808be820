"""A page of a thread as boards of no known platform write it."""

from __future__ import annotations

from collections.abc import Iterable


def thread_page(title: str, posts: Iterable[tuple[str, str, str]], between: str = "") -> str:
    """HTML of a page with *posts*: author, label of the time, and text of each; *between*: what parts them."""
    shown = between.join(
        f'<div class="post"><p class="by"><a href="/users/{author}">{author}</a></p><p class="when">{label}</p>'
        f'<div class="text"><p>{text}</p></div></div>'
        for author, label, text in posts
    )
    head = f"<html lang=en><head><title>{title} - Forum</title></head>"
    return f"{head}<body><h1>{title}</h1>{shown}</body></html>"
