"""Every combination of the committed files composes, and what is composed says what the paper publishes."""

import itertools
from collections.abc import Iterator

import pytest
from committed_tables import TABLE_NAMES
from hydra import initialize_config_dir
from pairs import every_pair

from qnlnet.circuits import circuit_from_config
from qnlnet.config import CONFIG_DIR, build_run_config, compose_config, config_hash, load_config
from qnlnet.config.overrides import read_override, short_override
from qnlnet.errors import ArgumentError


def options(group: str) -> list[str]:
    others = {"paper"}  # of models whose files have a recipe
    return sorted({path.stem for path in (CONFIG_DIR / group).glob("*.yaml")} - others)


@pytest.fixture
def running_application() -> Iterator[None]:
    """Lets everything run inside one Hydra application, as an experiment does."""
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        yield


GROUPS = ("data", "reducer", "ansatz", "backend", "protocol")


@pytest.mark.slow
@pytest.mark.usefixtures("running_application")
@pytest.mark.parametrize("choice", every_pair(*map(options, GROUPS)), ids=" ".join)
def test_every_two_options_compose_together(choice: tuple[str, ...]) -> None:
    chosen = dict(zip(GROUPS, choice, strict=True))
    own = ["data.root=pictures", "data.classes=[cats,dogs]"] if chosen["data"] == "image_folder" else []
    config = build_run_config(compose_config("train", [*own, *(f"{key}={name}" for key, name in chosen.items())]))
    assert config.data.name in chosen["data"]  # digits_as_cifar10 are digits
    assert config.model.reducer.name == chosen["reducer"]
    assert config.model.ansatz.name == chosen["ansatz"]
    assert getattr(config.backend, "kind", config.backend.name) == chosen["backend"]  # its name is that of the device
    assert config.train.protocol == chosen["protocol"]


@pytest.mark.parametrize("ansatz", options("ansatz"))
def test_every_ansatz_builds(ansatz: str) -> None:
    assert circuit_from_config(load_config(f"ansatz={ansatz}", "D=2")).weight_names


def test_composition_is_the_same_inside_an_application_and_without_one() -> None:
    overrides = ("data=cifar10", "reducer=pca", "ansatz=2", "r=2")
    without = load_config(*overrides)
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        assert load_config(*overrides) == without


@pytest.mark.slow
@pytest.mark.usefixtures("running_application")
def test_no_table_is_missing_in_the_list_of_all() -> None:
    others = {"noise", "baselines"}  # have the cells of Table 1, and other programs
    names = sorted({path.stem for path in CONFIG_DIR.glob("*.yaml")} - others)
    assert [name for name in names if "axes" in compose_config(name, [])] == TABLE_NAMES


@pytest.mark.slow
@pytest.mark.usefixtures("running_application")
@pytest.mark.parametrize(
    "name", sorted({*TABLE_NAMES} - {"convolutions", "field", "table2_run"})
)  # there some make sense only together
def test_every_choice_of_every_table_composes(name: str) -> None:
    axes = compose_config(name, []).axes
    assert axes
    for axis in axes:
        configs = [load_config(*choice.split()) for choice in axis]
        assert len(set(map(config_hash, configs))) == len(axis)  # no cell stands twice in a table


@pytest.mark.slow
@pytest.mark.usefixtures("running_application")
@pytest.mark.parametrize("name", ["table1", "quickstart"])
def test_table_1_has_twelve_cells(name: str) -> None:
    cells = [
        load_config(*(word for choice in choices for word in choice.split()))
        for choices in itertools.product(*compose_config(name, []).axes)
    ]
    assert (
        len({(c.data.name, c.data.classes, c.model.reducer.name, c.model.ansatz.name) for c in cells})
        == len(cells)
        == 12
    )


@pytest.mark.parametrize(
    ("data", "reducer", "learning_rate"),
    [("mnist", "cnn", 1e-4), ("mnist", "pca", 1.5e-4), ("cifar10", "cnn", 3e-4), ("cifar10", "pca", 4e-4)],
)
def test_released_protocol_is_the_published_one(data: str, reducer: str, learning_rate: float) -> None:
    config = load_config(f"data={data}", f"reducer={reducer}")
    train, model = config.train, config.model
    assert train.protocol == "released"
    assert train.learning_rate == learning_rate
    assert (train.epochs, train.batch_size, train.lr_decay, train.loss) == (100, 1, 0.9, "raw_nll")
    assert model.pca_scaling == "each_split"
    assert train.shuffle == (reducer == "cnn")
    assert (model.feature_map_reps, model.ansatz_reps, model.num_qubits, model.readout_qubit) == (1, 1, 4, 3)
    assert config.backend.name == "exact"


def test_corrected_protocol_corrects_loss_order_and_scaling() -> None:
    for reducer in ("cnn", "pca"):
        config = load_config(f"reducer={reducer}", "protocol=corrected")
        assert (config.train.loss, config.train.shuffle, config.model.pca_scaling) == (
            "cross_entropy",
            True,
            "train_split",
        )


def test_datasets_are_the_published_ones() -> None:
    mnist, cifar10 = load_config().data, load_config("data=cifar10").data
    assert (mnist.name, mnist.classes, mnist.image_shape) == ("mnist", (0, 1), (1, 28, 28))
    assert (mnist.mean, mnist.std) == ((0.1307,), (0.3081,))
    assert (load_config("data=mnist").model.cnn_channels, load_config("data=cifar10").model.cnn_channels) == (
        (2, 16),
        (6, 12),
    )
    assert (cifar10.classes, cifar10.image_shape) == ((2, 8), (3, 32, 32))
    assert cifar10.mean == (0.4915, 0.4823, 0.4468)
    assert cifar10.std == (0.2470, 0.2435, 0.2616)


def test_defaults() -> None:
    config = load_config()
    assert (config.model.reducer.name, config.model.ansatz.name, config.seeds) == ("cnn", "0", 5)
    assert load_config("reducer=pca").seeds == 20
    assert load_config("seeds=7").seeds == 7
    assert config.workers is config.output_dir is None
    assert not config.force
    assert not config.allow_constant


@pytest.mark.parametrize(
    ("override", "quoted"),
    [
        ("ansatz=0", "ansatz@model.ansatz='0'"),
        ("ansatz=0,1,2", "ansatz@model.ansatz='0','1','2'"),
        ("ansatz=0,ring,12", "ansatz@model.ansatz='0',ring,'12'"),
        ("ansatz='0'", "ansatz@model.ansatz='0'"),
        ("ansatz=ring2", "ansatz@model.ansatz=ring2"),
        ("data=cifar10", "data=cifar10"),
        ("ansatz", "ansatz@model.ansatz"),
        ("ansatz.num_qubits=4", "model.ansatz.num_qubits=4"),
        ("r=1,2", "model.r=1,2"),
        ("+train.dropout=0.5", "+model.dropout=0.5"),
        ("data.classes=[3,6]", "data.classes=[3,6]"),
        ("seeds=5", "seeds=5"),
    ],
)
def test_words_become_what_hydra_takes(override: str, quoted: str) -> None:
    assert read_override(override) == quoted
    assert short_override(quoted) == short_override(override)


def test_configuration_can_not_be_changed() -> None:
    config = load_config()
    with pytest.raises(ValueError, match="frozen"):
        config.seeds = 3  # type: ignore[misc]  # that is what the test is about


def test_unresolvable_interpolation_is_one_sentence() -> None:
    with pytest.raises(ArgumentError, match=r"^The configuration cannot be resolved: .*'nothing' not found\.$"):
        load_config("train.learning_rate=${nothing}")
