"""The demo site as it changes: its truth is what the real extractor reads, and only real changes are changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set
from dataclasses import replace

import pytest
from qa_scraper.demo import DemoSite, Evolution, Fault, changes, demo_site, evolve, record_id, render, truth
from qa_scraper.items import content_hash

from tests.support.demo_pages import BASE, bare, pages, record_of

QUESTION_PAGES = ("/questions/", "/print/")
ONLY_NOISE = Evolution(added=0, answered=0, edited=0, removed=0, returned=0, noise=0.5)
BUSY = Evolution(added=0.05, answered=0.05, edited=0.1, removed=0.05, returned=0.5, noise=0.5)


def question_pages_are_true(site: DemoSite) -> None:
    expected = {url: record for record in truth(site, BASE) for url in [record.url, *record.source.other_urls]}
    for target, page in pages(site, *QUESTION_PAGES):
        record = expected.pop(BASE + target, None)
        assert record_of(target, page) == (None if record is None else bare(record)), target
    assert expected == {}


def test_step_0_is_the_site_that_was_published_first() -> None:
    """Its records stand in the README, and users may hold them: a change here is a change of their data."""
    digest = hashlib.sha256()
    for target, page in pages(evolve(demo_site(), 9, 0, BUSY), "/"):
        digest.update(repr((target, page)).encode())
    assert digest.hexdigest() == "7487bbf166b19b72cfa0b74137efcb854886053c63e29a79a489aa71e4494565"


@pytest.mark.parametrize(("seed", "questions", "step"), [(1, 120, 1), (2, 60, 2), (3, 45, 9)])
def test_the_extractor_reads_the_truth_at_every_step(seed: int, questions: int, step: int) -> None:
    question_pages_are_true(evolve(demo_site(seed, questions), seed, step, BUSY))


def test_full_pages_say_the_same() -> None:
    site = evolve(demo_site(4, 40, page_bytes=35_000), 4, 1, BUSY)
    question_pages_are_true(site)
    sizes = [len(page.body) for _, page in pages(site, *QUESTION_PAGES) if page.status == 200]
    assert min(sizes) > 33_000
    assert max(sizes) < 37_000


def test_pages_that_lead_to_questions_hold_none_and_know_what_is_there() -> None:
    site = evolve(demo_site(5, 60), 5, 4, BUSY)
    assert site.gone
    linked: set[str] = set()
    for target, page in pages(site, "/"):
        if not target.startswith((*QUESTION_PAGES, "/q/")):
            assert record_of(target, page) is None, target
            linked |= set(re.findall(r"/questions/([\w-]+)", page.body.decode()))
    assert linked == {question.slug for question in site.questions}


def test_the_same_steps_from_the_same_seed() -> None:
    first, again = (evolve(demo_site(1, 60), 7, 4, BUSY) for _ in range(2))
    assert first == again
    assert evolve(evolve(demo_site(1, 60), 7, 3, BUSY), 7, 4, BUSY) == first
    assert list(pages(first, "/")) == list(pages(again, "/"))
    assert evolve(demo_site(1, 60), 8, 4, BUSY) != first
    with pytest.raises(ValueError, match="cannot go back to 2"):
        evolve(first, 7, 2)


def ids(numbers: Set[int], *sites: DemoSite) -> set[str]:
    found = [next(s.by_number[n] for s in sites if n in s.by_number) for n in numbers]
    return {record_id(question, BASE) for question in found}


@pytest.mark.parametrize("step", range(1, 6))
def test_changes_are_those_of_the_records(step: int) -> None:
    before, after = (evolve(demo_site(), 3, at, BUSY) for at in (step - 1, step))
    told = changes(before, after)
    was, now = ({record.id: record for record in truth(site, BASE)} for site in (before, after))
    kept = was.keys() & now.keys()
    changed = {name for name in kept if content_hash(was[name]) != content_hash(now[name])}
    assert ids(told.added, after) == now.keys() - was.keys()
    assert ids(told.removed, before) == was.keys() - now.keys()
    assert ids(told.changed, after) == changed
    assert ids(told.retold, after) == {name for name in kept if was[name] != now[name]} - changed
    assert all([told.added, told.removed, told.changed, told.retold])


def test_over_time_all_kinds_of_changes_happen() -> None:
    first, last = demo_site(), evolve(demo_site(), 1, 8, BUSY)
    once_gone = {number for site in steps(last) for number in site.gone_by_number}
    assert {gone.status for gone in last.gone} == {404, 410}
    assert {gone.linked for gone in last.gone} == {True, False}
    assert once_gone & last.by_number.keys()  # some came back
    kept = [(old, last.by_number[old.number]) for old in first.questions if old.number in last.by_number]
    assert any(new.replies and not old.replies for old, new in kept)
    for name in ("title", "text", "more_info"):
        assert any(getattr(old, name) != getattr(new, name) for old, new in kept), name
    assert all(old.slug == new.slug for old, new in kept)  # an edited question keeps its address
    added = [question for question in last.questions if question.number > len(first.questions)]
    assert {bool(question.replies) for question in added} == {True, False}


def steps(site: DemoSite) -> list[DemoSite]:
    return [site, *(steps(site.earlier) if site.earlier is not None else [])]


def test_shares_are_of_all_questions() -> None:
    before = demo_site(1, 1000)
    after = evolve(before, 1, 1, Evolution(added=0.005, answered=0.004, edited=0.006, removed=0.002))
    told = changes(before, after)
    assert (len(told.added), len(told.changed), len(told.removed)) == (5, 10, 2)


def test_noise_changes_bytes_and_nothing_else() -> None:
    one, two = (evolve(demo_site(1, 60), 1, step, ONLY_NOISE) for step in (1, 2))
    assert changes(one, two) == changes(one, one)
    differ = []
    for (target, old), (_, new) in zip(pages(one, "/"), pages(two, "/"), strict=True):
        assert (old.body == new.body) == (old.etag == new.etag)
        assert old.last_modified == new.last_modified
        assert record_of(target, old) == record_of(target, new)
        differ += [target] if old.body != new.body else []
    assert all(target.startswith(QUESTION_PAGES) for target in differ)
    assert 15 <= len(differ) <= 45


def test_last_modified_moves_when_a_page_shows_something_else_and_only_then() -> None:
    quiet = replace(BUSY, noise=0.0)
    before, after = (evolve(demo_site(1, 60), 2, step, quiet) for step in (3, 4))
    old_pages = dict(pages(before, "/"))
    moved = 0
    for target, new in pages(after, "/"):
        old = old_pages.get(target) or render(before, target, BASE)
        if new.status != 200:
            assert new.etag == new.last_modified == ""
        elif old.body == new.body:
            assert (old.etag, old.last_modified) == (new.etag, new.last_modified), target
        else:
            assert old.etag != new.etag
            assert new.last_modified == "Sun, 05 Jan 2020 12:00:00 GMT", target
            moved += 1
    assert moved > 10


def test_the_sitemap_tells_when_a_question_says_something_else() -> None:
    before, after = (evolve(demo_site(1, 60), 2, step, BUSY) for step in (3, 4))
    was, now = (
        dict(re.findall(r"/questions/(\S+)</loc><lastmod>(\S+)</lastmod>", sitemap(s))) for s in (before, after)
    )
    told = changes(before, after)
    assert {name for name in now if now[name] != was.get(name)} == {
        after.by_number[number].slug for number in told.added | told.changed
    }


def sitemap(site: DemoSite) -> str:
    return render(site, "/sitemap.xml", BASE).body.decode()


def test_what_is_gone_answers_so_at_all_its_addresses() -> None:
    site = evolve(demo_site(), 1, 8, BUSY)
    printed = [gone for gone in site.gone if gone.question.printed]
    assert printed
    for gone in site.gone:
        number = gone.question.number
        addresses = [
            f"/questions/{gone.question.slug}",
            f"/questions/{gone.question.slug}/?utm_source=x",
            f"/q/{number}",
        ]
        addresses += [f"/print/{number}"] if gone.question.printed else []
        assert {render(site, address, BASE).status for address in addresses} == {gone.status}


def test_a_fault_lasts_one_step_of_its_schedule() -> None:
    planned = replace(BUSY, faults=((2, Fault.OUTAGE), (3, Fault.BLOCK_PAGE)))
    found = [evolve(demo_site(1, 60), 1, step, planned) for step in range(5)]
    assert [site.fault for site in found] == [None, None, Fault.OUTAGE, Fault.BLOCK_PAGE, None]
    assert truth(found[3], BASE) == truth(replace(found[3], fault=None), BASE)
