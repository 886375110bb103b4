"""The figure of Table 2: our seeds, and quoted models that cannot be taken for ours."""

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from row_builders import frame, seed_rows

from qnlnet.figures import FIGURES

BUILD = FIGURES["competitors"][""]


def table() -> pd.DataFrame:
    return frame(*(seed_rows(99.9, 100.0, 99.8, classes=classes, ansatz=ansatz) for classes in ("0/1", "3/6")
                   for ansatz in "012"))  # fmt: skip


def test_every_seed_and_every_quoted_model_is_shown() -> None:
    figure = BUILD(table())
    zero_one, three_six = figure.axes
    labels = [[text.get_text() for text in ax.get_xticklabels()] for ax in (zero_one, three_six)]
    ours = [f"CNN, ansatz {ansatz}\n4 qubits" for ansatz in "012"]
    assert labels[0] == [*ours, "QTN-VQC\n12 qubits", "Hybrid\nTTN-MERA\n8 qubits", "Tensor\nRing VQC\n4 qubits"]
    assert labels[1] == [*ours, "SQNN\n64 qubits", "QF-hNet-BN\n12 qubits"]
    for ax, quoted in ((zero_one, [98.60, 99.87, 99.30]), (three_six, [97.47, 98.27])):
        points = [child for child in ax.collections if isinstance(child, PathCollection)]
        assert sum(len(child.get_offsets()) for child in points) == 9
        hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white" and line.get_marker() == "s"]
        assert [float(np.asarray(line.get_ydata())[0]) for line in hollow] == quoted
        low, high = ax.get_ylim()
        assert all(low < value < high for value in [*quoted, 99.8, 99.94])


def test_the_legend_tells_published_from_quoted() -> None:
    labels = [text.get_text() for text in BUILD(table()).legends[0].get_texts()]
    assert labels == ["one seed", "our mean ± std", "our median", "published mean ± std", "quoted, of another model"]


def test_other_images_have_neither() -> None:
    figure = BUILD(frame(seed_rows(99.0, 98.0, dataset="digits")))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["one seed", "our mean ± std", "our median"]
    assert len(figure.axes[0].get_xticklabels()) == 1
    assert "quoted" not in figure.get_supxlabel().lower()
