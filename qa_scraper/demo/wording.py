"""The words that a reader knows the parts of a question page by: as they are, and as redesigns may have them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """Labels and headings of a question page; the first three are format strings."""

    asker: str = "{name}, {low}~{high} year old {gender}. Ask Date: {day:%Y/%m/%d}"
    reply: str = "Dr. {doctor} reply {department}"
    reply_date: str = "Reply Date: {day:%Y/%m/%d}"
    more_info: str = "More Info"
    similar: str = "Similar Q&A"
    related_faq: str = "Related FAQ"
    read_more: str = "[Read More]"
    teaser_reply: str = "reply"
    """Between doctor and department in a teaser."""

    def escaped(self) -> Wording:
        """The same, ready to stand in HTML."""
        return Wording(*(escape(getattr(self, name)) for name in self.__dataclass_fields__))


USUAL: Final = Wording()
OTHER_ANSWERS: Final = Wording(reply="{doctor} ({department}) wrote", reply_date="Posted on {day:%d-%m-%Y}")
"""Answers are no longer to be told from what stands around them."""
OTHER_MORE_INFO: Final = Wording(more_info="Good to know")
"""The section "More Info" has another heading."""
ALL_OTHER: Final = replace(
    OTHER_ANSWERS,
    asker="From {name} ({gender}, {low} to {high}), {day:%d-%m-%Y}",
    more_info="Good to know",
    similar="Others asked",
    related_faq="By topic",
    read_more="Open:",
    teaser_reply="wrote for",
)
"""No landmark of the page is left."""
