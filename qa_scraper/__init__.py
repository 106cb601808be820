"""Crawls question-and-answer sites into JSON Lines: every record exactly once, every field right."""

__version__ = "0.1.0"


def is_compiled() -> bool:
    """Whether what every page goes through was compiled when this package was built (``hatch_build.py``)."""
    from importlib.machinery import EXTENSION_SUFFIXES
    from importlib.util import find_spec

    found = find_spec("qa_scraper.text")
    return found is not None and (found.origin or "").endswith(tuple(EXTENSION_SUFFIXES))
