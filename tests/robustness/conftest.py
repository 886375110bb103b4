"""A place where scenarios are played."""

import pytest
from robustness_checks.processes import Starter
from robustness_checks.watched import Bench


@pytest.fixture(scope="session")
def bench(starter: Starter, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(starter, tmp_path_factory.mktemp("bench"))
