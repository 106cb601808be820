"""``croissant``: a flat table, one row an answer, with metadata in Croissant 1.0 (JSON-LD) that says what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from qa_scraper.export.data_card import Figures, description
from qa_scraper.export.flat_rows import Column, flat_table
from qa_scraper.export.formats import ExportOptions, Written
from qa_scraper.record_fields import Kind

if TYPE_CHECKING:
    from pydantic import JsonValue

NAME: Final = "croissant"
SUMMARY: Final = "a folder with Croissant metadata (croissant.json) and the rows that it describes"
SUFFIXES: Final[tuple[str, ...]] = ()
TAKES: Final = frozenset({"fields"})
_ROWS: Final = "rows.jsonl"
_TYPES: Final[Mapping[Kind, str]] = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "time": "sc:DateTime",
}
# As the specification gives it: https://docs.mlcommons.org/croissant/docs/croissant-spec.html
_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write(records: Iterator[Mapping[str, JsonValue]], out: Path, options: ExportOptions) -> Written:
    """``croissant.json`` and ``rows.jsonl``; with ``fields``, only these columns."""
    out.mkdir()
    table, figures = flat_table(options.fields), Figures()
    names = [column.name for column in table.columns]
    digest, rows, size = hashlib.sha256(), 0, 0
    with (out / _ROWS).open("wb") as file:
        for record in records:
            figures.add(record)
            for row in table.rows(record):
                line = orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
                digest.update(line)
                size += file.write(line)
                rows += 1
    described = _metadata(options, figures, table.columns, digest.hexdigest(), size)
    (out / "croissant.json").write_bytes(orjson.dumps(described, option=orjson.OPT_INDENT_2) + b"\n")
    return Written(figures.records, {"rows": rows})


def _metadata(
    options: ExportOptions, figures: Figures, columns: tuple[Column, ...], digest: str, size: int
) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": options.name,
        "description": description(options, figures),
        "datePublished": options.created_on,
        "dateCreated": options.created_on,
        "version": "1.0.0",
        "license": "unknown",
        "citeAs": f"{options.name}, collected with qa-scraper, {options.created_on}",
        "inLanguage": sorted(figures.languages),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": _ROWS,
                "name": _ROWS,
                "description": "One row an answer; a question without answers has one row.",
                "contentUrl": _ROWS,
                "contentSize": f"{size} B",
                "encodingFormat": "application/jsonlines",
                "sha256": digest,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "answers",
                "name": "answers",
                "field": [_field(column) for column in columns],
            }
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    described = {
        "@type": "cr:Field",
        "@id": f"answers/{column.name}",
        "name": column.name,
        "dataType": _TYPES[column.kind],
        "source": {"fileObject": {"@id": _ROWS}, "extract": {"column": column.name}},
    }
    return described | ({"repeated": True} if column.many else {})
