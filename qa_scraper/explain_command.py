"""The command ``explain``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_scraper.command_options import FILE, private_option, setting_option
from qa_scraper.errors import InputError
from qa_scraper.exits import Exit, complain

if TYPE_CHECKING:
    from qa_scraper.loaders import Provenance
    from qa_scraper.page import Page


@click.command()
@click.argument("source", metavar="FILE|URL|-")
@click.option("--html", type=FILE, metavar="OUT", help="Write it as one HTML page as well.")
@click.option("--url", help="URL that a file was fetched from.")
@click.option("--content-type", metavar="T", help="Content-Type of a file, for example text/plain.")
@private_option
@setting_option
def explain(
    *,
    source: str,
    html: Path | None,
    url: str | None,
    content_type: str | None,
    allow_private: bool,
    setting: tuple[str, ...],
) -> None:
    """Show which part of a page became which field of its record, and why. Exits with 3 if it has no question.

    The page is a file, an address to fetch, or - for standard input.
    """
    from qa_scraper.explanation import explain as explained
    from qa_scraper.explanation_text import print_explanation

    if source.lower().startswith(("http://", "https://")):
        if url or content_type:
            raise InputError("--url and --content-type go with a file; what is fetched says them itself")
        page, provenance = _from_web(source, allow_private=allow_private, settings=setting)
    else:
        page, provenance = _from_file(source, url, content_type)
    explanation = explained(page, provenance, page.url or source)
    print_explanation(explanation)
    if html is not None:
        from qa_scraper.explanation_html import write_explanation

        write_explanation(explanation, html)
        click.echo(f"\nWritten to {html}")
    if explanation.reason:
        complain(f"{source}: no question: {explanation.reason}")
        sys.exit(Exit.GAPS)


def _from_file(path: str, url: str | None, content_type: str | None) -> tuple[Page, Provenance]:
    from qa_scraper.extract import Input, checked_url, input_page
    from qa_scraper.loaders import Provenance

    given = Input(path, checked_url(url), content_type)
    try:
        return input_page(given), Provenance(path=path)
    except InputError as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _from_web(url: str, *, allow_private: bool, settings: tuple[str, ...]) -> tuple[Page, Provenance]:
    from qa_scraper.clock import Clock
    from qa_scraper.fetch import NotFetched, fetch_pages
    from qa_scraper.loaders import Provenance
    from qa_scraper.options import CrawlOptions, run_settings
    from qa_scraper.page import Page

    wanted = run_settings(CrawlOptions("explain", settings=settings), complain)
    (fetched,) = fetch_pages([url], allow_private=allow_private, settings=wanted)
    if isinstance(fetched, NotFetched):
        raise InputError(f"{url}: cannot be read: {fetched.reason}")
    clock = Clock.from_setting(wanted["FIXED_CLOCK"])
    page = Page.from_bytes(
        fetched.body,
        url=fetched.url,
        content_type=fetched.content_type,
        content_language=fetched.content_language,
        seen_on=date.fromisoformat(clock.stamp()[:10]),
    )
    if page.kind == "binary":
        raise InputError(f"{url}: cannot be read: {page.unreadable}")
    return page, Provenance(fetched_at=clock.stamp(), http_status=fetched.status)
