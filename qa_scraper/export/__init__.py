"""Records in, a file or folder for other tools out.

A format is a module with ``NAME``, ``SUMMARY``, ``SUFFIXES``, ``TAKES`` and ``write(records, out, options)``; its name
in the line below registers it. Packages that only one format needs are imported inside ``write``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from qa_scraper.export.formats import ExportOptions, Format, Written

__all__ = ["FORMATS", "ExportOptions", "Format", "Written"]


def _formats(*names: str) -> dict[str, Format]:
    """The formats that are modules of this package by these names."""
    found: dict[str, Format] = {}
    for name in names:
        module = import_module(f"{__name__}.{name}")
        assert isinstance(module, Format), name
        found[module.NAME] = module
    return found


FORMATS: Final = _formats(
    "json_lines", "csv_table", "parquet_table", "sqlite_tables", "chat", "rag", "huggingface", "croissant"
)
"""By name."""
