"""``python -m tests.simulation``: the whole comparison. ``make simulate`` runs it."""

from __future__ import annotations

import argparse

from tests.simulation.pages import QUESTIONS
from tests.simulation.report import draw, keep, table
from tests.simulation.trial import compare

BUDGETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)


def main() -> None:
    """Prints the table; writes figures and picture into docs/."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--pages", type=int, default=3000, help="pages of the site (3000)")
    parser.add_argument("--days", type=float, default=180, help="simulated days (180)")
    parser.add_argument("--seed", type=int, default=1, help="where pages and their changes come from (1)")
    parser.add_argument("--questions", type=float, default=QUESTIONS, help=f"share of new questions ({QUESTIONS:g})")
    parser.add_argument("--no-report", action="store_true", help="leave docs/ as it is")
    asked = parser.parse_args()
    results = compare(asked.pages, asked.days, BUDGETS, asked.seed, questions=asked.questions)
    print(table(results))
    if not asked.no_report:
        site = {"pages": asked.pages, "days": asked.days, "seed": asked.seed, "questions": asked.questions}
        keep(results, site)
        draw(results, f"Looking again at {asked.pages:,} simulated pages for {asked.days:g} days")


if __name__ == "__main__":
    main()
