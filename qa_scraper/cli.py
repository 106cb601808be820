"""The command line: thin over the library, no logic of its own. Imports are lazy, so that it starts fast.

What changes a site stands here, the other commands in modules of their own; exit codes are those of ``exits.Exit``.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from qa_scraper import __version__, is_compiled
from qa_scraper.command_options import COUNT, FILE, PORT, output_option, private_option, setting_option
from qa_scraper.errors import InputError, SiteBusy
from qa_scraper.exits import Exit, complain
from qa_scraper.interrupts import INTERRUPTS

if TYPE_CHECKING:
    from qa_scraper.options import CrawlOptions

_REPORT: Final = "this is an error of qa-scraper, please report it (QA_SCRAPER_TRACEBACK=1 shows where it happened)"


_ELSEWHERE: Final = {
    "explain": "explain_command",
    "forget": "forget_command",
    "status": "report_commands",
    "runs": "report_commands",
    "diff": "report_commands",
    "report": "report_command",
    "browse": "browse_command",
    "schedule": "schedule_command",
    "new-site": "new_site_command",
    "validate": "validate_command",
    "export": "export_command",
}
"""The module of each command that does not stand here."""


class _Commands(click.Group):
    """Imports the module of a command when that is asked for, as Click's documentation has it ("Lazily Loading")."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands, *_ELSEWHERE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"qa_scraper.{_ELSEWHERE[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Says of each command what its first paragraph says, all of it: Click would cut it off at the line's end."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (name, " ".join((command.help or "").partition("\n\n")[0].split())) for name, command in found if command
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _show_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"qa-scraper {__version__}{' (compiled)' if is_compiled() else ''}")
        context.exit(Exit.COMPLETE)


@click.group(
    "qa-scraper",
    cls=_Commands,
    context_settings={"show_default": True},
    invoke_without_command=True,
    epilog="Exit codes: 0 complete; 1 unexpected error; 2 bad usage or unreadable input; 3 ran, but with gaps;"
    " 4 not published: the publish gate rejected the run; 5 the site is in use by another process.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print the version."
)
@click.pass_context
def app(context: click.Context) -> None:
    """Crawls question-and-answer sites into JSON Lines: every record exactly once, every field right."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(Exit.USAGE)
    if context.invoked_subcommand not in {"crawl", "refresh"}:
        INTERRUPTS.release()  # all else may be cut off anywhere


_OF_A_RUN: Final = (
    click.option("--start-url", multiple=True, metavar="URL", help="Where to begin; may be given several times."),
    output_option,
    click.option("--limit", type=COUNT, default=0, metavar="N", help="Fetch at most N pages in this run; 0: no limit."),
    setting_option,
    private_option,
    click.option(
        "--workers",
        type=COUNT,
        default=0,
        metavar="N",
        help="Processes of the run; from 2 on all but one read pages. 0: one.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object."),
)
"""The options of ``crawl`` and ``refresh``."""


def _options_of_a_run(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OF_A_RUN):
        command = option(command)
    return command


@app.command()
@click.argument("site", default="demo")
@_options_of_a_run
def crawl(
    *,
    site: str,
    start_url: tuple[str, ...],
    output: Path,
    limit: int,
    setting: tuple[str, ...],
    allow_private: bool,
    workers: int,
    as_json: bool,
) -> None:
    """Crawl a site, or go on with a crawl that was stopped, and publish DIR/SITE/questions.jsonl.

    SITE is the name of a site (see: qa-scraper sites), or the URL of any; left out: the demo site.
    """
    from qa_scraper.options import CrawlOptions

    _run(CrawlOptions(site, start_url, output, limit, setting, allow_private, workers=workers), as_json=as_json)


@app.command()
@click.argument("site")
@click.option("--all", "every_page", is_flag=True, help="Look at every known page, not only at what is due.")
@_options_of_a_run
def refresh(
    *,
    site: str,
    every_page: bool,
    start_url: tuple[str, ...],
    output: Path,
    limit: int,
    setting: tuple[str, ...],
    allow_private: bool,
    workers: int,
    as_json: bool,
) -> None:
    """Look again at what is due, lists and sitemaps first, and publish what changed.

    SITE is the name of a site (see: qa-scraper sites), or the URL of any.
    """
    from qa_scraper.options import CrawlOptions

    options = CrawlOptions(
        site,
        start_url,
        output,
        limit,
        setting,
        allow_private,
        kind="refresh-all" if every_page else "refresh",
        workers=workers,
    )
    _run(options, as_json=as_json)


def _run(options: CrawlOptions, *, as_json: bool) -> NoReturn:
    from qa_scraper.options import named
    from qa_scraper.progress import TerminalDisplay, print_summary
    from qa_scraper.run import crawl as run_crawl

    summary = run_crawl(options, TerminalDisplay(named(options).site))
    print_summary(summary, as_json=as_json)
    if summary.error:
        sys.exit(Exit.ERROR)
    if summary.rejected:
        sys.exit(Exit.REJECTED)
    sys.exit(Exit.COMPLETE if summary.complete else Exit.GAPS)


@app.command()
@click.argument("paths", nargs=-1, metavar="PATH...|-")
@click.option("--url", help="URL that the page was fetched from.")
@click.option("--content-type", metavar="T", help="Its Content-Type, for example text/plain.")
@click.option("--manifest", type=FILE, metavar="FILE", help='JSON Lines of {"path", "url", "content_type"}.')
def extract(*, paths: tuple[str, ...], url: str | None, content_type: str | None, manifest: Path | None) -> None:
    """Read pages from files and print their records, one JSON object a line, in input order.

    PATH is a file, - is standard input.
    """
    _load_loaders_alone()
    import orjson  # jsonlines takes longer to load than the page to read

    from qa_scraper.extract import Input, checked_url, extract_input, read_manifest

    if bool(paths) == bool(manifest):
        raise InputError("give either files (or - for standard input) or --manifest FILE")
    if manifest is not None:
        if url or content_type:
            raise InputError("--url and --content-type go with files; a manifest names them line by line")
        inputs = list(read_manifest(manifest))
    else:
        inputs = [Input(path, checked_url(url), content_type) for path in paths]
    if url and len(inputs) > 1:
        raise InputError("--url goes with one file; for several, name each URL in a --manifest")
    code = Exit.COMPLETE
    for given in inputs:
        extracted = extract_input(given)
        for record in extracted.records:
            sys.stdout.buffer.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        if extracted.failure:
            code = Exit.ERROR
            complain(f"{given.path}: {extracted.failure}: {_REPORT}")
        elif extracted.unreadable:
            code = Exit.USAGE if code != Exit.ERROR else code
            complain(f"{given.path}: cannot be read: {extracted.unreadable}")
        elif extracted.reason:
            code = Exit.GAPS if code == Exit.COMPLETE else code
            complain(f"{given.path}: no question: {extracted.reason}")
    sys.stdout.flush()
    sys.exit(code)


def _load_loaders_alone() -> None:
    """Keeps itemadapter from loading whatever has items of its own, Scrapy above all: that takes longer than all else.

    For a process that crawls nothing: its items are dataclasses.
    """
    if "scrapy" in sys.modules:
        return
    hidden = {name: sys.modules.get(name) for name in ("scrapy", "attr", "pydantic")}
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # how Python notes that there is none
    try:
        import itemadapter  # noqa: F401
    finally:
        for name, module in hidden.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


@app.command()
def sites() -> None:
    """List the sites that can be crawled."""
    from qa_scraper.run import known_sites

    for site in known_sites().values():
        click.echo(f"{site.name}\t{site.title}\t{' '.join(site.start_urls)}".rstrip())


@app.command()
@click.argument("site")
@click.option("--accept", type=int, metavar="RUN", help="Publish what the gate rejected of this run.")
@output_option
def publish(*, site: str, accept: int | None, output: Path) -> None:
    """Publish what the ledger of a site holds, without fetching anything."""
    from qa_scraper.upkeep import publish_site

    published = publish_site(site, output, accept)
    if published.breaches:
        for breach in published.breaches:
            complain(f"not published: {breach.message}")
        sys.exit(Exit.REJECTED)
    click.echo(f"{published.measures.records} records in {output / site / 'questions.jsonl'}")


@app.command()
@click.argument("site")
@click.option("--until", type=int, metavar="RUN", help="As it was after this run; left out: after the last.")
@output_option
def replay(*, site: str, until: int | None, output: Path) -> None:
    """Print the snapshot that a site's change feeds come to, as of any run."""
    from qa_scraper.upkeep import replay_site

    for line in replay_site(site, output, until):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


