"""Tables and figures of cells without ansatz, reducer or epochs say nothing of them, and never a missing value."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.errors import ResultsError
from qnlnet.evidence.checking.listing import list_rows
from qnlnet.figures import figure_kind
from qnlnet.records import setting_label, write_table
from qnlnet.tables import table_kind

_NOTHING = {**dict.fromkeys(("reducer", "ansatz"), ""), **dict.fromkeys(("r", "D", "readout_qubit"), pd.NA)}
_OTHER = {**_NOTHING, "dropout": float("nan"), "protocol": "common", "parameters": 0}
_MISSING = re.compile(r"\b(nan|None|NA|NaN)\b|<NA>|(?<![\w\d])-QNL-Net|1 epochs|= ?-1\b|model\.")


def fitted(*accuracies: float, model: str = "svm", settings: str = "", qubits: Any = pd.NA) -> list[dict[str, Any]]:
    own = {"model": model, "settings": settings, "num_qubits": qubits, "learning_rate": float("nan"), "epochs": 1}
    return seed_rows(*accuracies, **_OTHER, **own, config_hash=f"{len(model):06x}{len(settings):06x}")


def trained(*accuracies: float) -> list[dict[str, Any]]:
    own = {"model": "quanvolution", "num_qubits": 4, "learning_rate": 1e-2, "epochs": 10, "settings": ""}
    return seed_rows(*accuracies, **_OTHER, **own, config_hash="9" * 12)


PCA = "model.features=pca model.num_components=4 model.C=10.0"
TABLES = {
    "fitted": frame(fitted(99.0, settings=PCA), fitted(98.0, model="k_nearest")),
    "one": frame(fitted(99.0)),
    "mixed": frame(
        fitted(99.0, settings=PCA),
        fitted(97.0, model="quantum_kernel", qubits=4),
        trained(98.0, 99.0),
        [{**row, "model": "qnl_net", "parameters": 9, "settings": ""} for row in seed_rows(99.0, 98.0)],
    ),
}


def texts(rows: pd.DataFrame, kind: str, folder: Path) -> dict[str, str]:
    """Returns all that a person reads of a table and its figure."""
    written = table_kind(kind).write(rows, folder, "t")
    found = {path.suffix: path.read_text(encoding="utf-8") for path in written if path.suffix != ".csv"}
    figure = figure_kind(kind)[""](rows)
    inside = chain.from_iterable([ax.get_title(), *(label.get_text() for label in ax.get_xticklabels())]
                                 for ax in figure.axes)  # fmt: skip
    legends = [text.get_text() for legend in figure.legends for text in (legend.get_title(), *legend.get_texts())]
    return {**found, "terminal": table_kind(kind).format_terminal(rows), "figure": "\n".join([*inside, *legends])}


@pytest.mark.parametrize("kind", ["cells", "competitors"])
@pytest.mark.parametrize("name", TABLES)
def test_no_missing_value_is_shown(name: str, kind: str, tmp_path: Path) -> None:
    for where, text in texts(TABLES[name], kind, tmp_path).items():
        assert not (found := _MISSING.search(text)), (where, found)


def test_models_that_are_fitted_once_have_no_epochs(tmp_path: Path) -> None:
    found = texts(TABLES["fitted"], "cells", tmp_path)
    assert not any("epoch" in text for text in found.values())
    assert "Accuracies in percent; these models are fitted once. Converged:" in found[".md"]
    assert "| MNIST 0/1 | SVM | 4 principal components, C=10.0 | 1 | 1/1 | 99.00 | 99.00 | 99.00 |" in found[".md"]
    assert "All rows: common protocol.\n" in found[".md"]  # nor a backend, as there is no circuit
    assert found["figure"].startswith("MNIST 0/1\nSVM\n4 principal\ncomponents\nC=10.0\n1/1 converged")


def test_in_a_mixed_table_they_have_a_dash(tmp_path: Path) -> None:
    text = texts(TABLES["mixed"], "cells", tmp_path)[".md"]
    header, _, *rows = (line for line in text.splitlines() if line.startswith("|"))
    assert header.startswith("| Dataset | Model | Ansatz | Reducer | r |")
    epochs = [line.strip(" |").split(" | ")[header.strip(" |").split(" | ").index("Epochs")] for line in rows]
    assert epochs == ["100", "10", "–", "–"]
    assert "after the last epoch (of models that are fitted once, after the fit), as mean ± standard" in text


def test_an_ablation_of_them_is_refused() -> None:
    with pytest.raises(ResultsError, match=r"must have ansatz, r, D, but SVM has not\. Choose table=cells"):
        table_kind("ablation").format_terminal(TABLES["one"])


def test_one_epoch_is_one() -> None:
    assert [setting_label("epochs", count) for count in (1, 2)] == ["1 epoch", "2 epochs"]


def test_the_list_of_rows_says_what_there_is(tmp_path: Path) -> None:
    write_table(TABLES["mixed"], tmp_path / "seeds.csv")
    lines = list(list_rows(tmp_path))
    assert not any(_MISSING.search(line) for line in lines), lines
    end = "MNIST 0/1, SVM, 4 principal components, C=10.0, common, seed 0: 99.00 %"
    assert any(line.endswith(end) for line in lines)
