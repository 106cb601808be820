"""The commands that only look at a site: status, runs, diff. They lock nothing and change nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from qa_scraper.errors import InputError
from qa_scraper.exits import Exit, complain

if TYPE_CHECKING:
    from qa_scraper.status import SiteStatus

app = typer.Typer()

OutputOption = Annotated[
    Path,
    typer.Option("--output", metavar="DIR", help="Folder of all output; a site's files are in DIR/SITE/."),
]
_CODES: Final = {"good": Exit.COMPLETE, "stale": Exit.GAPS, "never": Exit.GAPS, "rejected": Exit.REJECTED}
_GRAVEST_LAST: Final = (Exit.COMPLETE, Exit.GAPS, Exit.REJECTED, Exit.ERROR)


@app.command()
def status(
    site: Annotated[str | None, typer.Argument(help="Name of the site; left out: all in DIR.")] = None,
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="AGE", help="Stale past this age: 26h, 90m, 2d, or seconds."),
    ] = None,
    output: OutputOption = Path("output"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how sites stand, what fails and what is due. Exits with 3 if stale or never good, 4 if rejected."""
    from qa_scraper.clock import Clock, parse_duration, stamp_of
    from qa_scraper.reports import print_json, print_status
    from qa_scraper.status import status_of

    try:
        seconds = None if max_age is None else parse_duration(max_age)
    except ValueError:
        raise InputError(f"--max-age {max_age!r} is no length of time: write it like 26h, 90m, 2d or 3600") from None
    now = Clock().seconds()
    found = [status_of(output / name, now, seconds) for name in _sites(site, output)]
    if as_json:
        print_json({"at": stamp_of(now), "max_age": seconds, "sites": [asdict(one) for one in found]})
    else:
        for one in found:
            print_status(one, now)
    sys.stdout.flush()
    for one in found:
        if one.why:
            complain(f"{one.site}: {one.verdict}: {one.why}. {_what_to_do(one, output)}".rstrip())
    if not found:
        complain(f"no site was crawled into {output} yet: qa-scraper crawl")
        raise typer.Exit(Exit.GAPS)
    raise typer.Exit(max((_CODES.get(one.verdict, Exit.ERROR) for one in found), key=_GRAVEST_LAST.index))


@app.command()
def runs(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    limit: Annotated[int, typer.Option("--limit", min=0, metavar="N", help="The newest N runs; 0: all.")] = 20,
    output: OutputOption = Path("output"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the runs of a site, newest first: what each was, how it ended, what it found."""
    from qa_scraper.reports import print_json, print_runs
    from qa_scraper.status import runs_of

    (name,) = _sites(site, output)
    found = runs_of(output / name, limit)
    if as_json:
        print_json({"site": name, "runs": [asdict(run) for run in found]})
    elif found:
        print_runs(found)
    else:
        typer.echo(f"There is no run of {name} in {output} yet: qa-scraper crawl {name}")


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="A JSON Lines file, SITE@RUN, or SITE as published now.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    output: OutputOption = Path("output"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the changes only, whole, as lines of a change feed.")
    ] = False,
    tell_by_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 if they differ.")] = False,
) -> None:
    """Compare two snapshots by field: what was added, removed and changed from A to B."""
    from qa_scraper.comparison import count, differences, find_snapshot
    from qa_scraper.reports import print_differences, print_feed, print_totals

    before, after = find_snapshot(old, output), find_snapshot(new, output)
    for side in (before, after):
        if side.note:
            complain(side.note)
    if as_json:
        differs = print_feed(differences(before, after)) > 0
    else:
        totals = count(differences(before, after))
        print_totals(before, after, totals)
        print_differences(differences(before, after))
        differs = totals.differ
    if tell_by_code and differs:
        raise typer.Exit(Exit.GAPS)


def _sites(site: str | None, output: Path) -> list[str]:
    """The sites that are asked for. Raises InputError for one that is not known, or where there is no folder."""
    from qa_scraper.status import crawled_sites

    if not output.is_dir() and site is None:
        raise InputError(f"there is no folder {output}: name the one that was crawled into with --output")
    crawled = crawled_sites(output)
    if site is None:
        return crawled
    if site not in crawled:  # a site of another's SPIDER_MODULES is known by its ledger only
        from qa_scraper.run import find_site

        find_site(site)
    return [site]


def _what_to_do(status: SiteStatus, output: Path) -> str:
    name = f"{status.site} --output {output}"
    if status.verdict == "rejected" and status.last_judged is not None:
        if status.last_judged.publication == "undone":
            return "A run looks at it anew, or was cut off: qa-scraper refresh " + name
        return f"If it is right all the same: qa-scraper publish {name} --accept {status.last_judged.run}"
    if status.verdict == "stale":
        return "To look again: qa-scraper refresh " + name
    if status.verdict == "never":
        return "Crawl it: qa-scraper crawl " + name
    return ""
