"""Fixtures of more than one folder of tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing on a machine that does other things too; what may not be slow is measured by
# processor time in tests of its own.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes a program's writes fail, compiled; skips where there is no compiler."""
    from tests.faults.crash_points import NotPossible, shim_library  # a site's tests come without it: new-site's, too

    try:
        return shim_library(tmp_path_factory.mktemp("shim"))
    except NotPossible as why:
        pytest.skip(str(why))
