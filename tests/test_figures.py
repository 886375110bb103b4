"""Figures show every seed, are the same file for the same rows, and mark unofficial data."""

import struct
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from row_builders import frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.figures import build_figure, plot_table


def full_table() -> pd.DataFrame:
    cnn, pca = (99.9, 99.95, 100.0), (99.4, 99.1, 50.0, 62.5)
    mnist = [seed_rows(*(cnn if reducer == "cnn" else pca), reducer=reducer, ansatz=ansatz)
             for reducer in ("cnn", "pca") for ansatz in "012"]  # fmt: skip
    unofficial = {"dataset": "cifar10", "classes": "2/8", "data_official": False}
    return frame(*mnist, *(seed_rows(80.0, 81.0, ansatz=ansatz, **unofficial) for ansatz in "012"))


def words(figure: Figure) -> str:
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    titles = [ax.get_title() for ax in figure.axes]
    ticks = [text.get_text() for ax in figure.axes for text in ax.get_xticklabels()]
    return "\n".join([*legend, *titles, *ticks, figure.get_supxlabel()])


@pytest.mark.slow
def test_files_are_written_and_repeatable(tmp_path: Path) -> None:
    rows = full_table()
    png, svg = plot_table(rows, tmp_path / "new")
    assert (png.name, svg.name) == ("table1.png", "table1.svg")
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "other"}):  # a style of the user's changes nothing
        again = plot_table(rows.sample(frac=1, random_state=0), tmp_path / "again", name="other")
    assert [path.name for path in again] == ["other.png", "other.svg"]
    assert [path.read_bytes() for path in again] == [png.read_bytes(), svg.read_bytes()]


def test_png_is_large_enough_and_svg_undated(tmp_path: Path) -> None:
    png, svg = plot_table(frame(seed_rows(99.0, 98.0)), tmp_path)
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 6 * 150
    assert height >= 3 * 150
    text = svg.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "dc:date" not in text


def shown_accuracies(figure: Figure) -> list[float]:
    """Returns the heights of all points in order; each must lie within its axes."""
    shown: list[float] = []
    for ax in figure.axes:
        low, high = ax.get_ylim()
        for points in (child for child in ax.collections if isinstance(child, PathCollection)):
            accuracies = np.asarray(points.get_offsets())[:, 1].tolist()
            assert all(low < accuracy < high for accuracy in accuracies)
            shown += accuracies
    return sorted(shown)


@pytest.mark.slow
def test_every_seed_is_shown() -> None:
    rows = full_table()
    assert shown_accuracies(build_figure(rows)) == sorted(rows["test_accuracy"])


def test_panels_and_footnote() -> None:
    figure = build_figure(full_table())
    assert [ax.get_title() for ax in figure.axes] == ["MNIST 0/1, CNN", "MNIST 0/1, PCA", "CIFAR-10 2/8, CNN †"]
    text = words(figure)
    assert "ansatz 0\n2/4 converged" in text
    assert "one seed, not converged" in text
    assert "published mean ± std" in text
    assert "† data differ from the official release" in text.replace("\n", " ")


@pytest.mark.slow
@pytest.mark.parametrize("accuracies", [(98.6,), (100.0, 100.0), (0.0,)])
def test_nothing_published_and_few_seeds(tmp_path: Path, accuracies: tuple[float, ...]) -> None:
    rows = frame(seed_rows(*accuracies, dataset="digits"))
    assert [path.name for path in plot_table(rows, tmp_path)] == ["table1.png", "table1.svg"]
    figure = build_figure(rows)
    assert shown_accuracies(figure) == sorted(accuracies)
    text = words(figure)
    assert "published" not in text
    assert "†" not in text


def test_cells_that_share_an_ansatz_stand_apart() -> None:
    rows = frame(seed_rows(99.0, 98.0), seed_rows(50.0, r=2, protocol="corrected"))
    (ax,) = build_figure(rows).axes
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels == [
        "ansatz 0\nr = 1\nreleased protocol\n2/2 converged",
        "ansatz 0\nr = 2\ncorrected protocol\n0/1 converged",
    ]


def test_global_state_is_left_alone(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    plot_table(frame(seed_rows(99.0)), tmp_path)
    assert dict(matplotlib.rcParams) == before


def test_unusable_input_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="at least one per-seed row"):
        plot_table(frame(), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="cannot be written"):
        plot_table(frame(seed_rows(99.0)), tmp_path / "file")
