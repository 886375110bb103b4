"""Every mistake of a person becomes one sentence that names the argument, what it must be, and what it is."""

import re
from collections.abc import Callable

import pytest
from refusals import refused

from qnlnet.config import compose_config, load_config
from qnlnet.errors import ArgumentError

RANGES = {
    "r=0": "Argument `r` must be at least 1, but is 0.",
    "D=-1": "Argument `D` must be at least 1, but is -1.",
    "num_qubits=1": "Argument `num_qubits` must be at least 2, but is 1.",
    "num_qubits=21": "Argument `num_qubits` must be at most 20, but is 21.",
    "readout_qubit=-1": "Argument `readout_qubit` must be at least 0, but is -1.",
    "readout_qubit=4": "Argument `readout_qubit` must be between 0 and 3 with num_qubits=4, but is 4.",
    "seeds=0": "Argument `seeds` must be at least 1, but is 0.",
    "workers=0": "Argument `workers` must be at least 1, but is 0.",
    "train.epochs=0": "Argument `train.epochs` must be at least 1, but is 0.",
    "train.batch_size=0": "Argument `train.batch_size` must be at least 1, but is 0.",
    "train.learning_rate=0": "Argument `train.learning_rate` must be greater than 0, but is 0.",
    "train.learning_rate=inf": "Argument `train.learning_rate` must be a finite number, but is inf.",
    "train.lr_decay=0": "Argument `train.lr_decay` must be greater than 0, but is 0.",
    "train.lr_decay=1.5": "Argument `train.lr_decay` must be at most 1, but is 1.5.",
    "data.converged_above=101": "Argument `data.converged_above` must be at most 100, but is 101.",
    "data.std=[0]": "Argument `data.std.0` must be greater than 0, but is 0.",
    "data.mean=[nan]": "Argument `data.mean.0` must be a finite number, but is nan.",
    "data.classes=[3]": "Argument `data.classes` must name two different classes or more, but is [3]. "
    "For example data.classes=[3,6].",
    "data.classes=[3,3]": "Argument `data.classes` must name two different classes or more, but is [3, 3]. "
    "For example data.classes=[3,6].",
    "data.mean=[0.1,0.2]": "Argument `data.mean` must have one value for each of the 1 channels of data.image_shape, "
    "but is [0.1, 0.2].",
}
TYPES = {
    "r=1.5": "Argument `r` must be an integer, but is 1.5.",
    "r=true": "Argument `r` must be an integer, but is True.",
    "r=two": "Argument `r` must be an integer, but is 'two'.",
    "r=null": "Argument `r` must be an integer, but is None.",
    "r=": "Argument `r` must be an integer, but is ''.",
    "seeds=[1,2]": "Argument `seeds` must be an integer, but is [1, 2].",
    "num_qubits=4.0": "Argument `num_qubits` must be an integer, but is 4.0.",
    "train.epochs=five": "Argument `train.epochs` must be an integer, but is 'five'.",
    "train.learning_rate=fast": "Argument `train.learning_rate` must be a number, but is 'fast'.",
    "train.shuffle=maybe": "Argument `train.shuffle` must be true or false, but is 'maybe'.",
    "allow_constant=2": "Argument `allow_constant` must be true or false, but is 2.",
    "output_dir=3": "Argument `output_dir` must be text, but is 3.",
    "data.classes=3": "Argument `data.classes` must be a list, such as [3,6], but is 3.",
    "data.classes=[a,b]": "Argument `data.classes.0` must be an integer, but is 'a'.",
    "ansatz.entangling=[[a,1]]": "Argument `ansatz.entangling.0.0` must be an integer, but is 'a'.",
}
CHOICES = {
    "ansatz=3": "Argument `ansatz` must be one of 0, 0_ry, 1, 1_ry, 2, 2_ry, but is '3'.",
    "reducer=pac": "Argument `reducer` must be one of cnn, cnn_nonlocal, pca, but is 'pac'. Did you mean `pca`?",
    "reducer=": "Argument `reducer` must be one of cnn, cnn_nonlocal, pca, but is ''.",
    "protocol=paper": "Argument `protocol` must be common or corrected or released with model=qnl_net, but is 'paper'. "
    "There is no recipe of a paper in the model's file. Choose protocol=released.",
    "protocol=release": "Argument `protocol` must be one of common, corrected, paper, released, but is 'release'. "
    "Did you mean `released`?",
    "backend=aerr": "Argument `backend` must be one of aer, exact, runtime, statevector, but is 'aerr'. "
    "Did you mean `aer`?",
    "data=cifar": "Argument `data` must be one of cifar10, cifar100, cifar100_coarse, digits, digits_as_cifar10, "
    "fashion_mnist, image_folder, mnist, stl10, but is 'cifar'. Did you mean `cifar10`?",
    "train.loss=mse": "Argument `train.loss` must be 'raw_nll', 'cross_entropy', 'log_sigmoid', 'hinge' or "
    "'squared', but is 'mse'.",
    "train.pca_scaling=none": "Argument `train.pca_scaling` must be 'each_split' or 'train_split', but is 'none'.",
    "ansatz.rotations=[{gate:u,qubits:all}]": "Argument `ansatz.rotations.0.gate` must be 'rx', 'ry' or 'rz', "
    "but is 'u'.",
    "ansatz.rotations=[{gate:rx,qubits:some}]": "Argument `ansatz.rotations.0.qubits` must be 'first', 'middle', "
    "'last' or 'all', but is 'some'.",
    "ansatz=0,1": "Argument `ansatz` must be one value, but is '0,1'. "
    "Several runs need --multirun; a list is written [a,b].",
}
KEYS = {
    "lr=0.1": "There is no configuration key `lr`. Did you mean `train.learning_rate`?",
    "batch_size=4": "There is no configuration key `batch_size`. Did you mean `train.batch_size`?",
    "dropout=0": "There is no configuration key `dropout`. Did you mean `train.dropout`?",
    "optimizer=adam": "There is no configuration key `optimizer`. Did you mean `train.optimizer`?",
    "train.optimizer=rmsprop": "Argument `train.optimizer` must be 'adam', 'adamw' or 'sgd', but is 'rmsprop'.",
    "train.momentum=0.9": "Argument `train.momentum` must be 0 with train.optimizer=adam, but is 0.9. It is for "
    "train.optimizer=sgd.",
    "train.weight_decay=-1": "Argument `train.weight_decay` must be at least 0, but is -1.",
    "model=svm train.weight_decay=1": "Argument `train.weight_decay` must be left out with model=svm, which is fitted "
    "once, but is 1.",
    "train.decay_steps=0": "Argument `train.decay_steps` must be at least 1, but is 0.",
    "train.decay_steps=5 train.schedule=milestones train.milestones=[1]": "Argument `train.decay_steps` must be left "
    "out with schedule=milestones, but is 5. Milestones are epochs.",
    "train.min_learning_rate=1e-5": "Argument `train.min_learning_rate` must be left out with schedule=exponential, "
    "but is 1e-05. It is for train.schedule=cosine or cosine_restarts.",
    "train.clip_value=0": "Argument `train.clip_value` must be greater than 0, but is 0.",
    "train.weights_seed=-1": "Argument `train.weights_seed` must be at least 0, but is -1.",
    "depth=2": "There is no configuration key `depth`. Did you mean `D`?",
    "shots=100": "There is no configuration key `shots`. Did you mean `backend.shots`?",
    "qubits=4": "There is no configuration key `qubits`. Did you mean `num_qubits`?",
    "sedes=1,2": "There is no configuration key `sedes`. Did you mean `seeds`?",
    "zz=1": "There is no configuration key `zz`. See --help for all.",
    "epochs=5": "There is no configuration key `epochs`. Did you mean `train.epochs`?",
    "train.epoch=5": "There is no configuration key `train.epoch`. Did you mean `train.epochs`?",
    "learning_rate=1": "There is no configuration key `learning_rate`. Did you mean `train.learning_rate`?",
    "seed=3": "There is no configuration key `seed`. Did you mean `seeds`?",
    "readout=0": "There is no configuration key `readout`. Did you mean `readout_qubit`?",
    "backends=aer": "There is no configuration key `backends`. Did you mean `backend`?",
    "xyzzy=1": "There is no configuration key `xyzzy`. See --help for all.",
    "+xyzzy=1": "There is no configuration key `xyzzy`. See --help for all.",
    "+train.epoch=3": "There is no configuration key `train.epoch`. See --help for all.",
    "+ansatz.layers=3": "There is no configuration key `ansatz.layers`. See --help for all.",
    "+r=2": "The configuration key `r` cannot be set like this. Write `r=value`.",
    "~train.epochs": "The configuration key `train.epochs` is missing.",
    "data=a/b": "There is no configuration file data/a/b.yaml.",
}
UNUSED_OPTIONS = {
    "backend.shots=100": "Argument `backend.shots` must be left out with backend=exact, which computes exact "
    "expectation values, but is 100. Choose backend=aer to use it.",
    "backend.noise=FakeManilaV2": "Argument `backend.noise` must be left out with backend=exact, which computes exact "
    "expectation values, but is 'FakeManilaV2'. Choose backend=aer to use it.",
    "backend=statevector backend.shots=10": "Argument `backend.shots` must be left out with backend=statevector, which "
    "computes exact expectation values, but is 10. Choose backend=aer to use it.",
    "backend=aer backend.shots=0": "Argument `backend.shots` must be at least 1, but is 0.",
    "ansatz=2 num_qubits=5": "Argument `num_qubits` must be 4 with ansatz=2, which is defined for no other number, "
    "but is 5. Choose ansatz=0 or ansatz=1 for other numbers.",
}
TABLE = RANGES | TYPES | CHOICES | KEYS | UNUSED_OPTIONS


