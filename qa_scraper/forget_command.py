"""The command ``forget``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qa_scraper.command_options import json_option, output_option
from qa_scraper.errors import InputError
from qa_scraper.exits import Exit, complain

if TYPE_CHECKING:
    from qa_scraper.removal_store import Found

_SHOWN: Final = 10


@click.command()
@click.argument("site")
@click.option("--asker", metavar="NAME", help="All records of this asker; a name or a pseudonym.")
@click.option("--id", "record_id", metavar="ID", help="The record of this id.")
@output_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(*, site: str, asker: str | None, record_id: str | None, output: Path, yes: bool, as_json: bool) -> None:
    """Remove a person's records from ledger, snapshot and all feeds, for good. Exits with 3 if there are none."""
    from qa_scraper.upkeep import forget_site

    if (asker is None) == (record_id is None):
        raise InputError("say whom to forget: either --asker NAME or --id ID")
    if asker is not None and not asker.strip():
        raise InputError("--asker is empty: name the asker as the records do")
    whom = f"the asker {asker!r}" if asker is not None else f"the id {record_id!r}"

    def confirm(found: Found) -> bool:
        if not as_json:
            _show(site, found)
        if yes:
            return True
        if not sys.stdin.isatty() or as_json:
            raise InputError("nothing was removed: add --yes where nobody can be asked")
        try:
            return click.confirm("Remove this for good?")
        except click.Abort:  # Ctrl-C, or the end of the input
            click.echo()
            return False

    done = forget_site(site, output, asker=asker, record_id=record_id, confirm=confirm)
    if as_json:
        from qa_scraper.reports import print_json

        print_json(
            {
                "site": site,
                "forgotten": done.run is not None or done.before,
                "run": done.run,
                "ids": done.found.ids if done.run is not None else (),
                "urls": done.found.urls if done.run is not None else (),
                "versions": done.found.versions if done.run is not None else 0,
                "teasers": done.found.teasers if done.run is not None else 0,
            }
        )
    if done.run is not None:
        if not as_json:
            click.echo(
                f"Forgotten: {len(done.found.ids)} records, in run {done.run}. Exports made before are not touched."
            )
        return
    if done.before:
        if not as_json:
            click.echo(f"There is nothing left: {whom} was forgotten before.")
        return
    complain("nothing was removed" if done.found.records else f"there is no record of {site} with {whom}")
    sys.exit(Exit.GAPS)


def _show(site: str, found: Found) -> None:
    from qa_scraper.text import printable

    click.echo(
        f"To be removed from {site}: {len(found.ids)} records at {len(found.urls)} URLs, {found.versions} former"
        f" versions, teasers of them on {found.teasers} others; from ledger, snapshot and feeds. crawl.log is deleted."
    )
    for stone in found.records[:_SHOWN]:
        click.echo(printable(f"  {stone.id or '-'}  {stone.url}"))
    if len(found.records) > _SHOWN:
        click.echo(f"  and {len(found.records) - _SHOWN} more")
