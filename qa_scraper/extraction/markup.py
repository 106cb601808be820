"""Markup for machines becomes things with properties: JSON-LD, microdata, RDFa, as they are found on real pages.

Broken JSON-LD is repaired where it can be; what cannot be read is left out.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
from lxml import etree

from qa_scraper.extraction.found import Found
from qa_scraper.page import Page
from qa_scraper.text import clean_line

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]

_MOST_THINGS: Final = 5_000
_DEEPEST: Final = 40
_LARGEST_REPAIR: Final = 300_000  # characters of broken JSON that are mended: it takes seconds a megabyte
_AROUND_JSON: Final = re.compile(r"\A\s*+(?://\s*+)?(?:<!--|<!\[CDATA\[|/\*\s*+<!\[CDATA\[\s*+\*/)?")
_BEHIND_JSON: Final = ("-->", "]]>", "/*]]>*/", "//]]>", "//-->", ";")
_SCRIPTS: Final = etree.XPath("//script[contains(@type, 'ld+json')]")
_MICRODATA: Final = etree.XPath("//*[@itemscope or @itemprop]")
_RDFA: Final = etree.XPath("//*[@typeof or @property]")
_SCHEMA: Final = re.compile(r"\A(?:https?://(?:www\.)?schema\.org/|schema:)")
# Of these the address is the value only where it is asked for: authors put names into links.
_ADDRESSES: Final = {"a": "href", "area": "href", "link": "href", "img": "src", "object": "data", "iframe": "src"}
_URL_PROPERTIES: Final = frozenset(("url", "sameAs", "image", "item", "mainEntityOfPage", "discussionUrl"))


@dataclass(slots=True, eq=False)
class Thing:
    """A thing of the markup: its types without the vocabulary (``Question``), and its properties in page order.

    ``element``: where it stands in the page, None in JSON-LD.
    """

    types: frozenset[str]
    element: etree._Element | None = None
    properties: dict[str, list[Thing | Found]] = field(default_factory=dict)

    def texts(self, *names: str) -> list[Found]:
        """The plain values of the first of the properties *names* that has any."""
        for name in names:
            found = [value for value in self.properties.get(name, ()) if isinstance(value, Found) and value.strip()]
            if found:
                return found
        return []

    def text(self, *names: str) -> Found:
        """The first plain value of the first of the properties *names* that has one, an empty one where none does."""
        return next(iter(self.texts(*names)), Found(""))

    def things(self, *names: str) -> list[Thing]:
        """The things that are values of the properties *names*."""
        return [value for name in names for value in self.properties.get(name, ()) if isinstance(value, Thing)]


def things(page: Page) -> list[Thing]:
    """All things that the markup of *page* names on its top level, those of the tree before those of JSON-LD."""
    if page.tree is None:
        return []
    found: list[Thing] = []
    if "itemscope" in page.text or "itemprop" in page.text:
        found += _of_tree(_elements(_MICRODATA(page.tree)), "itemscope", "itemtype", "itemprop")
    if "typeof" in page.text:
        found += _of_tree(_elements(_RDFA(page.tree)), "typeof", "typeof", "property")
    if "ld+json" in page.text:
        for script in _elements(_SCRIPTS(page.tree)):
            found += _of_json(script.text or "")
    return found


def everything(roots: Iterable[Thing]) -> Iterator[Thing]:
    """*roots* and all things that are values of theirs, each once."""
    seen: set[int] = set()
    pending = [(thing, 0) for thing in roots]
    pending.reverse()
    while pending and len(seen) < _MOST_THINGS:
        thing, depth = pending.pop()
        if id(thing) in seen or depth > _DEEPEST:
            continue
        seen.add(id(thing))
        yield thing
        inner = [value for values in thing.properties.values() for value in values if isinstance(value, Thing)]
        pending.extend((value, depth + 1) for value in reversed(inner))


def _elements(found: object) -> list[etree._Element]:
    assert isinstance(found, list)
    return [node for node in found[: 4 * _MOST_THINGS] if isinstance(node, etree._Element)]


def _of_tree(nodes: list[etree._Element], scope: str, types: str, properties: str) -> list[Thing]:
    """The things of microdata (WHATWG HTML §5) or RDFa Lite, by the names of their attributes."""
    made = {node: Thing(_types(node.get(types, "")), node) for node in nodes if scope in node.attrib}
    referred = _referred(made)
    roots = []
    for node in nodes:
        owner = next((made[outer] for outer in node.iterancestors() if outer in made), None)
        if owner is None:
            owner = next((referred[outer] for outer in (node, *node.iterancestors()) if outer in referred), None)
        names = [_SCHEMA.sub("", name) for name in node.get(properties, "").split()]
        thing = made.get(node)
        if thing is not None and not names and owner is not None:
            # An answer inside a question that forgot to say that it is one.
            names = [f"inner{name}" for name in thing.types]
        for name in names:
            if owner is not None:
                owner.properties.setdefault(name, []).append(thing if thing is not None else _value(node, name))
        if thing is not None and (owner is None or not names):
            roots.append(thing)
    return roots


def _referred(made: dict[etree._Element, Thing]) -> dict[etree._Element, Thing]:
    """The elements that ``itemref`` adds to a thing."""
    wanted: dict[str, Thing] = {}
    for node, thing in made.items():
        wanted.update(dict.fromkeys(node.get("itemref", "").split(), thing))
    if not wanted:
        return {}
    root = next(iter(made)).getroottree().getroot()
    return {node: wanted[node.get("id", "")] for node in root.iter("*") if node.get("id", "") in wanted}


def _types(declared: str) -> frozenset[str]:
    return frozenset(_SCHEMA.sub("", name).rstrip("/") for name in declared.split())


def _value(node: etree._Element, name: str) -> Found:
    tag = str(node.tag)
    said = node.get("content") or node.get("datetime") or (node.get("value") if tag in {"data", "meter"} else None)
    if said is None and tag in _ADDRESSES and name in _URL_PROPERTIES:
        said = node.get(_ADDRESSES[tag])
    if said is not None:
        return Found(said, node, f"the markup's {name}")
    return Found(clean_line(" ".join(map(str, node.itertext()))), node, f"the markup's {name}")


def _of_json(source: str) -> list[Thing]:
    value = _parsed(source)
    named: dict[str, Thing] = {}
    references: dict[str, list[tuple[Thing, str, int]]] = defaultdict(list)
    made = [_thing(part, named, references, 0) for part in _objects(value, 0)]
    for name, places in references.items():
        for thing, property_name, at in places:
            if name in named:
                thing.properties[property_name][at] = named[name]
    return [thing for thing in made if thing.types]


def _parsed(source: str) -> JsonValue:
    source = source.lstrip("\ufeff")
    for attempt in (source, _without_wrapping(source)):
        try:
            found: JsonValue = orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
        return found
    source = _without_wrapping(source)
    try:
        lax: JsonValue = json.loads(source, strict=False)  # raw newlines inside of strings
    except (ValueError, RecursionError):
        pass
    else:
        return lax
    if len(source) > _LARGEST_REPAIR or not any(word in source for word in ("Question", "Answer", "Posting")):
        return None
    import json_repair  # slow to start, and few pages need it

    try:
        mended = json_repair.loads(source, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    return mended if isinstance(mended, dict | list) else None


def _without_wrapping(source: str) -> str:
    source = _AROUND_JSON.sub("", source).strip()
    for end in _BEHIND_JSON:
        source = source.removesuffix(end).rstrip()
    return source


def _objects(value: JsonValue, depth: int) -> Iterator[dict[str, JsonValue]]:
    """The objects on the top level: of lists and of ``@graph`` as well."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for part in value:
            yield from _objects(part, depth + 1)
    elif isinstance(value, dict):
        if "@graph" in value:
            yield from _objects(value["@graph"], depth + 1)
        if "@type" in value:
            yield value


def _thing(
    value: dict[str, JsonValue],
    named: dict[str, Thing],
    references: dict[str, list[tuple[Thing, str, int]]],
    depth: int,
) -> Thing:
    declared = value.get("@type")
    types = declared if isinstance(declared, list) else [declared]
    thing = Thing(frozenset(_SCHEMA.sub("", name) for name in types if isinstance(name, str)))
    name = value.get("@id")
    if isinstance(name, str) and thing.types:
        named.setdefault(name, thing)
    for key, given in value.items():
        if key.startswith("@") or depth > _DEEPEST:
            continue
        own_name = _SCHEMA.sub("", key)
        values: list[Thing | Found] = []
        for part in given if isinstance(given, list) else [given]:
            if isinstance(part, dict):
                made = _thing(part, named, references, depth + 1)
                reference = part.get("@id")
                if isinstance(reference, str) and not made.types and not made.properties:
                    references[reference].append((thing, own_name, len(values)))
                values.append(Found(str(part["@value"])) if "@value" in part else made)
            elif part is not None and not isinstance(part, list):
                values.append(Found(str(part), None, f"JSON-LD: {own_name}"))
        thing.properties[own_name] = values
    return thing
