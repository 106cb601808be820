"""A value that knows where on its page it was found."""

from __future__ import annotations

from lxml import etree


class Found(str):
    """A value as the page shows it that knows where it stands: ``element`` (None: nowhere in the tree).

    ``rule``: why it was taken for what it is, in words for a person.

    It is a string like any other to whoever does not ask: what is made of it (cleaned, joined) has no place any more.
    """

    element: etree._Element | None
    rule: str

    def __new__(cls, text: str, element: etree._Element | None = None, rule: str = "") -> Found:
        """*text* found in *element* by *rule*."""
        found = super().__new__(cls, text)
        found.element = element
        found.rule = rule
        return found
