"""What a report of a site tells: its published records counted, its ledger read. Changes nothing."""

from __future__ import annotations

from pathlib import Path

from qa_scraper.clock import stamp_of
from qa_scraper.crawl_history import crawl_history
from qa_scraper.errors import InputError
from qa_scraper.ledger_format import LEDGER
from qa_scraper.publish import SNAPSHOT
from qa_scraper.record_source import find_records
from qa_scraper.report_figures import figures
from qa_scraper.report_page import Report


def site_report(site: str, output: Path, made_at: str) -> Report:
    """The report of *site* in *output*, as of the stamp *made_at*; the records are streamed.

    Raises InputError where the site was never crawled, or a published record cannot be read; LedgerError where the
    ledger cannot be.
    """
    folder = output / site
    if not (folder / LEDGER).exists() and not (folder / SNAPSHOT).exists():
        raise InputError(f"{site} was never crawled into {output}: qa-scraper crawl {site} --output {output}")
    history = crawl_history(folder)
    if not (folder / SNAPSHOT).exists():
        return Report(site, made_at, None, figures(()), history)
    source = find_records(str(folder / SNAPSHOT), output)
    try:
        counted = figures(source.records())
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{source.path}: a record is not as records are ({type(error).__name__}: {error}): qa-scraper validate"
            f" {source.path} says which, qa-scraper publish {site} --output {output} writes them anew"
        ) from None
    return Report(site, made_at, stamp_of(source.path.stat().st_mtime), counted, history)
