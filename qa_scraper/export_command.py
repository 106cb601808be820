"""The command ``export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from qa_scraper.errors import InputError
from qa_scraper.exits import complain

app = typer.Typer()


@app.command()
def export(
    source: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="SITE|FILE", help="A site as published, or a JSON Lines file."),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="FORMAT", help="See --list; left out: by the ending of --out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="File or folder to write; replaced whole.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="EXPR", help="Only these: 'categories has \"Cardiology\"'; all given hold."),
    ] = None,
    answered: Annotated[
        bool, typer.Option("--answered", help="Only what someone else than the asker answered.")
    ] = False,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only what changed on that day (UTC) or later.")
    ] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="A,B.C", help="Only these fields: id,question.title,answers.text")
    ] = None,
    flat: Annotated[bool, typer.Option("--flat", help="parquet: one row an answer.")] = False,
    splits: Annotated[
        str | None, typer.Option("--splits", metavar="A:B:C", help="Shares of train, validation, test: 80:10:10")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Another seed parts the splits another way.")
    ] = None,
    system: Annotated[
        str | None, typer.Option("--system", metavar="TEXT", help="chat: the system message of each conversation.")
    ] = None,
    chunk_size: Annotated[
        str | None, typer.Option("--chunk-size", metavar="N", help="rag: characters of a chunk; 300t: tokens, about.")
    ] = None,
    overlap: Annotated[
        int | None, typer.Option("--overlap", metavar="N", help="rag: how much of a chunk is in the next as well.")
    ] = None,
    privacy: Annotated[
        str | None,
        typer.Option("--privacy", metavar="POLICY", help="keep, pseudonym or drop askers' names; else as published."),
    ] = None,
    privacy_key: Annotated[
        Path | None, typer.Option("--privacy-key", metavar="FILE", help="Key of the pseudonyms; else the site's own.")
    ] = None,
    formats: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Folder of all output; a site's files are in DIR/SITE/.")
    ] = Path("output"),
) -> None:
    """Write the records of a site or a file in a format of other tools."""
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
            done = run_export(
                found, out, wanted, Choice(tuple(where or ()), answered, since), options, protect=protect, seen=seen
            )
    except FilterError as error:
        _point_at(error)
        raise
    counts = "".join(f", {count:,} {name.replace('_', ' ')}" for name, count in done.written.counts.items() if count)
    typer.echo(f"{done.written.records:,} of {done.read:,} records{counts} in {out} ({wanted.NAME})")
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
    typer.echo(f"  {line}\n  {' ' * cell_len(line[: error.column])}^", err=True)
