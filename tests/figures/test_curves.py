"""Figure 6 shows every seed and the means of the cells, and marks unofficial data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from row_builders import epoch_frame, frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.figures import build_curves, write_figure

EPOCHS = 12


def loss(seed: int, epoch: int) -> float:
    return -(seed + 1.0) * epoch


def accuracy(seed: int, epoch: int) -> float:
    return 50.0 + 3 * epoch + seed


def table() -> pd.DataFrame:
    unofficial = {"dataset": "cifar10", "classes": "2/8", "reducer": "pca", "data_official": False}
    cnn = [seed_rows(90.0, 91.0, 92.0, ansatz=ansatz, epochs=EPOCHS) for ansatz in "012"]
    return frame(*cnn, seed_rows(80.0, 81.0, epochs=EPOCHS, **unofficial))


def ends(ax: Axes) -> tuple[list[float], list[float]]:
    """Returns the last values of the thin lines and of the thick ones."""
    width = [line.get_linewidth() for line in ax.lines]
    values = [float(np.asarray(line.get_ydata())[-1]) for line in ax.lines]
    thick = [width > 1 for width in width]
    return (
        [v for v, t in zip(values, thick, strict=True) if not t],
        [v for v, t in zip(values, thick, strict=True) if t],
    )


def test_a_column_for_each_task_with_every_seed_and_every_mean() -> None:
    rows = table()
    figure = build_curves(rows, epoch_frame(rows, loss, accuracy))
    cnn_loss, pca_loss, cnn_accuracy, pca_accuracy = figure.axes
    assert [ax.get_title() for ax in (cnn_loss, pca_loss)] == [
        "MNIST 0/1, CNN\n3 seeds",
        "CIFAR-10 2/8, PCA †\n2 seeds",
    ]
    assert ends(cnn_loss) == ([-12.0, -24.0, -36.0] * 3, [-24.0] * 3)
    assert ends(pca_loss) == ([-12.0, -24.0], [-18.0])
    assert ends(cnn_accuracy) == ([86.0, 87.0, 88.0] * 3, [87.0] * 3)
    assert ends(pca_accuracy) == ([86.0, 87.0], [86.5])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["ansatz 0", "ansatz 1", "ansatz 2", "one seed"]
    assert "† data differ from the official release" in figure.get_supxlabel().replace("\n", " ")


def test_each_line_holds_all_epochs_in_order() -> None:
    rows = table()
    shuffled = epoch_frame(rows, loss, accuracy).sample(frac=1, random_state=0)
    axes = build_curves(rows, shuffled).axes
    assert len(axes) == 4
    for ax in axes:
        assert len(ax.lines) >= 2  # a seed and a mean at least
        for line in ax.lines:
            assert np.asarray(line.get_xdata()).tolist() == list(range(1, EPOCHS + 1))


def test_ansaetze_differ_in_colour_and_in_dashes() -> None:
    rows = table()
    figure = build_curves(rows, epoch_frame(rows, loss, accuracy))
    handles = figure.legends[0].get_lines()[:3]
    assert len({line.get_color() for line in handles}) == 3
    assert len({str(line._unscaled_dash_pattern) for line in handles}) == 3


@pytest.mark.slow
def test_an_end_that_the_scale_would_hide_is_enlarged() -> None:
    rows = table()
    flat = epoch_frame(rows, loss, lambda seed, epoch: 50.0 if epoch < 3 else 99.0 + 0.1 * seed)
    _, _, cnn, pca = build_curves(rows, flat).axes
    for ax in (cnn, pca):
        (inset,) = ax.child_axes
        assert ends(inset) == ends(ax)
        low, high = inset.get_ylim()
        assert low < 99.0 < 99.0 + 0.1 * (2 if ax is cnn else 1) < high < 99.5
    steep = build_curves(rows, epoch_frame(rows, loss, lambda seed, epoch: 50.0 + 3 * epoch + 5 * seed))
    assert not [ax.child_axes for ax in steep.axes if ax.child_axes]


@pytest.mark.slow
def test_equal_rows_give_equal_files(tmp_path: Path) -> None:
    rows = table()
    epochs = epoch_frame(rows, loss, accuracy)
    first = write_figure(build_curves(rows, epochs), tmp_path / "one", "figure6")
    second = write_figure(build_curves(rows, epochs.sample(frac=1, random_state=1)), tmp_path / "two", "figure6")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_one_epoch_is_enough() -> None:
    rows = frame(seed_rows(90.0, epochs=1))
    figure = build_curves(rows, epoch_frame(rows, loss, accuracy))
    assert len(figure.axes) == 2


def test_seeds_without_epochs_are_refused() -> None:
    rows = table()
    with pytest.raises(ResultsError, match="must have epochs, but has none"):
        build_curves(rows, epoch_frame(rows.head(4), loss, accuracy))
