"""Splits: what belongs together is in one of them, and where a record is does not hang on what else there is."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from qa_scraper.export.splits import LARGEST, SPLITS, Parted, Splitter
from qa_scraper.items import Question, Record, RelatedQuestion, Source

SHARES = (0.8, 0.1, 0.1)


def record(
    number: int,
    links: list[int] | None = None,
    cluster: str | None = None,
    others: tuple[int, ...] = (),
    page: int | None = None,
) -> Record:
    return Record(
        f"s:{number}", "s", url(number if page is None else page), question=Question(f"Q{number}", "Why?"),
        duplicate_cluster=cluster, related_questions=[RelatedQuestion(f"Q{link}", url(link)) for link in links or []],
        source=Source(other_urls=[url(other) for other in others]),
    )  # fmt: skip


def url(number: int) -> str:
    return f"http://h/{number}"


def parted(records: list[Record], seed: int = 0, shares: tuple[float, float, float] = SHARES) -> Parted:
    with tempfile.TemporaryDirectory() as folder, Splitter(Path(folder, "relations.sqlite")) as splitter:
        for each in records:
            splitter.add(orjson.loads(orjson.dumps(each)))
        return splitter.parted(shares, seed)


def places(records: list[Record], seed: int = 0) -> dict[str, str]:
    found = parted(records, seed)
    return {each.id: SPLITS[place] for each, place in zip(records, found.places, strict=True)}


numbers = st.integers(0, 24)
graphs = st.lists(
    st.tuples(st.lists(numbers, max_size=3), st.sampled_from([None, None, None, "a", "b", "c"])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(graphs, st.integers(0, 3))
def test_what_belongs_together_is_never_parted(graph: list[tuple[list[int], str | None]], seed: int) -> None:
    records = [record(number, links, cluster) for number, (links, cluster) in enumerate(graph)]
    found = places(records, seed)
    for number, (links, cluster) in enumerate(graph):
        for other, (back, other_cluster) in enumerate(graph):
            if (cluster and cluster == other_cluster) or (other in links and number in back):
                assert found[f"s:{number}"] == found[f"s:{other}"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, st.lists(numbers, max_size=2)), max_size=25), st.integers(0, 3))
def test_records_that_share_a_url_are_never_parted(pages: list[tuple[int, list[int]]], seed: int) -> None:
    records = [record(number, others=tuple(others), page=page) for number, (page, others) in enumerate(pages)]
    found = parted(records, seed).places
    for number, (page, others) in enumerate(pages):
        for other, (other_page, more) in enumerate(pages):
            if {page, *others} & {other_page, *more}:
                assert found[number] == found[other]


@settings(max_examples=30, deadline=None)
@given(graphs, st.integers(1, 20))
def test_other_records_move_none(graph: list[tuple[list[int], str | None]], more: int) -> None:
    records = [record(number, links, cluster) for number, (links, cluster) in enumerate(graph)]
    others = [record(number, [number - 1, 1]) for number in range(1000, 1000 + more)]
    both = [*others, *reversed(records)]
    assert places(records).items() <= places(both).items()


def test_shares_are_kept_and_a_seed_parts_another_way() -> None:
    records = [record(number) for number in range(4000)]
    counts = parted(records).counts
    assert 3100 < counts["train"] < 3300
    assert 340 < counts["validation"] < 460
    assert 340 < counts["test"] < 460
    assert parted(records, 1).places != parted(records).places
    assert parted(records, shares=(0.0, 0.0, 1.0)).counts == {"train": 0, "validation": 0, "test": 4000}


def test_groups_of_ten_go_by_the_shares_as_single_records_do() -> None:
    counts = parted([record(number, cluster=f"c{number // 10}") for number in range(5000)]).counts
    assert 0.72 < counts["train"] / 5000 < 0.88


def test_a_one_way_link_binds_nothing_and_a_second_url_of_a_record_counts() -> None:
    one_way = [record(0), *(record(number, [0]) for number in range(1, 200))]
    assert parted(one_way).groups == 0
    by_other_url = [record(1, [102], others=(101,)), record(2, [101], others=(102,))]
    assert (parted(by_other_url).groups, parted(by_other_url).largest) == (1, 2)
    assert parted([record(1), record(2, others=(1,))]).groups == 1
    assert parted([record(1, page=9), record(2, page=9)]).groups == 1  # two files with the same page


def test_a_record_takes_17_bytes(tmp_path: Path) -> None:
    count = 20_000
    plain = orjson.loads(orjson.dumps(record(0)))
    with Splitter(tmp_path / "relations.sqlite") as splitter:
        for number in range(count):
            splitter.add(plain | {"id": f"s:{number}", "url": url(number)})
        tracemalloc.start()
        try:
            found = splitter.parted(SHARES, 0)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert sum(found.counts.values()) == count
    assert most < 24 * count  # arrays grow ahead of what they hold


def test_a_giant_group_stays_whole_and_is_told() -> None:
    giant = [record(number, [number - 1, number + 1]) for number in range(LARGEST + 1)]
    alone = [record(number) for number in range(1000, 1040)]
    mixed = giant + alone
    random.Random(1).shuffle(mixed)
    for seed in range(20):
        found = parted(mixed, seed)
        assert {found.places[at] for at, each in enumerate(mixed) if each in giant} == {0}
        assert (found.groups, found.largest, found.kept_in_train) == (1, LARGEST + 1, LARGEST + 1)
        assert "they are kept whole, in train" in found.notes(SHARES)[0]
    (_, empty) = parted(giant).notes(SHARES)
    assert empty == "there is nothing in validation and test: too few groups of records"
    assert parted([]).notes(SHARES) == ()
