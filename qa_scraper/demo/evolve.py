"""The demo site as it is some steps later: new, answered, edited, removed and returned questions. Pure, by seed."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from qa_scraper.demo import texts
from qa_scraper.demo.data import SITE_DAY, DemoQuestion, DemoSite, GoneQuestion
from qa_scraper.demo.faults import Fault
from qa_scraper.demo.views import teasers_on
from qa_scraper.demo.writing import filling_of, sentence, words_of, written_more_info, written_question, written_reply

_EDITS: Final = {"answer": 55, "more info": 25, "question": 15, "title": 5}
_OPEN: Final = 0.6
"""Share of the new questions that nobody has answered yet."""


@dataclass(frozen=True, slots=True)
class Evolution:
    """What happens in a step. Shares are of all questions and at least one question each, unless they are 0.

    ``answered``: at most all open ones; ``returned``: how likely each question that is gone comes back; ``dead_links``:
    how likely the teasers of a removed one stay; ``noise``: see ``DemoSite``; ``faults``: what is wrong at which step.
    """

    added: float = 0.02
    answered: float = 0.01
    edited: float = 0.02
    removed: float = 0.01
    returned: float = 0.2
    dead_links: float = 0.4
    noise: float = 0.0
    faults: tuple[tuple[int, Fault], ...] = ()


USUAL: Final = Evolution()


@dataclass(frozen=True, slots=True)
class Changes:
    """Numbers of the questions that differ between two sites, each in one set.

    ``added``: new or back; ``changed``: what it says has changed; ``retold``: it says the same, but its page shows
    other teasers; ``removed``: gone.
    """

    added: frozenset[int]
    changed: frozenset[int]
    retold: frozenset[int]
    removed: frozenset[int]


def evolve(site: DemoSite, seed: int, step: int, evolution: Evolution = USUAL) -> DemoSite:
    """*site* as it is at *step*. Step 0 is ``demo_site`` itself; the same seed and evolution give the same steps.

    Raises ValueError for a step that lies before the site's own.
    """
    if step < site.step:
        raise ValueError(f"the site is at step {site.step} already: it cannot go back to {step}")
    for at in range(site.step + 1, step + 1):
        site = _next(site, random.Random(f"step {seed} {at}"), evolution)
        site = replace(site, seed=seed, fault=dict(evolution.faults).get(at))
    return site


def changes(before: DemoSite, after: DemoSite) -> Changes:
    """What has changed between two steps, faults and noise apart."""
    kept = [(before.by_number[n], after.by_number[n]) for n in before.by_number.keys() & after.by_number.keys()]
    changed = frozenset(new.number for old, new in kept if _content(old) != _content(new))
    retold = frozenset(new.number for old, new in kept if teasers_on(before, old) != teasers_on(after, new))
    return Changes(
        added=frozenset(after.by_number.keys() - before.by_number.keys()),
        changed=changed,
        retold=retold - changed,
        removed=frozenset(before.by_number.keys() - after.by_number.keys()),
    )


def _content(question: DemoQuestion) -> DemoQuestion:
    return replace(question, related=(), changed_on=SITE_DAY)


@dataclass(slots=True)
class _Draft:
    """The site while a step changes it. No question is changed in two ways in one step."""

    questions: dict[int, DemoQuestion]
    gone: dict[int, GoneQuestion]
    rng: random.Random
    day: date
    untouched: set[int] = field(default_factory=set)

    def pick(self, share: float, among: Collection[int]) -> list[int]:
        """So many of *among* as *share* of all questions is, at least one, none of which was changed in this step."""
        open_ones = sorted(self.untouched.intersection(among))
        wanted = max(1, round(share * len(self.questions))) if share else 0
        picked = self.rng.sample(open_ones, min(wanted, len(open_ones)))
        self.untouched.difference_update(picked)
        return picked


def _next(site: DemoSite, rng: random.Random, evolution: Evolution) -> DemoSite:
    draft = _Draft(dict(site.by_number), dict(site.gone_by_number), rng, site.day + timedelta(days=1))
    draft.untouched = set(draft.questions)
    _bring_back(draft, evolution.returned)
    _remove(draft, evolution)
    for number in draft.pick(evolution.answered, _unanswered(draft.questions.values())):
        draft.questions[number] = _answered(draft, draft.questions[number])
    for number in draft.pick(evolution.edited, draft.questions):
        draft.questions[number] = _edited(draft, draft.questions[number])
    _add(draft, site, evolution.added)
    return replace(
        site,
        questions=tuple(draft.questions[number] for number in sorted(draft.questions)),
        gone=tuple(draft.gone[number] for number in sorted(draft.gone)),
        step=site.step + 1,
        day=draft.day,
        noise=evolution.noise,
        earlier=site,
    )


def _unanswered(questions: Iterable[DemoQuestion]) -> list[int]:
    return [question.number for question in questions if not question.replies]


def _bring_back(draft: _Draft, likely: float) -> None:
    for number, gone in list(draft.gone.items()):
        if draft.rng.random() < likely:
            del draft.gone[number]
            draft.questions[number] = replace(gone.question, changed_on=draft.day)


def _remove(draft: _Draft, evolution: Evolution) -> None:
    for number in draft.pick(evolution.removed, draft.questions):
        linked = draft.rng.random() < evolution.dead_links
        draft.gone[number] = GoneQuestion(draft.questions.pop(number), draft.rng.choice((404, 410)), linked)


def _answered(draft: _Draft, question: DemoQuestion) -> DemoQuestion:
    words = words_of(question.number)
    filling = filling_of(draft.rng, words, question.number)
    reply = written_reply(draft.rng, words, filling, question.number, draft.day, question.department, days=1)
    return replace(question, replies=(*question.replies, reply), changed_on=draft.day)


def _edited(draft: _Draft, question: DemoQuestion) -> DemoQuestion:
    rng = draft.rng
    filling = filling_of(rng, words_of(question.number), question.number)
    kind = rng.choices(list(_EDITS), list(_EDITS.values()))[0]
    edited = replace(question, changed_on=draft.day)
    if kind == "question":
        return replace(edited, text=f"{question.text}\n\n{sentence(rng.choice(texts.UPDATES), filling)}")
    if kind == "title":
        return replace(edited, title=f"{question.title} (asked again)")
    if kind == "answer" and question.replies:
        at = rng.randrange(len(question.replies))
        reply = question.replies[at]
        correction = sentence(rng.choice(texts.CORRECTIONS), filling)
        # Ahead of the last line, which may be the doctor's signature.
        text, _, last = reply.text.rpartition("\n")
        corrected = replace(reply, text=f"{text}\n{correction}\n{last}")
        return replace(edited, replies=(*question.replies[:at], corrected, *question.replies[at + 1 :]))
    if question.more_info is None:
        return replace(edited, more_info=written_more_info(rng, filling))
    further = sentence(rng.choice(texts.FURTHER_BACKGROUND), filling)
    return replace(edited, more_info=f"{question.more_info}\n\n{further}")


def _add(draft: _Draft, site: DemoSite, share: float) -> None:
    """New questions, numbered on; each is a similar one on the pages of two others from now on."""
    there = sorted(draft.questions)
    first = max((*there, *draft.gone)) + 1
    for number in range(first, first + (max(1, round(share * len(there))) if share else 0)):
        written = written_question(draft.rng, number, number, site.topics)
        # Without an asker line only a dated answer tells that the page is a question's.
        is_open = written.asker is not None and draft.rng.random() < _OPEN
        replies = tuple(replace(reply, day=draft.day) for reply in written.replies)
        related = tuple(draft.rng.sample(there, 4)) if written.related else ()
        draft.questions[number] = replace(
            written, day=draft.day, changed_on=draft.day, replies=() if is_open else replies, related=related
        )
        for host in draft.rng.sample(there, 2):
            shown = draft.questions[host].related
            draft.questions[host] = replace(draft.questions[host], related=(*shown[:-1], number) if shown else shown)
