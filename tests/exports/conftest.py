"""Each fixture and each twin is read once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from exports.fixtures import FIXTURES
from exports.reading import plain_twin, read
from tam.data import Responses


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Responses]:
    """The coded responses of a fixture by its name."""
    by_name = {one.name: one for one in FIXTURES}
    known: dict[str, Responses] = {}

    def make(name: str) -> Responses:
        if name not in known:
            known[name] = read(by_name[name], tmp_path_factory.mktemp("export"))
        return known[name]

    return make


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Responses]:
    """The plain twin, with skipped questions told from blank ones or not."""
    known: dict[bool, Responses] = {}

    def make(skips: bool) -> Responses:
        if skips not in known:
            known[skips] = plain_twin(tmp_path_factory.mktemp("twin"), skips=skips)
        return known[skips]

    return make
