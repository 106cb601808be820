"""What may be wrong with the demo site as a whole, so that a run over it must not replace good data."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Final

from qa_scraper.demo.shapes import page
from qa_scraper.demo.wording import ALL_OTHER, OTHER_ANSWERS, OTHER_MORE_INFO, USUAL, Wording


class Fault(StrEnum):
    """Names of the faults, as ``qa-scraper demo-site --fault`` takes them."""

    REDESIGN = "redesign"
    """Question pages have other words at all landmarks: no question is recognised."""
    REDESIGN_ANSWERS = "redesign-answers"
    """The lines of doctor and reply date are worded otherwise: questions are recognised, answers are lost."""
    REDESIGN_MORE_INFO = "redesign-more-info"
    """Only the heading "More Info" is worded otherwise."""
    OUTAGE = "outage"
    """Everything answers 503, robots.txt too."""
    PAGES_DOWN = "pages-down"
    """Everything but robots.txt answers 503."""
    DROPPED = "dropped"
    """Every connection is closed without an answer."""
    BLOCK_PAGE = "block-page"
    """Everything but robots.txt answers 200 with a page that asks whether the visitor is human."""
    SOFT_404 = "soft-404"
    """Removed pages answer 200, and say only in words that they are gone."""


_WORDINGS: Final = {
    Fault.REDESIGN: ALL_OTHER,
    Fault.REDESIGN_ANSWERS: OTHER_ANSWERS,
    Fault.REDESIGN_MORE_INFO: OTHER_MORE_INFO,
}
_DOWN: Final = page("Down", "<h1>We are down for maintenance</h1><p>Please come back in an hour.</p>")


def wording_under(fault: Fault | None) -> Wording:
    """How question pages are worded while *fault* lasts."""
    return USUAL if fault is None else _WORDINGS.get(fault, USUAL)


def answer_under(fault: Fault | None, path: str) -> tuple[int, str] | None:
    """Status and HTML that *path* answers with, None where *fault* leaves it alone. Status 0: no answer at all."""
    if fault is Fault.DROPPED:
        return 0, ""
    if fault is Fault.OUTAGE or (fault is Fault.PAGES_DOWN and path != "/robots.txt"):
        return 503, _DOWN
    if fault is Fault.BLOCK_PAGE and path != "/robots.txt":
        return 200, _block_page(path)
    return None


def _block_page(path: str) -> str:
    """The same for all paths but for its ids, as such pages are: no two have the same bytes."""
    ticket = hashlib.sha256(path.encode()).hexdigest()
    body = (
        f"<h1>One moment, please</h1><p>We are checking your browser before it may go on to Demo Doctors.</p><form"
        f' method="post"><input type="hidden" name="ticket" value="{ticket[:32]}"><p>Please show that you are human:'
        f" <button>I am human</button></p></form><p><small>Your visit has the number {ticket[32:44]}.</small></p>"
    )
    return page("One moment, please", body)
