"""experiments/table.py: which cells a table has, and the files that come out."""

import gzip
import itertools
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from committed_tables import TABLE_NAMES
from omegaconf import OmegaConf

from qnlnet.config import RunConfig, cell_name, compose_config, config_hash, load_config, run_directory
from qnlnet.config.cells import list_cells
from qnlnet.errors import ArgumentError
from qnlnet.records import read_epoch_rows, read_seed_rows
from qnlnet.runs import check_not_constant

pytestmark = pytest.mark.slow

Run = Callable[..., Any]


@cache
def list_table(name: str, *overrides: str) -> list[RunConfig]:
    return list_cells(name, overrides)


def test_table_1_has_its_twelve_cells_with_the_longest_to_train_first() -> None:
    cells = list_table("table1")
    assert [cell_name(cell) for cell in cells] == [
        f"{data}_{reducer}_ansatz{ansatz}_r1_D1_released"
        for reducer in ("cnn", "pca")
        for data in ("cifar10-2-8", "mnist-0-1")
        for ansatz in "012"
    ]
    assert [cell.seeds for cell in cells] == [5] * 6 + [20] * 6
    assert {(cell.train.epochs, cell.train.batch_size, cell.train.loss) for cell in cells} == {(100, 1, "raw_nll")}
    assert [cell.train.learning_rate for cell in cells[::3]] == [3e-4, 1e-4, 4e-4, 1.5e-4]


def test_a_cell_of_the_table_is_the_cell_of_the_single_run() -> None:
    cells = list_table("table1", "train.epochs=7", "r=2")
    single = load_config("data=cifar10", "reducer=pca", "ansatz=2", "train.epochs=7", "r=2")
    assert cells[8] == single


def test_the_quickstart_is_the_same_pipeline_on_embedded_digits() -> None:
    cells = list_table("quickstart")
    assert len(cells) == len(list_table("table1"))
    assert {cell.data.name for cell in cells} == {"digits"}
    assert {cell.data.image_shape for cell in cells} == {(1, 28, 28), (3, 32, 32)}
    assert {cell.seeds for cell in cells} == {3}  # what its file sets reaches the cells


@pytest.mark.parametrize(
    ("overrides", "expected", "fragment"),
    [
        ("data=mnist", 6, "mnist-0-1_"),
        ("reducer=pca", 6, "_pca_"),
        ("ansatz=1", 4, "_ansatz1_r1_D1_"),
        ("data=mnist reducer=pca", 3, "mnist-0-1_pca_"),
        ("data=mnist reducer=pca ansatz=2", 1, "mnist-0-1_pca_ansatz2_"),
        ("data=digits", 6, "digits-0-1_"),
        ("data.classes=[3,6]", 12, "-3-6_"),
        ("r=2 D=3 seeds=1", 12, "_r2_D3_"),
    ],
)
def test_an_axis_gives_way_to_an_override_of_its_key(overrides: str, expected: int, fragment: str) -> None:
    names = {cell_name(cell) for cell in list_table("table1", *overrides.split())}
    assert len(names) == expected
    assert all(fragment in name for name in names)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_committed_table_has_cells_that_all_differ(name: str) -> None:
    cells = list_table(name)
    axes = compose_config(name, []).axes
    parts = axes.values() if OmegaConf.is_dict(axes) else [axes]
    assert len(cells) == sum(math.prod(map(len, part)) for part in parts) >= 6
    for cell in {repr((len(cell.data.classes), cell.model)): cell for cell in cells}.values():
        check_not_constant(cell)


def test_table_2_has_all_ansaetze_on_both_pairs_and_shares_those_of_0_and_1_with_table_1() -> None:
    cells = list_table("table2")
    assert sorted(cell_name(cell) for cell in cells) == [
        f"mnist-{pair}_cnn_ansatz{ansatz}_r1_D1_released" for pair in ("0-1", "3-6") for ansatz in "012"
    ]
    assert {(cell.seeds, cell.train.epochs, cell.model.readout_qubit) for cell in cells} == {(5, 100, 3)}
    in_table_1 = {config_hash(cell): run_directory(cell) for cell in list_table("table1")}
    shared = [cell for cell in cells if config_hash(cell) in in_table_1]
    assert [cell.data.classes for cell in shared] == [(0, 1)] * 3
    assert all(run_directory(cell) == in_table_1[config_hash(cell)] for cell in shared)