@pytest.mark.slow
@pytest.mark.parametrize(("overrides", "message"), TABLE.items(), ids=TABLE)
def test_mistake(overrides: str, message: str) -> None:
    with refused(message):
        load_config(*overrides.split(" "))


@pytest.mark.parametrize("override", ["r", "r=[1", "r=2 r=3", "output_dir=~/cell", "data.classes=[3, "])
def test_what_can_not_be_read_is_said_with_the_way_out(override: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load_config(override)
    assert str(caught.value) == (
        f"The override `{override}` cannot be read. It must be key=value, and a value with special characters stands "
        "in quotes of its own: 'key=\"~/folder\"'."
    )
    assert load_config('output_dir="~/cell"').output_dir == "~/cell"


@pytest.mark.parametrize("override", ["=3", "backend=null", "data.name=svhn"])
def test_what_can_not_be_composed_is_one_line(override: str) -> None:
    with pytest.raises(ArgumentError, match=r"^The configuration cannot be (composed|resolved): ") as caught:
        load_config(override)
    assert "\n" not in str(caught.value)


def test_unknown_key_of_a_table_is_refused_too() -> None:
    with pytest.raises(ArgumentError, match=r"no configuration key `seed`\. Did you mean `seeds`\?"):
        compose_config("table1", ["seed=1"])


def test_a_group_that_another_program_has_is_no_key_of_this_one() -> None:
    with pytest.raises(ArgumentError, match=r"^There is no configuration key `data` in evaluate\."):
        compose_config("evaluate", ["data=cifar10"])


def test_a_tab_in_a_file_is_named_with_file_and_line(add_file: Callable[[str, str], None]) -> None:
    add_file("tabbed", "name: tabbed\nrotations:\n\t- {gate: rx, qubits: all}\nentangling: []\n")
    with pytest.raises(ArgumentError) as caught:
        load_config("ansatz=tabbed")
    assert re.fullmatch(
        r"Line 3 of the file .*/ansatz/tabbed\.yaml must be YAML, but has a tab\. Indent with spaces\.",
        str(caught.value),
    )
    add_file("tabbed", "name: [tabbed\nrotations: 3\n")
    with pytest.raises(ArgumentError, match=r"^Line 2 of the file .*/tabbed\.yaml must be YAML, but cannot be read: "):
        load_config("ansatz=tabbed")
