"""Models by their own recipe and by the common one: which cells are of one line, and what stands beside them."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.figures import figure_kind, plot_figures
from qnlnet.records.configurations import remember
from qnlnet.records.published import find_quoted, list_quoted
from qnlnet.records.schema import cell_columns
from qnlnet.tables.protocols import format_protocols_terminal, lay_out_protocols, summarise_protocols, write_protocols

TTN = ("model=ttn_vqc", "model.num_qubits=12", "data=mnist")
SQNN = ("model=sqnn", "model.size=[8,8]", "data=mnist", "data.classes=[3,6]")


def cell(*accuracies: float, words: tuple[str, ...], **changes: Any) -> list[dict[str, Any]]:
    config = load_config("train.learning_rate=0.01", "train.epochs=2", *words)
    remember(config)
    columns = {**cell_columns(config), "quantum_parameters": 36, "parameters": 260, **changes}
    return seed_rows(*accuracies, **columns)


def both(*words: str, own: str = "paper") -> list[list[dict[str, Any]]]:
    return [
        cell(54.0, 98.0, words=(*words, f"protocol={own}")),
        cell(97.0, 99.0, words=(*words, "protocol=common")),
    ]


def lines_of(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    layout = lay_out_protocols(summarise_protocols(frame(*cells)))
    return pd.DataFrame(layout.rows, columns=pd.Index(layout.header))


def test_both_protocols_stand_in_one_line_whatever_settings_follow_from_them() -> None:
    lines = lines_of(*both(*TTN), *both(*SQNN), *both(*SQNN, "layer=linear"), *both("reducer=pca", own="released"))
    assert len(lines) == 4
    for line in lines.to_dict("records"):
        assert line["Own: test"] == "76.00 ± 31.11"
        assert line["Common: test"] == "98.00 ± 1.41"
        assert (line["Own: at chance"], line["Common: at chance"], line["Own: seeds"]) == ("1", "0", "2")


def test_a_line_says_what_both_protocols_share_and_what_only_one_has() -> None:
    scaled, carried = (
        lines_of(*both(*SQNN), *both("model=qtn_patches", "data=mnist")).sort_values("Model").Settings[::-1]
    )
    assert scaled == "8 × 8 pixels, trained circuits (own: scaling uint8_wrap, common: scaling pi)"
    assert carried == "trained circuits (own: state carried over)"


def test_other_models_have_other_lines() -> None:
    others = ((), ("layer=none",), ("model.relu_cores=false",), ("data.classes=[3,6]",), ("train.batch_size=128",))
    lines = lines_of(*(cell(90.0, words=(*TTN, *words)) for words in others))
    assert len(lines) == len(others)
    assert lines.Settings.str.contains("train.batch_size=128").sum() == 1
    assert set(lines["Own: test"]) == {"–"}


def test_a_seed_within_five_points_of_an_even_share_is_at_chance() -> None:
    table = summarise_protocols(frame(cell(49.0, 55.0, 55.1, words=TTN)))
    assert table.at_chance.tolist() == [2]
    ten = cell(14.9, 15.1, words=("model=ttn_vqc", "data.classes=[0,1,2,3,4,5,6,7,8,9]"))
    assert summarise_protocols(frame(ten)).at_chance.tolist() == [1]


def test_statistics_gates_and_what_is_quoted() -> None:
    (row,) = summarise_protocols(frame(cell(99.0, 97.0, 98.5, words=SQNN))).to_dict("records")
    assert row["test_accuracy_median"] == 98.5
    assert row["test_accuracy_mean"] == pytest.approx(98.166667)
    assert row["gates"] == "67/11"  # 16 RX, X, H, 48 meetings, H; and 4, 2, 4, 1
    assert (row["quoted_model"], row["quoted_accuracy"]) == ("SQNN", 97.47)


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (TTN, 98.60),
        ((*TTN, "protocol=paper"), 98.60),
        ((*TTN, "layer=none"), None),
        ((*TTN, "data.classes=[3,6]"), None),
        (("model=ttn_vqc",), None),  # with 8 qubits
        (("model=logistic",), None),
    ],
)
def test_a_number_is_quoted_of_one_model_and_task(words: tuple[str, ...], quoted: float | None) -> None:
    found = find_quoted(load_config("data=mnist", *words))
    assert (found.test_mean if found else None) == quoted


def test_every_quoted_model_is_one_that_trains_here() -> None:
    for row in list_quoted():
        config = load_config(
            *row.settings.split(), f"data={row.dataset}", f"data.classes=[{row.classes.replace('/', ',')}]"
        )
        assert find_quoted(config) == row


def test_files_and_figure_are_written(tmp_path: Path) -> None:
    rows = frame(*both(*TTN), cell(91.41, words=("model=ttn_vqc", "data.classes=[3,6]"), parameters=None))
    paths = [*write_protocols(rows, tmp_path, "t"), *plot_figures(figure_kind("protocols"), rows, tmp_path, "t")]
    assert sorted(path.name for path in paths) == ["t.csv", "t.md", "t.png", "t.svg", "t.tex"]
    assert all(path.stat().st_size for path in paths)
    assert "TTN-VQC" in format_protocols_terminal(rows)


def test_a_note_says_which_papers_the_quoted_numbers_stand_for() -> None:
    quoted = lay_out_protocols(summarise_protocols(frame(*both(*SQNN)))).notes
    assert any("of SQNN (Wu, Tao, Li, arXiv:2208.07719)." in note for note in quoted)
    unquoted = lay_out_protocols(summarise_protocols(frame(*both("model=qtn_patches", "data=mnist")))).notes
    assert not any("Quoted" in note for note in unquoted)
