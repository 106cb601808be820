"""Where the process begins: signals are minded before anything that takes time is imported."""

from __future__ import annotations

from qa_scraper import garbage
from qa_scraper.interrupts import INTERRUPTS


def main() -> None:
    """Runs the command line."""
    INTERRUPTS.watch()
    garbage.look_seldom()
    from qa_scraper.cli import main as run

    run()


if __name__ == "__main__":
    main()
