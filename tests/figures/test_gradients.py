"""Gradients by epoch: which parts there are, what is zero, which cells are drawn, and what the checks say."""

from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from draw_gradients import draw, main
from matplotlib.figure import Figure
from row_builders import frame, seed_rows

from qnlnet.config import load_config
from qnlnet.errors import ArgumentError, ResultsError
from qnlnet.evidence.checking.finding import Finding
from qnlnet.evidence.checking.gradient_rows import check_gradient_drawing
from qnlnet.figures import build_gradients
from qnlnet.records import KEYS, read_gradient_rows, upsert, write_table
from qnlnet.records.configurations import remember, write_configurations
from qnlnet.records.schema import cell_columns
from qnlnet.tables.gradients import name_part, order_values, say_norm, settings_that_differ, summarise_gradients

WORDS = ("model=resqunn", "data=digits", "train.learning_rate=0.01", "train.epochs=2", "train.gradient_norms=true")


def cell(*words: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Returns the rows of a cell with two seeds, and its gradients: 3 and 4 of the first layer, unless it has none."""
    config = load_config(*WORDS, *words)
    remember(config)
    seeds = seed_rows(90.0, 92.0, **{**cell_columns(config), "parameters": 9, "quantum_parameters": 4})
    cut = "model.detach_between_layers=true" in words and not {"model.skip=late", "model.skip=all"} & {*words}
    norms = {"layers.0.circuit.weight": 0.0 if cut else 3.0, "layers.0.circuit.bias": 0.0 if cut else 4.0}
    norms["layers.1.circuit.weight"] = 1.0
    if "model.head=blocks" not in words:
        norms["head.weight"] = 10.0
    gradients = [
        {
            **{name: row[name] for name in (*KEYS, "seed", "config_hash")},
            **{"epoch": epoch, "parameter": name, "gradient_norm": norm * (row["seed"] + 1) / epoch},
        }
        for row in seeds
        for epoch in (1, 2)
        for name, norm in norms.items()
    ]
    return seeds, gradients


def frames(*cells: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    gradients = [row for _, rows in cells for row in rows]
    return frame(*(rows for rows, _ in cells)), upsert(read_gradient_rows("missing.csv", missing_ok=True), gradients)


@pytest.fixture(name="eight", scope="module")
def _eight() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four skips, attached and detached, two heads, and a twin without circuits."""
    ways = product(("none", "early", "late", "all"), ("false", "true"), ("linear", "blocks"))
    cells = [
        cell(f"model.skip={skip}", f"model.detach_between_layers={detached}", f"model.head={head}")
        for skip, detached, head in ways
    ]
    return frames(*cells, cell("layer=conv"))


def titles(figure: Figure) -> tuple[list[str], list[str]]:
    shown = [(ax.get_ylabel(), ax.get_title()) for ax in figure.axes]
    return [row for row, _ in shown if row], [column for _, column in shown if column]


@pytest.mark.parametrize(
    ("parameter", "part"),
    [("layers.0.circuit.weight", "layers.0"), ("head.weight", "head"), ("0.bias", "0"), ("scale", "scale")],
)
def test_parts_end_at_the_first_number(parameter: str, part: str) -> None:
    assert name_part(parameter) == part


@pytest.mark.slow
def test_a_part_has_the_norm_of_all_its_parameters() -> None:
    table = summarise_gradients(*frames(cell()))
    first = table[(table.part == "layers.0") & (table.epoch == 1)].iloc[0]
    # Seeds 0 and 1: √(3² + 4²) = 5, and twice that.
    assert (first["min"], first["mean"], first["max"], first["n_seeds"]) == (5.0, 7.5, 10.0, 2)
    assert first["test_accuracy_mean"] == 91.0


def test_what_is_no_number_in_one_seed_is_none_of_the_cell() -> None:
    seeds, gradients = frames(cell())
    gradients.loc[0, "gradient_norm"] = float("nan")
    table = summarise_gradients(seeds, gradients)
    assert table["mean"].isna().sum() == 1
    assert len(build_gradients(seeds, gradients).axes) == 1


def test_gradients_of_seeds_without_a_row_are_refused() -> None:
    seeds, gradients = frames(cell())
    with pytest.raises(ResultsError, match="has only gradients"):
        summarise_gradients(seeds[:1], gradients)
    with pytest.raises(ResultsError, match="but there are none"):
        summarise_gradients(seeds, gradients[:0])


def test_cells_without_gradients_may_stand_beside_them() -> None:
    (seeds, gradients), (others, _) = cell(), cell("model.skip=all")
    table = summarise_gradients(frame(seeds, others), frames((seeds, gradients))[1])
    assert set(table.config_hash) == {seeds[0]["config_hash"]}


@pytest.mark.slow
def test_settings_in_which_cells_differ_come_in_the_order_of_the_schema(
    eight: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    digests = eight[0].config_hash
    assert {*settings_that_differ(digests).columns} == {"skip", "detach_between_layers", "head", "layer"}
    assert order_values(digests, "skip") == ["none", "early", "late", "all"]
    assert order_values(digests, "detach_between_layers") == [False, True]


def test_rows_are_the_setting_with_most_values_and_columns_the_switch(
    eight: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    figure = build_gradients(*eight)
    rows, columns = titles(figure)
    assert rows == ["Skip: none", "Skip: early", "Skip: late", "Skip: all"]
    assert columns == ["Detach between layers: false", "Detach between layers: true"]
    assert "head linear, layer quantum" in figure.get_suptitle()
    lowest = [min(line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) > 1 and line.get_marker() == "o")
              for ax in figure.axes]  # fmt: skip
    assert lowest == [1.5, 0, 1.5, 0, 1.5, 1.5, 1.5, 1.5]
    assert all(ax.get_ylim()[0] < 0 for ax in figure.axes)  # zero is inside
    assert [text.get_text() for text in figure.axes[0].texts] == ["layers.1", "layers.0", "head"]


def test_other_cells_are_drawn_when_asked_for(eight: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert "head blocks" in build_gradients(*eight, only=["head=blocks"]).get_suptitle()
    twin = build_gradients(*eight, only=["model.layer=conv"])
    assert len(twin.axes) == 1
    for word in ("head=round", "shape=round"):
        with pytest.raises(ArgumentError, match="`--only` must say what some cells have"):
            build_gradients(*eight, only=[word])


@pytest.mark.parametrize(
    ("norm", "text"), [(0.0, "0"), (0.0123, "0.012"), (1e-9, "1.0e-09"), (float("nan"), "not a number")]
)
def test_zero_is_exactly_zero(norm: float, text: str) -> None:
    assert say_norm(norm) == text


def store(folder: Path, seeds: pd.DataFrame, gradients: pd.DataFrame) -> Path:
    write_table(seeds, folder / "seeds.csv")
    write_table(gradients, folder / "gradients.csv.gz")
    write_configurations(folder, seeds.config_hash)
    return folder


@pytest.mark.slow
def test_the_program_writes_what_the_checks_make_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeds, gradients = frames(cell(), cell("model.detach_between_layers=true"))
    folder = store(tmp_path / "table", seeds, gradients)
    assert main([str(folder)]) == 0
    assert "gradients.md" in capsys.readouterr().out
    text = (folder / "gradients.md").read_text(encoding="utf-8")
    assert "| false | 2 | 91.00 ± 1.41 | 7.5 → 3.8 | 1.5 → 0.75 | 15 → 7.5 |" in text
    assert "| true | 2 | 91.00 ± 1.41 | 0 → 0 |" in text

    finding = Finding("table")
    assert check_gradient_drawing(folder, seeds, gradients, finding) == [
        "gradients.md",
        "gradients.png",
        "gradients.svg",
    ]
    assert not finding.problems
    (folder / "gradients.md").write_text(text.replace("7.5 →", "7.6 →"), encoding="utf-8")
    check_gradient_drawing(folder, seeds, gradients.assign(gradient_norm=1.0), finding)
    assert [problem.split()[0] for problem in finding.problems] == ["gradients.md", "gradients.png", "gradients.svg"]


def test_cells_that_were_asked_for_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = store(tmp_path / "table", *frames(cell(), cell("model.skip=all")))
    monkeypatch.chdir(tmp_path)
    assert main([str(folder), "--only", "skip=all"]) == 0
    assert sorted(path.name for path in (tmp_path / "outputs/gradients").iterdir())[0] == "gradients.md"
    assert not (folder / "gradients.md").exists()


def test_a_table_without_gradients_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"Gradients are drawn from seeds\.csv"):
        draw(tmp_path, tmp_path)
