"""A place where scenarios are played: the processes are forked from one for all tests."""

from collections.abc import Iterator

import pytest
from robustness_checks.processes import Starter
from robustness_checks.watched import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Starter() as starter:
        yield Bench(starter, tmp_path_factory.mktemp("bench"))
