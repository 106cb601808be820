"""What a question page shows: its lines as worded, and the teasers of other questions."""

from __future__ import annotations

from typing import Final

from qa_scraper.demo.data import DemoQuestion, DemoSite
from qa_scraper.demo.shapes import QuestionView, Teaser
from qa_scraper.demo.wording import USUAL, Wording

_EXCERPT: Final = 110


def question_path(question: DemoQuestion) -> str:
    """Where a question stands."""
    return f"/questions/{question.slug}"


def excerpt(text: str, length: int) -> str:
    """The beginning of a text as a teaser shows it, of so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[:length].rstrip() + "..."


def asker_line(question: DemoQuestion, wording: Wording = USUAL) -> str:
    """The asker line as shown, an empty string where the page shows none."""
    if question.asker is None:
        return ""
    return wording.asker.format(
        name=question.asker, low=question.age, high=question.age + 9, gender=question.gender, day=question.day
    )


def teaser_of(question: DemoQuestion, length: int = _EXCERPT) -> Teaser:
    """The teaser of a question, which shows so many characters of it and of its first answer."""
    reply = question.replies[0] if question.replies else None
    return Teaser(
        title=question.title,
        href=question_path(question),
        question_excerpt=excerpt(question.text, length),
        doctor=reply.doctor if reply else "",
        department=reply.department if reply else "",
        answer_excerpt=excerpt(reply.text, length) if reply else "",
    )


def teasers_on(site: DemoSite, question: DemoQuestion) -> tuple[Teaser, ...]:
    """The teasers that the page of *question* shows: as the others are now, or were when they were removed."""
    return tuple(teaser_of(other) for number in question.related if (other := _shown(site, number)) is not None)


def _shown(site: DemoSite, number: int) -> DemoQuestion | None:
    gone = site.gone_by_number.get(number)
    return site.by_number.get(number) or (gone.question if gone is not None and gone.linked else None)


def view_of(
    site: DemoSite, question: DemoQuestion, *, linked_print: bool = True, wording: Wording = USUAL
) -> QuestionView:
    """What a question page shows."""
    return QuestionView(
        heading=question.heading,
        department=question.department,
        title=question.title,
        text=question.text,
        asker_line=asker_line(question, wording),
        replies=tuple(
            (
                wording.reply.format(doctor=reply.doctor, department=reply.department),
                reply.text,
                wording.reply_date.format(day=reply.day),
            )
            for reply in question.replies
        ),
        more_info=question.more_info or "",
        teasers=teasers_on(site, question),
        topics=tuple((topic.name, topic.department, f"/faq/{topic.slug}") for topic in question.topics),
        print_href=f"/print/{question.number}" if question.printed and linked_print else "",
        wording=wording,
    )
