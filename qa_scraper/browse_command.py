"""The command ``browse``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def browse(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port on 127.0.0.1; 0: any free one.")
    ] = 8001,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DIR", help="Folder of all output; a site's files are in DIR/SITE/."),
    ] = Path("output"),
) -> None:
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
        typer.echo(f"The records of {site} are at {url} (Ctrl-C ends it)")
        sys.stdout.flush()
        if show:
            typer.launch(url)
        try:
            serve(database, site, at)
        except KeyboardInterrupt:
            typer.echo("Ended.")
