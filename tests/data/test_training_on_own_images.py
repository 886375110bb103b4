"""From folders of one's own images to trained models: both layouts, both reducers, grey and colour, few images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from qnlnet.config import RunConfig, load_config
from qnlnet.runs import train_cells

WriteImages = Callable[..., list[Path]]


def make_cell(root: Path, *overrides: str) -> RunConfig:
    folder = f"output_dir={root.parent / 'runs' / root.name}-{len(overrides)}"
    return load_config("data=image_folder", f"data.root={root}", "train.epochs=2", "seeds=2", folder, *overrides)


@pytest.mark.slow
@pytest.mark.parametrize("reducer", ["pca", "cnn"])
@pytest.mark.parametrize(("mode", "shape"), [("L", "[1,28,28]"), ("RGB", "[3,32,32]")])
def test_few_images_train_in_either_layout(
    reducer: str, mode: str, shape: str, write_images: WriteImages, tmp_path: Path
) -> None:
    for name in ("0", "1"):
        write_images(tmp_path / "whole" / name, 10, mode=mode)
        write_images(tmp_path / "divided" / "train" / name, 8, mode=mode, suffix=".jpg")
        write_images(tmp_path / "divided" / "test" / name, 2, mode=mode, suffix=".jpg")
    settings = (f"reducer={reducer}", f"data.image_shape={shape}", "data.classes=[1,0]")
    cells = [make_cell(tmp_path / name, *settings) for name in ("whole", "divided")]
    cells.append(make_cell(tmp_path / "whole", *settings, "data.evaluate_on=validation"))
    for run in train_cells(cells):
        rows = run.seed_rows()
        assert rows.seed.tolist() == [0, 1]
        assert set(rows.classes) == {"1/0"}
        assert not rows.data_official.any()
        assert np.isfinite(rows.train_accuracy).all()
        assert (run.directory / "models" / "seed-1.pt").is_file()


@pytest.mark.slow
def test_what_is_kept_is_trained_again_only_when_images_have_changed(write_images: WriteImages, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_images(tmp_path / "pets" / name, 10)
    cell = make_cell(tmp_path / "pets", "reducer=pca")
    (first,) = train_cells([cell])
    (again,) = train_cells([cell])
    assert again.seed_rows().equals(first.seed_rows())
    write_images(tmp_path / "pets" / "a", 11)
    (other,) = train_cells([cell])
    assert not set(other.seed_rows().data_fingerprint) & set(first.seed_rows().data_fingerprint)