@app.command()
@click.argument("site")
@output_option
def doctor(*, site: str, output: Path) -> None:
    """Check the ledger and the published files of a site, and say what to do; changes nothing."""
    from qa_scraper.upkeep import examine_site

    findings = examine_site(site, output)
    for finding in findings:
        click.echo(f"{finding.what}.\n  {finding.advice}.")
    if not findings:
        click.echo(f"No problem found in {output / site}.")
    sys.exit(Exit.GAPS if findings else Exit.COMPLETE)


@app.command("demo-site")
@click.option("--port", type=PORT, default=8765, metavar="N", help="Port on 127.0.0.1; 0: any free one.")
@click.option("--evolve", metavar="SEED:STEP", help="Show the site as it is that many steps of changes later.")
@click.option("--fault", metavar="NAME", help="Show the site gone wrong: redesign, outage, …")
def demo_site(*, port: int, evolve: str | None, fault: str | None) -> None:
    """Serve the bundled demo site on this machine until Ctrl-C."""
    from qa_scraper.demo import DemoServer, chosen_site
    from qa_scraper.demo import demo_site as make_site

    site = chosen_site(make_site(), evolve, fault)
    try:
        server = DemoServer(site, port=port)
    except OSError as error:
        raise InputError(
            f"port {port} cannot be used: {error.strerror or error}. Choose another with --port."
        ) from None
    click.echo(f"The demo site is at {server.url}/ (Ctrl-C ends it)")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("Ended.")
    finally:
        server.stop()


@app.command()
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a record."""
    import orjson

    from qa_scraper.items import record_schema

    click.echo(orjson.dumps(record_schema(), option=orjson.OPT_INDENT_2).decode())


def main() -> None:
    """Runs the command line and ends the process with one of the codes of ``Exit``."""
    try:
        with app.make_context("qa-scraper", sys.argv[1:]) as context:
            app.invoke(context)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except InputError as error:
        complain(str(error))
        sys.exit(Exit.USAGE)
    except SiteBusy as error:
        complain(str(error))
        sys.exit(Exit.LOCKED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read our output has gone: nothing to tell
        sys.exit(Exit.ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last place that can turn it into words
        if os.environ.get("QA_SCRAPER_TRACEBACK"):
            traceback.print_exc()
        from qa_scraper.ledger_file import LedgerError

        known = isinstance(error, LedgerError | OSError | RuntimeError)
        complain(str(error) if known else f"{type(error).__name__}: {error}: {_REPORT}")
        sys.exit(Exit.ERROR)


if __name__ == "__main__":
    main()
