"""The same checks as ``make fuzz``, in seconds: what was found once, fixture pages cut and torn, random mixtures."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures import FOLDER
from tests.fuzz.mutation import HEADERS, PIECES, mutated, pages
from tests.fuzz.target import check, minimised

FOUND = sorted((FOLDER / "fuzz").glob("*.input"))
PAGES = st.sampled_from(pages())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_once(path: Path) -> None:
    check(path.read_bytes())


@settings(max_examples=300, deadline=None)
@given(page=PAGES, share=st.floats(0, 1))
def test_a_page_cut_anywhere(page: bytes, share: float) -> None:
    check(page[: int(len(page) * share)])


@settings(max_examples=300, deadline=None)
@given(page=PAGES, share=st.floats(0, 1, exclude_max=True), times=st.sampled_from((0, 2)))
def test_a_page_with_a_line_missing_or_twice(page: bytes, share: float, times: int) -> None:
    header, *lines = page.splitlines(keepends=True)
    at = int(len(lines) * share)
    lines[at : at + 1] = lines[at : at + 1] * times
    check(header + b"".join(lines))


@settings(max_examples=500, deadline=None)
@given(
    header=st.sampled_from(HEADERS),
    pieces=st.lists(st.sampled_from(PIECES) | st.binary(max_size=6) | st.text(max_size=6).map(str.encode), max_size=40),
)
def test_pieces_of_pages_in_any_order(header: bytes, pieces: list[bytes]) -> None:
    check(header + b"\n" + b"".join(pieces))


@settings(max_examples=500, deadline=None)
@given(page=PAGES, seed=st.integers(0, 2**32))
def test_pages_taken_apart_and_mixed(page: bytes, seed: int) -> None:
    check(mutated(page, Random(seed)))


def test_a_finding_is_made_smaller() -> None:
    """Minimising leaves what does not go wrong as it is."""
    assert minimised(pages()[0]) == pages()[0]