def test_the_ablation_has_every_r_d_ansatz_and_readout_once() -> None:
    cells = list_table("ablation")
    settings = [
        (cell.data.name, m.reducer.name, m.readout_qubit, m.ansatz.name, m.feature_map_reps, m.ansatz_reps)
        for cell in cells
        for m in [cell.model]
    ]
    expected = itertools.product(("mnist", "cifar10"), ("cnn", "pca"), (3, 0), "012", (1, 2, 3), (1, 2, 3))
    assert sorted(settings) == sorted(expected)
    size = {(cell.model.reducer.name, cell.seeds, cell.train.epochs) for cell in cells}
    assert size == {("cnn", 3, 10), ("pca", 20, 20)}
    assert {cell.train.protocol for cell in cells} == {"released"}
    assert cells[0].model.reducer.name == "cnn"
    assert sum(cell.seeds * cell.train.epochs for cell in cells) == 46_440  # rows of epochs.csv.gz


def test_a_cell_of_the_ablation_is_the_cell_of_the_single_run() -> None:
    words = ("data=cifar10", "reducer=pca", "ansatz=2", "r=2", "D=3", "readout_qubit=0", "train.epochs=20")
    single = config_hash(load_config(*words))
    cells = list_table("ablation", "reducer=pca", "data=cifar10", "ansatz=2", "readout_qubit=0")
    assert [config_hash(cell) for cell in cells].count(single) == 1


@pytest.mark.parametrize(
    ("overrides", "expected", "seeds", "epochs"),
    [
        ("reducer=pca", 108, {20}, {20}),  # its own number of seeds and epochs, not those of the CNN
        ("reducer=pca ansatz='1' readout_qubit=0", 18, {20}, {20}),
        ("reducer=pca seeds=2", 108, {2}, {20}),
        ("seeds=3", 216, {3}, {10, 20}),  # `seeds=3` also stands in a choice, but does not name it
        ("train.epochs=1 r=1", 72, {3, 20}, {1}),
    ],
)
def test_an_override_that_names_a_choice_leaves_it_with_all_that_it_sets(
    overrides: str, expected: int, seeds: set[int], epochs: set[int]
) -> None:
    cells = list_table("ablation", *overrides.split())
    assert len(cells) == expected
    assert {cell.seeds for cell in cells} == seeds
    assert {cell.train.epochs for cell in cells} == epochs


def test_a_word_of_an_axis_that_there_is_no_key_for_is_told() -> None:
    with pytest.raises(ArgumentError, match=r"There is no configuration key `readot`.*Did you mean"):
        list_table("table1", "axes=[['readot=3']]")


def test_a_choice_leaves_out_the_parts_of_a_table_that_have_others() -> None:
    cells = list_table("convolutions", "model=hqnn_parallel")
    assert {cell.model.name for cell in cells} == {"hqnn_parallel"}
    assert {cell.train.protocol for cell in cells} == {"common", "paper"}
    cells = list_table("convolutions", "data=fashion_mnist", "model=resqunn")
    assert {(cell.data.name, cell.model.name) for cell in cells} == {("fashion_mnist", "resqunn")}
    assert {cell.model.name for cell in list_table("table2_run", "model=farhi_neven")} == {"farhi_neven"}


def test_choices_that_no_part_has_together_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^Some cells of field must have all of model=qkan data=cifar10, but"):
        list_table("field", "model=qkan", "data=cifar10")


def test_choices_that_an_override_makes_equal_are_one_cell() -> None:
    rates = "axes=[['reducer=pca train.learning_rate=0.1','reducer=pca train.learning_rate=0.2'],['data=digits']]"
    assert len(list_table("table1", rates)) == 2
    assert len(list_table("table1", rates, "train.learning_rate=0.3")) == 1


def test_overrides_reach_every_cell() -> None:
    cells = list_table("table1", "train.epochs=3", "seeds=2", "workers=1", "data.verify=false")
    assert {(cell.train.epochs, cell.seeds, cell.workers, cell.data.verify) for cell in cells} == {(3, 2, 1, False)}


def test_what_belongs_to_the_table_stays_with_the_table() -> None:
    own = list_table("table1")
    assert list_table("table1", "name=mine", "output_dir=elsewhere") == own
    assert {cell.output_dir for cell in own} == {None}
    axes = "axes=[['reducer=pca'],['data=mnist','data=digits'],['ansatz=1 r=2']]"
    cells = list_table("table1", axes)
    assert [cell_name(cell) for cell in cells] == [
        "mnist-0-1_pca_ansatz1_r2_D1_released",
        "digits-0-1_pca_ansatz1_r2_D1_released",
    ]


