"""Which demo site a user asked for, from the words of a command line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from qa_scraper.demo.data import DemoSite
from qa_scraper.demo.evolve import USUAL, Evolution, evolve
from qa_scraper.demo.faults import Fault
from qa_scraper.errors import InputError

_STEP: Final = re.compile(r"(?P<seed>\d{1,9}):(?P<step>\d{1,4})", re.ASCII)


def chosen_site(
    site: DemoSite, step: str | None = None, fault: str | None = None, evolution: Evolution = USUAL
) -> DemoSite:
    """*site* at *step* (``SEED:STEP``) with the *fault* of that name. Raises InputError for words that name neither."""
    if step is not None:
        match = _STEP.fullmatch(step)
        if match is None:
            raise InputError(
                f"--evolve {step!r} is no step: write SEED:STEP, two whole numbers, for example --evolve 1:3"
            )
        site = evolve(site, int(match["seed"]), int(match["step"]), evolution)
    if fault is None:
        return site
    if fault not in set(Fault):
        raise InputError(f"--fault {fault!r} is no fault: write one of {', '.join(Fault)}")
    return replace(site, fault=Fault(fault))
