"""A name stands for its gates: on the command line, in files of one's own, in Python and in saved models."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from qnlnet.checkpoints import load_trained_model, save_model
from qnlnet.config import CONFIG_DIR, AnsatzConfig, config_hash, load_config
from qnlnet.config.shipped_ansaetze import SHIPPED
from qnlnet.errors import ArgumentError
from qnlnet.models import build_model

AddFile = Callable[[str, str], None]

RX_FIRST = "ansatz.rotations=[{gate:rx,qubits:first},{gate:ry,qubits:middle},{gate:rx,qubits:last}]"


def zero_with(*changes: tuple[str, str]) -> str:
    text = (CONFIG_DIR / "ansatz" / "0.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.slow
def test_every_committed_file_holds_the_gates_of_its_name() -> None:
    names = sorted(path.stem for path in (CONFIG_DIR / "ansatz").glob("*.yaml"))
    assert names == sorted(SHIPPED)
    for name in names:
        ansatz = load_config(f"ansatz={name}").model.ansatz
        assert (ansatz.name, ansatz.shipped_name, ansatz.layout) == (name, name, SHIPPED[name])


@pytest.mark.parametrize(
    ("words", "name", "different"),
    [
        (RX_FIRST, "0", "`ansatz.rotations`"),
        ("ansatz=0_ry ansatz.closing_rotations=[]", "0_ry", "`ansatz.closing_rotations`"),
        ("ansatz=1 ansatz.entangling=[[1,...,-1,0]]", "1", "`ansatz.entangling`"),
        ("ansatz=2 ansatz.num_qubits=null num_qubits=6", "2", "`ansatz.num_qubits`"),
        ("ansatz=1 ansatz.name=0", "0", None),
        ("ansatz.entangling=[{gate:cz,path:[1,...,-1,0]}] layer=closed_form", "0", "`ansatz.entangling`"),
        (f"{RX_FIRST} ansatz.entangling=[]", "0", "`ansatz.rotations` and `ansatz.entangling`"),
    ],
)
def test_other_gates_under_a_shipped_name_are_refused(words: str, name: str, different: str | None) -> None:
    with pytest.raises(ArgumentError) as caught:
        load_config(*words.replace("ansatz.name=0", 'ansatz.name="0"').split())
    assert str(caught.value) == (
        f"Argument `ansatz.name` must be another name where {different or '`ansatz.entangling`'} differ from those of "
        f"ansatz {name}, but is '{name}'. A name stands for its gates, in every row and table. Name yours otherwise: "
        "ansatz.name=my_ansatz on the command line, or in a file of your own the file's name."
    )


def test_equal_gates_are_one_cell_however_they_are_spelt() -> None:
    plain = config_hash(load_config())
    assert config_hash(load_config("ansatz.entangling=[{gate:cx,path:[1,...,-1,0]}]")) == plain
    assert config_hash(load_config("ansatz.entangling=[{path:[1,...,-1,0]}]")) == plain
    own = [
        load_config("ansatz.name=mine", f"ansatz.entangling=[{spelling}]")
        for spelling in ("[1,2,3]", "{gate:cx,path:[1,2,3]}")
    ]
    assert config_hash(own[0]) == config_hash(own[1])
    again = AnsatzConfig.model_validate(
        own[0].model.ansatz.model_dump() | {"entangling": own[0].model.ansatz.entanglers}
    )
    assert again == own[0].model.ansatz
    with pytest.raises(ArgumentError, match=r"another name where `ansatz\.num_qubits` differ"):
        load_config("ansatz.num_qubits=4")


def test_other_gates_under_a_name_of_their_own_are_another_cell() -> None:
    config = load_config(RX_FIRST, "ansatz.name=rx_first")
    assert config.model.ansatz.shipped_name is None
    assert config_hash(config) != config_hash(load_config())
    with pytest.raises(ArgumentError, match=r"must be closed_form with the circuits of Table 1 only"):
        load_config(RX_FIRST, "ansatz.name=rx_first", "layer=closed_form")


def test_python_users_are_held_to_the_same() -> None:
    with pytest.raises(ValidationError, match=r"must be another name where .* but is '0'"):
        AnsatzConfig(name="0", rotations=({"gate": "rx", "qubits": "all"},), entangling=())


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a b", "x" * 61])
def test_a_name_that_no_folder_could_have_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match=r"`ansatz.name` must begin with a letter or digit and have at most 60"):
        load_config(f'ansatz.name="{name}"')


def test_the_formula_goes_by_the_gates_and_not_by_the_name() -> None:
    renamed = load_config("ansatz=2", "ansatz.name=mine", "layer=closed_form")
    usual = load_config("ansatz=2", "layer=closed_form")
    x = torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        assert torch.equal(build_model(renamed, 0).eval()(x), build_model(usual, 0).eval()(x))


def test_a_copied_file_must_say_its_own_name(add_file: AddFile) -> None:
    changed = ("{gate: rz, qubits: first}\n  - {gate: ry", "{gate: rx, qubits: first}\n  - {gate: ry")
    add_file("mine", zero_with(changed))
    with pytest.raises(ArgumentError, match=r"^Argument `ansatz.name` must be another name .* but is '0'\."):
        load_config("ansatz=mine")
    add_file("mine", zero_with(changed, ('name: "0"', "name: other")))
    with pytest.raises(ArgumentError) as caught:
        load_config("ansatz=mine")
    assert str(caught.value) == (
        "Argument `ansatz.name` must be 'mine' in the file ansatz/mine.yaml, but is 'other'. Rename one of the two: "
        "write `name: mine`, or call the file other.yaml."
    )
    add_file("mine", zero_with(changed, ('name: "0"', "name: mine")))
    assert load_config("ansatz=mine").model.ansatz.name == "mine"


def test_a_file_of_ones_own_cannot_take_the_place_of_a_shipped_one(add_file: AddFile) -> None:
    add_file("0", zero_with(("[1, ..., -1, 0]", "[0, ..., -1]")))
    with pytest.raises(ArgumentError, match=r"where `ansatz.entangling` differ from those of ansatz 0"):
        load_config()


def test_the_name_of_ones_own_file_stands_for_its_gates_too(add_file: AddFile) -> None:
    add_file("mine", zero_with(("[1, ..., -1, 0]", "[0, ..., -1]"), ('name: "0"', "name: mine")))
    with pytest.raises(ArgumentError, match=r"differ from those of ansatz mine, but is 'mine'.*ansatz.name=mine_2"):
        load_config("ansatz=mine", "ansatz.closing_rotations=[]")
    with pytest.raises(ArgumentError, match=r"differ from those of ansatz mine, but is 'mine'"):
        load_config("ansatz.name=mine")
    assert load_config("ansatz=mine", "ansatz.closing_rotations=[]", "ansatz.name=bare").model.ansatz.name == "bare"


def test_a_saved_model_with_a_name_that_is_not_its_own_is_refused(tmp_path: Path) -> None:
    config = load_config(RX_FIRST, "ansatz.name=rx_first")
    path = save_model(tmp_path, config, 0, build_model(config, 0))
    assert load_trained_model(path)[0] == config
    checkpoint = torch.load(path)
    checkpoint["config"]["model"]["ansatz"]["name"] = "0"
    torch.save(checkpoint, path)
    with pytest.raises(ArgumentError, match=r"`run` must name a model .* `ansatz.name` must be another name"):
        load_trained_model(path)
