"""Small trained cells, for what is done with trained models."""

import pytest

from qnlnet.config import load_config
from qnlnet.runs import Run, train_cells


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Two cells on digits with two seeds each, hardly trained: thresholds lie among the images."""
    folder = tmp_path_factory.mktemp("cells")
    words = ("data=digits", "reducer=pca", "train.epochs=2", "seeds=2")
    return train_cells([load_config(*words, f"ansatz={name}", f"output_dir={folder / name}") for name in "01"])
