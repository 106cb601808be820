"""The command ``validate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_scraper.command_options import COUNT, json_option, output_option
from qa_scraper.exits import Exit, complain

if TYPE_CHECKING:
    from qa_scraper.validation import Flaw


@click.command()
@click.argument("source", metavar="SITE|FILE")
@click.option("--limit", type=COUNT, default=20, metavar="N", help="Show N errors; all are counted.")
@output_option
@json_option
def validate(*, source: str, limit: int, output: Path, as_json: bool) -> None:
    """Check every line against the schema of a record. Exits with 3 if anything is wrong.

    SITE is one as published, FILE is JSON Lines.
    """
    from qa_scraper.reading_progress import shown_reading
    from qa_scraper.record_source import find_records
    from qa_scraper.validation import Tally, examined
    from qa_scraper.validation_report import print_flaw, print_tally, tally_as_json

    found = find_records(source, output)
    tally = Tally(sorted_by_id=found.site is not None)
    shown: list[Flaw] = []
    with shown_reading(str(found.path), found.size) as seen:
        for flaw in examined(found.lines(seen), tally):
            if len(shown) < limit:
                shown.append(flaw)
                if not as_json:
                    print_flaw(found.path, flaw)
    if as_json:
        tally_as_json(found.path, tally, shown)
    else:
        print_tally(found.path, tally, len(shown))
    sys.stdout.flush()
    if tally.unsorted_at is not None and found.site is None:
        complain(
            f"{found.path} is not sorted by id (line {tally.unsorted_at} is the first out of order): an id that is"
            " there twice may go unseen"
        )
    sys.exit(Exit.GAPS if tally.flaws else Exit.COMPLETE)
