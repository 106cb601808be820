"""The command ``browse``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qa_scraper.command_options import PORT, output_option


@click.command()
@click.argument("site")
@click.option("--port", type=PORT, default=8001, metavar="N", help="Port on 127.0.0.1; 0: any free one.")
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@output_option
def browse(*, site: str, port: int, show: bool, output: Path) -> None:
    """Look through the published records of a site in a browser, until Ctrl-C: search, facets, a page a record."""
    from qa_scraper.browsing.database import browsed_database, find_snapshot
    from qa_scraper.browsing.server import HOST, check_installed, listening, serve
    from qa_scraper.reading_progress import shown_reading

    check_installed()
    source = find_snapshot(site, output)
    with listening(port) as at:
        with shown_reading(str(source.path), source.size) as seen:
            database = browsed_database(source, seen)
        url = f"http://{HOST}:{at.getsockname()[1]}/"
        click.echo(f"The records of {site} are at {url} (Ctrl-C ends it)")
        sys.stdout.flush()
        if show:
            click.launch(url)
        try:
            serve(database, site, at)
        except KeyboardInterrupt:
            click.echo("Ended.")
