"""The command ``schedule``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from qa_scraper.command_options import FILE
from qa_scraper.errors import InputError


@click.command()
@click.option(
    "--config",
    type=FILE,
    default=Path("qa_scraper.toml"),
    metavar="FILE",
    help="The schedule; docs/schedule.md says what it may hold.",
)
@click.option(
    "--print",
    "print_for",
    type=click.Choice(("systemd", "cron")),
    help="Print units or crontab lines instead, for the system to keep.",
)
def schedule(*, config: Path, print_for: str | None) -> None:
    """Refresh sites at their times, in the foreground, until SIGTERM or Ctrl-C."""
    from qa_scraper.run import known_sites
    from qa_scraper.schedule_file import read_schedule

    try:
        text = config.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the schedule {config}: {error}. Write one (docs/schedule.md)") from None
    plan = read_schedule(text, str(config), known_sites())
    if print_for is not None:
        from qa_scraper.schedule_units import crontab, systemd

        program = str(Path(sys.argv[0]).absolute())
        write = systemd if print_for == "systemd" else crontab
        click.echo(write(plan, program, Path.cwd()), nl=False)
        return
    from qa_scraper.clock import seconds_of
    from qa_scraper.schedule import Runner
    from qa_scraper.status import crawled_sites, runs_of

    output = Path(plan.output)
    crawled = [name for name in crawled_sites(output) if name in plan.sites]
    Runner(plan, {name: seconds_of(run.began_at) for name in crawled for run in runs_of(output / name, 1)}).run()
