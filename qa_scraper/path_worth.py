"""What a fetch of a page that was never seen is expected to give, from what pages at like paths gave. Pure.

For sites of which no URL pattern is declared: so that a run spends its requests on questions and on the lists that lead
to them, and looks at the rest last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = 0.5
"""The worth of pages at paths of which nothing is known."""

_PRIOR_FETCHES: Final = 2.0
"""How many fetches the words of a path count for, beside those made: a few fetches say more."""
_LEADING: Final = 0.9
"""A list that leads to a new question with each fetch is worth a little less than a question itself, so that questions
come first and the list again when they run out."""
_CROWD: Final = 0.02
"""Added for each page that waits at like paths: questions are many, a site's other pages are few."""
_MOST_CROWD: Final = 0.2
_WORDS: Final = re.compile(r"[a-z]+")
_ASKING: Final = frozenset(
    "answer answers antwort ask consult discussion discussions faq faqs forum forums foro frage fragen question"
    " questions qa qna showthread sitemap thread threads topic topics topik viewtopic viewforum forumdisplay board"
    " boards".split()
)
_ELSEWHERE: Final = frozenset(
    "about account agb attachment author basket calendar cart category contact cookies datenschutz download edit help"
    " history impressum imprint jobs legal login logout lostpassword member memberlist members policy press print"
    " privacy profile profil register report rss search send share shop signin signup subscribe tag tagged tags terms"
    " unsubscribe user userinfo users vote wiki".split()
)


@dataclass(frozen=True, slots=True)
class PathRecord:
    """What pages at one path pattern have given so far.

    ``given``: fetches that gave a question; ``barren``: fetches that gave none; ``linked``: questions that these pages
    show a link to, each counted once; ``waiting``: pages that are known and not fetched yet.
    """

    pattern: str
    given: int = 0
    barren: int = 0
    linked: int = 0
    waiting: int = 0


def path_worth(record: PathRecord) -> float:
    """How many new questions a fetch at this pattern is expected to give or to lead to, 0 to 1."""
    prior = min(_by_words(record.pattern) + min(record.waiting * _CROWD, _MOST_CROWD), 1.0)
    fetches = record.given + record.barren
    gives = (record.given + _PRIOR_FETCHES * prior) / (fetches + _PRIOR_FETCHES)
    leads = _LEADING * record.linked / (record.linked + record.barren + _PRIOR_FETCHES)
    return max(gives, leads)


def _by_words(pattern: str) -> float:
    words = set(_WORDS.findall(pattern.lower()))
    if words & _ELSEWHERE:
        return 0.15
    return 0.7 if words & _ASKING else UNKNOWN
