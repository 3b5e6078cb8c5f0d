"""For all tests: nothing of this machine's caches is used, and nothing is left in them."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def _caches_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["SFGOV_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
