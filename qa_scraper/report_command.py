"""The command ``report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def report(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; default: DIR/SITE/report.html.")
    ] = None,
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DIR", help="Folder of all output; a site's files are in DIR/SITE/."),
    ] = Path("output"),
) -> None:
    """Write what a site's records and runs come to as one HTML page with charts."""
    from qa_scraper.clock import Clock
    from qa_scraper.html_page import write_page
    from qa_scraper.publish import REPORT
    from qa_scraper.report import site_report
    from qa_scraper.report_page import report_page

    told = site_report(site, output, Clock().stamp())
    target = output / site / REPORT if out is None else out
    write_page(report_page(told), target)
    typer.echo(f"Written to {target}")
    sys.stdout.flush()
