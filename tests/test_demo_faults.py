"""What is wrong with the demo site under each fault is what the fault is named for, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qa_scraper.demo import DemoPage, DemoSite, Evolution, Fault, demo_site, evolve, render, truth
from qa_scraper.items import Record

from tests.support.demo_pages import BASE, bare, pages, record_of

SITE = evolve(demo_site(1, 60), 1, 2, Evolution(removed=0.1, noise=0.3))
TRUTH = {url: bare(record) for record in truth(SITE, BASE) for url in [record.url, *record.source.other_urls]}


def under(fault: Fault, *kinds: str) -> list[tuple[str, DemoPage]]:
    return list(pages(replace(SITE, fault=fault), *kinds))


def records(fault: Fault) -> dict[str, Record]:
    found = {BASE + target: record_of(target, page) for target, page in under(fault, "/questions/", "/print/")}
    return {url: record for url, record in found.items() if record is not None}


def test_a_redesign_leaves_no_question_to_be_recognised() -> None:
    assert records(Fault.REDESIGN) == {}


def test_a_redesign_of_the_answers_loses_them_and_nothing_else() -> None:
    found = records(Fault.REDESIGN_ANSWERS)
    # Without an asker line there is nothing left to know the page by.
    assert found.keys() == {url for url, record in TRUTH.items() if record.asker.name}
    assert [url for url, record in found.items() if record != replace(TRUTH[url], answers=[])] == []


def test_a_redesign_of_more_info_loses_it_and_nothing_else() -> None:
    found = records(Fault.REDESIGN_MORE_INFO)
    assert found.keys() == TRUTH.keys()
    assert [url for url, record in found.items() if record != replace(TRUTH[url], more_info=None)] == []


@pytest.mark.parametrize("fault", [Fault.REDESIGN, Fault.REDESIGN_ANSWERS, Fault.REDESIGN_MORE_INFO])
def test_lists_and_dates_stay_under_a_redesign(fault: Fault) -> None:
    for target, page in under(fault, "/"):
        usual = render(SITE, target, BASE)
        assert (page.status, page.last_modified) == (usual.status, usual.last_modified)
        if not target.startswith(("/questions/", "/print/")):
            assert page == usual


@pytest.mark.parametrize(
    ("fault", "status", "robots"),
    [(Fault.OUTAGE, 503, 503), (Fault.PAGES_DOWN, 503, 200), (Fault.DROPPED, 0, 0), (Fault.BLOCK_PAGE, 200, 200)],
)
def test_faults_of_the_whole_site(fault: Fault, status: int, robots: int) -> None:
    for target, page in under(fault, "/"):
        assert page.status == (robots if target == "/robots.txt" else status), target
        assert record_of(target, page) is None
        if target != "/robots.txt":
            assert page.etag == page.last_modified == page.location == ""


def test_block_pages_are_one_page_with_other_ids() -> None:
    bodies = [page.body for target, page in under(Fault.BLOCK_PAGE, "/questions/", "/departments/", "/sitemap")]
    assert len(set(bodies)) == len(bodies) > 60
    assert len({len(body) for body in bodies}) == 1
    assert all(b"are human" in body for body in bodies)


def test_soft_404_says_only_in_words_that_a_page_is_gone() -> None:
    site: DemoSite = replace(SITE, fault=Fault.SOFT_404)
    assert site.gone
    gone = [render(site, f"/questions/{entry.question.slug}", BASE) for entry in site.gone]
    assert {page.status for page in gone} == {200}
    assert len({page.body for page in gone}) == 1
    assert b"not available any more" in gone[0].body
    assert records(Fault.SOFT_404) == TRUTH
    assert render(site, "/nowhere", BASE).status == 404
