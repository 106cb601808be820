"""A demo site of any size in a process of its own, for measurements: ``python -m qa_scraper.demo --questions 5000``.

It makes all pages before it says that it is ready. Then it reads commands from standard input, a line each, and
answers each with a JSON line: ``show SEED:STEP`` or ``fault NAME`` (``fault -``: none) change what is shown, ``count``
tells what was served so far. It ends with its input.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace

import orjson

from qa_scraper.demo.chosen import chosen_site
from qa_scraper.demo.data import DemoSite
from qa_scraper.demo.evolve import Evolution
from qa_scraper.demo.server import DEFAULT_PORT, DemoServer, Validators
from qa_scraper.demo.writing import demo_site
from qa_scraper.errors import InputError


def main() -> None:
    """Serves until standard input ends."""
    options = _options()
    evolution = Evolution(
        added=options.added,
        answered=options.changed * 0.4,
        edited=options.changed * 0.6,
        removed=options.removed,
        noise=options.noise,
    )
    first = demo_site(options.seed, options.questions, options.page_bytes)
    server = DemoServer(first, options.port, validators=Validators(options.validators))
    server.warm()
    with server:
        _say({"url": server.url, **_shown(server.site)})
        for line in sys.stdin:
            try:
                _say(_obey(server, first, evolution, line))
            except InputError as error:
                _say({"error": str(error)})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m qa_scraper.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--questions", type=int, default=5000)
    parser.add_argument("--page-bytes", type=int, default=35_000, help="size of a question page, 0: as it is")
    parser.add_argument("--changed", type=float, default=0.01, help="share of questions answered or edited in a step")
    parser.add_argument("--added", type=float, default=0.005)
    parser.add_argument("--removed", type=float, default=0.002)
    parser.add_argument("--noise", type=float, default=0.0, help="share of pages with other adverts at each step")
    parser.add_argument("--validators", choices=list(Validators), default=Validators.BOTH)
    return parser.parse_args()


def _obey(server: DemoServer, first: DemoSite, evolution: Evolution, line: str) -> dict[str, object]:
    word, _, rest = line.strip().partition(" ")
    if word == "show":
        server.show(chosen_site(first, rest, server.site.fault, evolution))
    elif word == "fault":
        server.show(chosen_site(replace(server.site, fault=None), fault=None if rest == "-" else rest))
    elif word == "count":
        return _count(server)
    else:
        raise InputError(f"{line.strip()!r} is no command: write show SEED:STEP, fault NAME or count")
    server.warm()
    return _shown(server.site)


def _shown(site: DemoSite) -> dict[str, object]:
    return {"step": site.step, "questions": len(site.questions), "gone": len(site.gone), "fault": site.fault}


def _count(server: DemoServer) -> dict[str, object]:
    statuses = Counter(status for _, status in server.requests)
    counted = {"requests": statuses.total(), "statuses": {str(s): n for s, n in sorted(statuses.items())}}
    return {**counted, "body_bytes": server.body_bytes}


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(orjson.dumps(answer).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
