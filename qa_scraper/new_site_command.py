"""The command ``new-site``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_scraper.errors import InputError

app = typer.Typer()


@app.command("new-site")
def new_site(
    sources: Annotated[
        list[str], typer.Argument(metavar="URL|FILE...", help="The site's address, or saved pages with a question.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What to call the site; made of its host if left out.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Address of the first file, where it names none.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Where the site was crawled into, or is to be.")
    ] = Path("output"),
    limit: Annotated[int, typer.Option("--limit", min=0, metavar="N", help="Pages to learn from; 0: 40.")] = 0,
    setting: Annotated[list[str] | None, typer.Option("-s", metavar="NAME=VALUE", help="A Scrapy setting.")] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Allow private and loopback targets.")] = False,
) -> None:
    """Write a site module, fixtures and a test, from what some pages of a site tell."""
    from qa_scraper.new_site import learn_from_crawl, learn_from_files, project_folder, write_site
    from qa_scraper.options import CrawlOptions

    folder = project_folder()
    addresses = [source for source in sources if "://" in source]
    if addresses and len(sources) > 1:
        raise InputError("give one address, or files: further pages of a site are found by themselves")
    if addresses:
        known = learn_from_crawl(CrawlOptions(addresses[0], (), output, limit, tuple(setting or ()), allow_private))
    else:
        known = learn_from_files(sources, url)
    draft = write_site(known, name, folder)
    for path in sorted(draft.files):
        typer.echo(folder / path)
    if draft.question_url is None:
        typer.echo("The addresses of its questions have nothing in common: every page is read, extraction tells them.")
    else:
        typer.echo(f"Questions stand at {draft.question_url.regex}")
    typer.echo(f"Look at the expected records, then: qa-scraper crawl {draft.name}")
