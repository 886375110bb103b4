"""A place where scenarios are played."""

import pytest

from robustness.processes import Starter
from robustness.watched import Bench


@pytest.fixture(scope="session")
def bench(starter: Starter, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(starter, tmp_path_factory.mktemp("bench"))
