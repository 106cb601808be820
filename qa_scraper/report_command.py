"""The command ``report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qa_scraper.command_options import FILE, output_option


@click.command()
@click.argument("site")
@click.option("--out", type=FILE, metavar="FILE", help="Where to write it; left out: DIR/SITE/report.html.")
@output_option
def report(*, site: str, out: Path | None, output: Path) -> None:
    """Write what a site's records and runs come to as one HTML page with charts."""
    from qa_scraper.clock import Clock
    from qa_scraper.html_page import write_page
    from qa_scraper.publish import REPORT
    from qa_scraper.report import site_report
    from qa_scraper.report_page import report_page

    told = site_report(site, output, Clock().stamp())
    target = output / site / REPORT if out is None else out
    write_page(report_page(told), target)
    click.echo(f"Written to {target}")
    sys.stdout.flush()
