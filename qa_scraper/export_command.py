"""The command ``export``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qa_scraper.command_options import FILE, output_option
from qa_scraper.errors import InputError
from qa_scraper.exits import complain


@click.command()
@click.argument("source", required=False, metavar="SITE|FILE")
@click.option("--to", metavar="FORMAT", help="See --list; left out: by the ending of --out.")
@click.option("--out", type=FILE, metavar="PATH", help="File or folder to write; replaced whole.")
@click.option(
    "--where", multiple=True, metavar="EXPR", help="Only these: 'categories has \"Cardiology\"'; all given hold."
)
@click.option("--answered", is_flag=True, help="Only what someone else than the asker answered.")
@click.option("--since", metavar="DATE", help="Only what changed on that day (UTC) or later.")
@click.option("--fields", metavar="A,B.C", help="Only these fields: id,question.title,answers.text")
@click.option("--flat", is_flag=True, help="parquet: one row an answer.")
@click.option("--splits", metavar="A:B:C", help="Shares of train, validation, test: 80:10:10")
@click.option("--seed", type=int, metavar="N", help="Another seed parts the splits another way.")
@click.option("--system", metavar="TEXT", help="chat: the system message of each conversation.")
@click.option("--chunk-size", metavar="N", help="rag: characters of a chunk; 300t: tokens, about.")
@click.option("--overlap", type=int, metavar="N", help="rag: how much of a chunk is in the next as well.")
@click.option("--privacy", metavar="POLICY", help="keep, pseudonym or drop askers' names; else as published.")
@click.option("--privacy-key", type=FILE, metavar="FILE", help="Key of the pseudonyms; else the site's own.")
@click.option("--list", "formats", is_flag=True, help="List the formats.")
@output_option
def export(
    *,
    source: str | None,
    to: str | None,
    out: Path | None,
    where: tuple[str, ...],
    answered: bool,
    since: str | None,
    fields: str | None,
    flat: bool,
    splits: str | None,
    seed: int | None,
    system: str | None,
    chunk_size: str | None,
    overlap: int | None,
    privacy: str | None,
    privacy_key: Path | None,
    formats: bool,
    output: Path,
) -> None:
    """Write the records of a site or a file in a format of other tools.

    SITE is one as published, FILE is JSON Lines.
    """
    from qa_scraper.clock import Clock
    from qa_scraper.export import ExportOptions
    from qa_scraper.export_job import Choice, checked_options, format_of
    from qa_scraper.export_job import export as run_export
    from qa_scraper.export_privacy import protection
    from qa_scraper.reading_progress import shown_reading
    from qa_scraper.record_filter import FilterError
    from qa_scraper.record_source import find_records

    if formats:
        _print_formats()
        return
    if source is None or out is None:
        raise InputError("name what to export and where to: qa-scraper export demo --out demo.sqlite")
    wanted = format_of(to, out)
    found = find_records(source, output)
    policy, protect = protection(found, output, privacy, privacy_key)
    options = checked_options(
        wanted,
        ExportOptions(name=found.site or found.path.stem, created_on=Clock().stamp()[:10], privacy=policy),
        fields=fields,
        flat=flat,
        splits=splits,
        seed=seed,
        system=system,
        chunk_size=chunk_size,
        overlap=overlap,
    )
    try:
        with shown_reading(str(found.path), found.size) as seen:
            done = run_export(found, out, wanted, Choice(where, answered, since), options, protect=protect, seen=seen)
    except FilterError as error:
        _point_at(error)
        raise
    counts = "".join(f", {count:,} {name.replace('_', ' ')}" for name, count in done.written.counts.items() if count)
    click.echo(f"{done.written.records:,} of {done.read:,} records{counts} in {out} ({wanted.NAME})")
    sys.stdout.flush()
    for note in done.written.notes:
        complain(note)
    if done.undated:
        complain(f"{done.undated:,} records do not say when they changed and are left out by --since")


def _print_formats() -> None:
    from rich.console import Console
    from rich.table import Table

    from qa_scraper.export import FORMATS

    table = Table.grid(padding=(0, 2))
    for each in FORMATS.values():
        table.add_row(each.NAME, each.SUMMARY, " ".join(each.SUFFIXES))
    Console().print(table)


def _point_at(error: object) -> None:
    """Prints the condition, and a caret under the place where it goes wrong."""
    from rich.cells import cell_len

    from qa_scraper.record_filter import FilterError
    from qa_scraper.text import printable

    assert isinstance(error, FilterError)
    line = printable(error.expression)
    click.echo(f"  {line}\n  {' ' * cell_len(line[: error.column])}^", err=True)