def test_the_quickstart_writes_all_its_files(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here(
        "table.py", "--config-name", "quickstart", "train.epochs=1", "seeds=2", f"output_dir={tmp_path / 'results'}"
    )
    assert outcome.status == 0, outcome.err
    folder = tmp_path / "results"
    tables = ["quickstart.csv", "quickstart.md", "quickstart.tex"]
    figures = ["quickstart.png", "quickstart.svg"]
    rows = ["configs.json", "seeds.csv", "epochs.csv.gz"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(tables + figures + rows)
    assert (folder / "configs.json").stat().st_size > 0
    for name in tables + figures + rows[1:]:
        assert str(folder / name) in outcome.out
        assert (folder / name).stat().st_size > 0
    seeds, epochs = read_seed_rows(folder / "seeds.csv"), read_epoch_rows(folder / "epochs.csv.gz")
    assert len(seeds) == len(epochs) == 12 * 2
    assert (seeds.aer_agreement == 1).all()
    assert len((folder / "quickstart.csv").read_text().splitlines()) == 1 + 12
    assert (folder / "quickstart.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((tmp_path / "outputs").iterdir())) == 12

    # A second time it trains nothing and writes the same bytes.
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again = run_here(
        "table.py", "--config-name", "quickstart", "train.epochs=1", "seeds=2", f"output_dir={tmp_path / 'results'}"
    )
    assert again.status == 0
    assert again.out == outcome.out
    assert again.err == ""
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert gzip.decompress(before[folder / "epochs.csv.gz"]).decode().startswith("dataset,classes,")


def test_part_of_a_table_goes_where_it_is_sent(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here(
        *("table.py", "--config-name", "quickstart", "train.epochs=1", "seeds=1", "reducer=pca", "data=digits"),
        *("ansatz=1", "name=mine", "output_dir=elsewhere"),
    )
    assert outcome.status == 0, outcome.err
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} >= {"mine.csv", "mine.md", "mine.tex", "mine.png"}
    assert len(read_seed_rows(tmp_path / "elsewhere" / "seeds.csv")) == 1


def test_table_2_writes_all_its_files(run_here: Run, few_images: Callable[[int], None], tmp_path: Path) -> None:
    few_images(20)
    folder = tmp_path / "table2"
    outcome = run_here(
        "table.py", "--config-name", "table2", "data.verify=true", "train.epochs=1", "seeds=2", f"output_dir={folder}"
    )
    assert outcome.status == 0, outcome.err
    names = [
        "configs.json",
        "seeds.csv",
        "epochs.csv.gz",
        *(f"table2.{ending}" for ending in ("csv", "md", "tex", "png", "svg")),
    ]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    text = (folder / "table2.md").read_text(encoding="utf-8")
    assert text.count("quoted: ") == 7
    assert text.count("| measured |") == 6
    assert len(read_seed_rows(folder / "seeds.csv")) == 6 * 2
    assert "quoted: " in outcome.out


def test_an_ablation_writes_all_its_files_and_goes_on(run_here: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ablation"
    command = ["table.py", "--config-name", "ablation", "data=digits", "reducer=pca", "ansatz=0", "train.epochs=1"]
    outcome = run_here(*command, "seeds=1", f"output_dir={folder}")
    assert outcome.status == 0, outcome.err
    tables = [f"ablation{ending}" for ending in (".csv", ".md", "_growth.csv", "_growth.md")]
    figures = [f"ablation_{word}.{e}" for word in ("accuracy", "converged", "growth") for e in ("png", "svg")]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*tables, *figures, "configs.json", "seeds.csv", "epochs.csv.gz"]
    )
    assert len(read_seed_rows(folder / "seeds.csv")) == 2 * 9
    assert "r  " in outcome.out
    again = run_here(*command, "seeds=2", f"output_dir={folder}")
    assert again.status == 0, again.err
    assert sum(": train " in line for line in again.err.splitlines()) == 2 * 9  # the second seed only
    assert len(read_seed_rows(folder / "seeds.csv")) == 2 * 18


def test_an_unknown_kind_is_told_before_anything_is_trained(run_here: Run, tmp_path: Path) -> None:
    outcome = run_here("table.py", "--config-name", "quickstart", "table=grid")
    assert outcome.status == 2
    assert outcome.err.startswith("error: Argument `table` must be one of cells, ")
    assert not (tmp_path / "outputs").exists()
