"""Heat maps hold every cell at its place; growth shows what its table says."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from row_builders import ablation_frame, frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.figures import FIGURES, plot_figures

ACCURACY, CONVERGED, GROWTH = (FIGURES["ablation"][ending] for ending in ("_accuracy", "_converged", "_growth"))


def linear(r: int, D: int) -> float:
    return 60.0 + 10 * r + D


def texts(ax: Axes) -> list[list[str]]:
    """Returns the numbers on a map, a list for each r."""
    places = {text.get_position(): text.get_text() for text in ax.texts}
    return [[places[j, i] for j in range(3)] for i in range(3)]


def maps(figure: Figure) -> list[Axes]:
    return [ax for ax in figure.axes if ax.images and ax.texts]  # a colour bar has no texts


@pytest.mark.slow
def test_every_cell_stands_at_its_r_and_d() -> None:
    figure = ACCURACY(ablation_frame(linear, readouts=(3, 0)))
    panels = maps(figure)
    assert [ax.get_title() for ax in panels] == [f"readout {q}\nansatz {a}" for q in (3, 0) for a in "012"]
    for ax in panels:
        assert texts(ax) == [[f"{linear(r, D) + 1:.1f}" for D in (1, 2, 3)] for r in (1, 2, 3)]
        assert ax.images[0].origin == "lower"


def test_constant_circuits_are_grey_and_off_the_scale() -> None:
    rows = ablation_frame(lambda r, D: 20.0 if r == D == 1 else linear(r, D), readouts=(0,))
    figure = ACCURACY(rows)
    for ax in maps(figure):
        values = ax.images[0].get_array()
        assert values.mask.tolist() == [[True, False, False], [False] * 3, [False] * 3]
        assert texts(ax)[0][0] == "21.0"
        assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (linear(1, 2) + 1, linear(3, 3) + 1)
    assert "constant" in figure.get_supxlabel()
    assert "constant" not in ACCURACY(ablation_frame(linear)).get_supxlabel()


def test_converged_seeds_are_counted() -> None:
    (ax, *_) = maps(CONVERGED(ablation_frame(linear)))
    assert texts(ax) == [["0/3"] * 3, ["0/3"] * 3, ["3/3"] * 3]
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (0, 1)


def test_missing_cells_are_shown_as_missing() -> None:
    rows = ablation_frame(linear)
    (ax, *_) = maps(ACCURACY(rows[(rows["r"] != 2) | (rows["D"] != 3)]))
    assert texts(ax)[1][2] == "–"
    assert np.ma.getmaskarray(ax.images[0].get_array())[1, 2]


@pytest.mark.slow
def test_each_task_has_a_line_of_maps_and_a_scale_of_its_own() -> None:
    low = ablation_frame(lambda r, D: linear(r, D) - 50, dataset="cifar10", classes="2/8", data_official=False)
    figure = ACCURACY(pd.concat([ablation_frame(linear), low]))
    panels = maps(figure)
    assert len(panels) == 6
    assert panels[0].images[0].norm.vmin == panels[3].images[0].norm.vmin + 50
    assert panels[3].get_ylabel().startswith("CIFAR-10 2/8 †\nCNN")
    assert "† data differ from the official release" in figure.get_supxlabel().replace("\n", " ")


def test_growth_draws_accuracy_convergence_and_time() -> None:
    accuracy, converged, seconds = GROWTH(ablation_frame(linear)).axes
    drawn = [[np.asarray(line.get_ydata()).tolist() for line in ax.lines] for ax in (accuracy, converged, seconds)]
    assert np.allclose(drawn[0], [[73, 83, 93], [82, 83, 84]])  # by r, then by D
    assert np.allclose(drawn[1], [[0, 0, 100], [100 / 3] * 3])
    assert np.allclose(drawn[2], [[2, 4, 6], [2, 4, 6]])
    assert seconds.get_ylim()[0] == 0


def test_growth_explains_its_times_and_marks_data() -> None:
    figure = GROWTH(ablation_frame(linear, readouts=(3, 0), data_official=False))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["readout 3, by r", "readout 3, by D", "readout 0, by r", "readout 0, by D"]
    notes = figure.get_supxlabel().replace("\n", " ")
    assert "side by side" in notes
    assert "† data differ" in notes
    assert figure.axes[0].get_title() == "MNIST 0/1, CNN †\n100 epochs"


@pytest.mark.slow
def test_equal_rows_give_equal_files(tmp_path: Path) -> None:
    rows = ablation_frame(linear, readouts=(3, 0))
    first = plot_figures(FIGURES["ablation"], rows, tmp_path / "one", "mine")
    second = plot_figures(FIGURES["ablation"], rows.sample(frac=1, random_state=0), tmp_path / "two", "mine")
    names = [f"mine_{word}.{ending}" for word in ("accuracy", "converged", "growth") for ending in ("png", "svg")]
    assert [path.name for path in first] == names
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("build", [ACCURACY, CONVERGED, GROWTH])
def test_bad_rows_are_refused(build: Callable[[pd.DataFrame], Figure]) -> None:
    with pytest.raises(ResultsError, match="at least one per-seed row"):
        build(frame())
    twice = frame(seed_rows(99.9, config_hash="00000000000a"), seed_rows(50.0, config_hash="00000000000b"))
    with pytest.raises(ResultsError, match="must hold one cell"):
        build(twice)
