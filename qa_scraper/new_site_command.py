"""The command ``new-site``."""

from __future__ import annotations

from pathlib import Path

import click

from qa_scraper.command_options import COUNT, output_option, private_option, setting_option
from qa_scraper.errors import InputError


@click.command("new-site")
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE...")
@click.option("--name", metavar="NAME", help="What to call the site; made of its host if left out.")
@click.option("--url", metavar="URL", help="Address of the first file, where it names none.")
@output_option
@click.option("--limit", type=COUNT, default=0, metavar="N", help="Pages to learn from; 0: 40.")
@setting_option
@private_option
def new_site(
    *,
    sources: tuple[str, ...],
    name: str | None,
    url: str | None,
    output: Path,
    limit: int,
    setting: tuple[str, ...],
    allow_private: bool,
) -> None:
    """Write a site module, fixtures and a test, from what some pages of a site tell.

    They are found from the site's address, or are saved pages with a question.
    """
    from qa_scraper.new_site import learn_from_crawl, learn_from_files, project_folder, write_site
    from qa_scraper.options import CrawlOptions

    folder = project_folder()
    addresses = [source for source in sources if "://" in source]
    if addresses and len(sources) > 1:
        raise InputError("give one address, or files: further pages of a site are found by themselves")
    if addresses:
        known = learn_from_crawl(CrawlOptions(addresses[0], (), output, limit, setting, allow_private))
    else:
        known = learn_from_files(list(sources), url)
    draft = write_site(known, name, folder)
    for path in sorted(draft.files):
        click.echo(folder / path)
    if draft.question_url is None:
        click.echo("The addresses of its questions have nothing in common: every page is read, extraction tells them.")
    else:
        click.echo(f"Questions stand at {draft.question_url.regex}")
    click.echo(f"Look at the expected records, then: qa-scraper crawl {draft.name}")
