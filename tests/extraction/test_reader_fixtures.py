"""Every fixture page of the general readers against its expected records."""

from __future__ import annotations

import pytest

from tests.fixtures import FOLDER, Fixture, differences, fixtures

FOLDERS = sorted(folder.name for folder in FOLDER.iterdir() if folder.name not in {"edoctor", "fuzz"})
PAGES = [page for folder in FOLDERS for page in fixtures(folder)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.page.parent.name}/{page.name}")
def test_page(page: Fixture) -> None:
    assert page.expectation.exists(), "run python -m tests.fixtures FOLDER --write and review the difference"
    assert differences(page.extracted(), page.expected) == []
