"""The records that a perfect crawl of the demo site publishes."""

from __future__ import annotations

from qa_scraper.demo.data import DemoQuestion, DemoSite
from qa_scraper.demo.shapes import Teaser
from qa_scraper.demo.views import question_path, teasers_on
from qa_scraper.items import Answer, Asker, Author, Question, Record, RelatedQuestion, RelatedTopic, Source
from qa_scraper.urls import canonical_url, url_hash


def truth(site: DemoSite, base_url: str, site_name: str = "demo") -> list[Record]:
    """All records, sorted by id, as if nothing were wrong with the site (``fault``): nothing else may be published.

    Of ``source`` only ``other_urls`` is filled: the rest depends on the run. ``related_questions`` are what the page
    shows at this step: the others as they are now, and dead links to some that are gone.
    """
    records = [_record(site, question, base_url.rstrip("/"), site_name) for question in site.questions]
    return sorted(records, key=lambda record: record.id)


def record_id(question: DemoQuestion, base_url: str, site_name: str = "demo") -> str:
    """Id of the record of *question*, at whatever step."""
    return f"{site_name}:{url_hash(_addresses(question, base_url.rstrip('/'))[0])}"


def _addresses(question: DemoQuestion, base_url: str) -> list[str]:
    paths = [question_path(question), *([f"/print/{question.number}"] if question.printed else [])]
    return sorted(canonical_url(base_url + path) for path in paths)


def _record(site: DemoSite, question: DemoQuestion, base_url: str, site_name: str) -> Record:
    url, *other_urls = _addresses(question, base_url)
    return Record(
        id=record_id(question, base_url, site_name),
        site=site_name,
        url=url,
        language="en",
        title=question.heading,
        categories=[question.department],
        question=Question(question.title, question.text, question.day.isoformat() if question.asker else None),
        asker=_asker(question),
        answers=[
            Answer(Author(r.doctor, "Dr.", r.department), r.text, r.day.isoformat(), signed_by=r.signed_by)
            for r in question.replies
        ],
        more_info=question.more_info,
        related_questions=[_related(teaser, base_url) for teaser in teasers_on(site, question)],
        related_topics=[RelatedTopic(t.name, t.department, f"{base_url}/faq/{t.slug}") for t in question.topics],
        source=Source(other_urls=other_urls),
    )


def _asker(question: DemoQuestion) -> Asker:
    if question.asker is None:
        return Asker()
    return Asker(question.asker, question.age, question.age + 9, question.gender)


def _related(teaser: Teaser, base_url: str) -> RelatedQuestion:
    return RelatedQuestion(
        title=teaser.title,
        url=canonical_url(base_url + teaser.href),
        question_excerpt=teaser.question_excerpt,
        answer_author=Author(teaser.doctor, "Dr.", teaser.department) if teaser.doctor else Author(),
        answer_excerpt=teaser.answer_excerpt or None,
    )
