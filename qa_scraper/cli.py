"""The command line: thin over the library, no logic of its own. Imports are lazy, so that it starts fast.

What changes a site stands here, what only looks at one in ``report_commands``; exit codes are those of ``exits.Exit``.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn, Optional

import typer

from qa_scraper import (
    __version__,
    browse_command,
    explain_command,
    export_command,
    forget_command,
    is_compiled,
    new_site_command,
    report_command,
    report_commands,
    schedule_command,
    validate_command,
)
from qa_scraper.errors import InputError, SiteBusy
from qa_scraper.exits import Exit, complain
from qa_scraper.interrupts import INTERRUPTS

if TYPE_CHECKING:
    from qa_scraper.options import CrawlOptions

_REPORT: Final = "this is an error of qa-scraper, please report it (QA_SCRAPER_TRACEBACK=1 shows where it happened)"


app = typer.Typer(
    name="qa-scraper",
    help="Crawls question-and-answer sites into JSON Lines: every record exactly once, every field right.",
    epilog="Exit codes: 0 complete; 1 unexpected error; 2 bad usage or unreadable input; 3 ran, but with gaps;"
    " 4 not published: the publish gate rejected the run; 5 the site is in use by another process.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

OutputOption = Annotated[
    Path,
    typer.Option("--output", metavar="DIR", help="Folder of all output; a site's files go to DIR/SITE/."),
]


StartUrlOption = Annotated[
    list[str] | None,
    typer.Option("--start-url", metavar="URL", help="Where to begin; may be given several times."),
]
LimitOption = Annotated[
    int,
    typer.Option("--limit", min=0, metavar="N", help="Fetch at most N pages in this run; 0: no limit."),
]
SettingOption = Annotated[
    list[str] | None,
    typer.Option("-s", metavar="NAME=VALUE", help="A Scrapy setting; wins over the site's own."),
]
PrivateOption = Annotated[
    bool, typer.Option("--allow-private", help="Allow private and loopback addresses as targets.")
]
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", min=0, metavar="N", help="Processes of the run; from 2 on all but one read pages. 0: one."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")]


@app.command()
def crawl(
    site: Annotated[str, typer.Argument(help="Name of the site (see: qa-scraper sites), or the URL of any.")] = "demo",
    start_url: StartUrlOption = None,
    output: OutputOption = Path("output"),
    limit: LimitOption = 0,
    setting: SettingOption = None,
    allow_private: PrivateOption = False,
    workers: WorkersOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Crawl a site, or go on with a crawl that was stopped, and publish DIR/SITE/questions.jsonl."""
    from qa_scraper.options import CrawlOptions

    options = CrawlOptions(
        site, tuple(start_url or ()), output, limit, tuple(setting or ()), allow_private, workers=workers
    )
    _run(options, as_json=as_json)


@app.command()
def refresh(
    site: Annotated[str, typer.Argument(help="Name of the site (see: qa-scraper sites), or the URL of any.")],
    every_page: Annotated[
        bool, typer.Option("--all", help="Look at every known page, not only at what is due.")
    ] = False,
    start_url: StartUrlOption = None,
    output: OutputOption = Path("output"),
    limit: LimitOption = 0,
    setting: SettingOption = None,
    allow_private: PrivateOption = False,
    workers: WorkersOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Look again at what is due, lists and sitemaps first, and publish what changed."""
    from qa_scraper.options import CrawlOptions

    options = CrawlOptions(
        site,
        tuple(start_url or ()),
        output,
        limit,
        tuple(setting or ()),
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
        raise typer.Exit(Exit.ERROR)
    if summary.rejected:
        raise typer.Exit(Exit.REJECTED)
    raise typer.Exit(Exit.COMPLETE if summary.complete else Exit.GAPS)


@app.command()
def extract(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...|-", help="Files to read; - is standard input.")
    ] = None,
    url: Annotated[Optional[str], typer.Option("--url", help="URL that the page was fetched from.")] = None,  # noqa: UP045
    content_type: Annotated[
        str | None,
        typer.Option("--content-type", metavar="T", help="Its Content-Type, for example text/plain."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help='JSON Lines of {"path", "url", "content_type"}.'),
    ] = None,
) -> None:
    """Read pages from files and print their records, one JSON object a line, in input order."""
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
        inputs = [Input(path, checked_url(url), content_type) for path in paths or ()]
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
    raise typer.Exit(code)


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
        typer.echo(f"{site.name}\t{site.title}\t{' '.join(site.start_urls)}".rstrip())


@app.command()
def publish(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    accept: Annotated[
        int | None, typer.Option("--accept", metavar="RUN", help="Publish what the gate rejected of this run.")
    ] = None,
    output: OutputOption = Path("output"),
) -> None:
    """Publish what the ledger of a site holds, without fetching anything."""
    from qa_scraper.upkeep import publish_site

    published = publish_site(site, output, accept)
    if published.breaches:
        for breach in published.breaches:
            complain(f"not published: {breach.message}")
        raise typer.Exit(Exit.REJECTED)
    typer.echo(f"{published.measures.records} records in {output / site / 'questions.jsonl'}")


@app.command()
def replay(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    until: Annotated[
        int | None, typer.Option("--until", metavar="RUN", help="As it was after this run; default: after the last.")
    ] = None,
    output: OutputOption = Path("output"),
) -> None:
    """Print the snapshot that a site's change feeds come to, as of any run."""
    from qa_scraper.upkeep import replay_site

    for line in replay_site(site, output, until):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


@app.command()
def doctor(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    output: OutputOption = Path("output"),
) -> None:
    """Check the ledger and the published files of a site, and say what to do; changes nothing."""
    from qa_scraper.upkeep import examine_site

    findings = examine_site(site, output)
    for finding in findings:
        typer.echo(f"{finding.what}.\n  {finding.advice}.")
    if not findings:
        typer.echo(f"No problem found in {output / site}.")
    raise typer.Exit(Exit.GAPS if findings else Exit.COMPLETE)


app.add_typer(explain_command.app)
app.add_typer(forget_command.app)
app.add_typer(report_commands.app)
app.add_typer(report_command.app)
app.add_typer(browse_command.app)
app.add_typer(schedule_command.app)
app.add_typer(new_site_command.app)
app.add_typer(validate_command.app)
app.add_typer(export_command.app)


@app.command("demo-site")
def demo_site(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port on 127.0.0.1; 0: any free one.")
    ] = 8765,
    evolve: Annotated[
        str | None,
        typer.Option("--evolve", metavar="SEED:STEP", help="Show the site as it is that many steps of changes later."),
    ] = None,
    fault: Annotated[
        str | None, typer.Option("--fault", metavar="NAME", help="Show the site gone wrong: redesign, outage, …")
    ] = None,
) -> None:
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
    typer.echo(f"The demo site is at {server.url}/ (Ctrl-C ends it)")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        typer.echo("Ended.")
    finally:
        server.stop()


@app.command()
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a record."""
    import orjson

    from qa_scraper.items import record_schema

    typer.echo(orjson.dumps(record_schema(), option=orjson.OPT_INDENT_2).decode())


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"qa-scraper {__version__}{' (compiled)' if is_compiled() else ''}")
        raise typer.Exit(Exit.COMPLETE)


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand not in {"crawl", "refresh"}:
        INTERRUPTS.release()  # all else may be cut off anywhere


def main() -> None:
    """Runs the command line and ends the process with one of the codes of ``Exit``."""
    try:
        app()
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
