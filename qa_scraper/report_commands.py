"""The commands that only look at a site: status, runs, diff. They lock nothing and change nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qa_scraper.command_options import COUNT, json_option, output_option
from qa_scraper.errors import InputError
from qa_scraper.exits import Exit, complain

if TYPE_CHECKING:
    from qa_scraper.status import SiteStatus

_CODES: Final = {"good": Exit.COMPLETE, "stale": Exit.GAPS, "never": Exit.GAPS, "rejected": Exit.REJECTED}
_GRAVEST_LAST: Final = (Exit.COMPLETE, Exit.GAPS, Exit.REJECTED, Exit.ERROR)


@click.command()
@click.argument("site", required=False)
@click.option("--max-age", metavar="AGE", help="Stale past this age: 26h, 90m, 2d, or seconds.")
@output_option
@json_option
def status(*, site: str | None, max_age: str | None, output: Path, as_json: bool) -> None:
    """Say how sites stand, what fails and what is due. Exits with 3 if stale or never good, 4 if rejected.

    Without SITE: all in DIR.
    """
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
        sys.exit(Exit.GAPS)
    sys.exit(max((_CODES.get(one.verdict, Exit.ERROR) for one in found), key=_GRAVEST_LAST.index))


@click.command()
@click.argument("site")
@click.option("--limit", type=COUNT, default=20, metavar="N", help="The newest N runs; 0: all.")
@output_option
@json_option
def runs(*, site: str, limit: int, output: Path, as_json: bool) -> None:
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
        click.echo(f"There is no run of {name} in {output} yet: qa-scraper crawl {name}")


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@output_option
@click.option("--json", "as_json", is_flag=True, help="Print the changes only, whole, as lines of a change feed.")
@click.option("--exit-code", "tell_by_code", is_flag=True, help="Exit with 3 if they differ.")
def diff(*, old: str, new: str, output: Path, as_json: bool, tell_by_code: bool) -> None:
    """Compare two snapshots by field: what was added, removed and changed from A to B.

    Each is a JSON Lines file, SITE@RUN, or SITE as published now.
    """
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
        sys.exit(Exit.GAPS)


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
