"""What a trained model asks of a device: the angles of some test images, and what is expected of the answer."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from qnlnet.checkpoints import load_trained_model
from qnlnet.circuits import Circuit, circuit_from_config
from qnlnet.config import QNLNetConfig, RunConfig
from qnlnet.data import Dataset, load_dataset
from qnlnet.errors import argument_error
from qnlnet.models import Features, prepare_features
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.seeding import generator
from qnlnet.simulator import ExactSimulator
from qnlnet.training import labels_of

_USUAL_IMAGES = 200


@dataclass(frozen=True)
class Inputs:
    """What must be known to turn expectation values into an accuracy, without the model and its data.

    Attributes:
        rows: Inputs and weights of the circuit in radians, one row for each image; float64, shape (images, columns).
        labels: The right answers, 0 or 1; int64, shape (images,).
        exact_values: Expectation values of the exact simulator; float64, shape (images,).
        head: Weight and bias of the last linear unit; float32, shape (2,).
    """

    rows: NDArray[np.float64]
    labels: NDArray[np.int64]
    exact_values: NDArray[np.float64]
    head: NDArray[np.float32]

    def predict(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Returns the labels that the model gives for expectation values of shape (images,)."""
        y = self.head[0] * values.astype(np.float32) + self.head[1]
        return labels_of(np.stack([y, np.float32(1) - y], axis=-1))

    def to_bytes(self) -> bytes:
        """Returns the content of inputs.npz."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, rows=self.rows, labels=self.labels, exact_values=self.exact_values, head=self.head)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Inputs":
        """Returns what `to_bytes` was given."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(arrays["rows"], arrays["labels"], arrays["exact_values"], arrays["head"])


@dataclass(frozen=True)
class Workload:
    """A trained model and the images that it is to judge.

    Attributes:
        config: The configuration it was trained with.
        seed: The seed it was trained with.
        weights_sha256: Checksum over all trained parameters.
        data_fingerprint: Of the images.
        data_official: Whether the images are those of the official release.
        image_indices: Positions in the test split, ascending.
        features: The images as the model takes them; float32, shape (images, …).
        qnl: The circuit.
        inputs: The angles and what is expected of them.
    """

    config: RunConfig
    seed: int
    weights_sha256: str
    data_fingerprint: str
    data_official: bool
    image_indices: tuple[int, ...]
    features: NDArray[np.float32]
    qnl: Circuit
    inputs: Inputs


def load_workload(
    model_path: Path, images: int | None = None, image_seed: int = 0, data_root: str | None = None
) -> Workload:
    """Draws test images and computes the inputs that the circuit of a trained model gets for them.

    Args:
        model_path: The saved model.
        images: How many images are drawn, without replacement; None: 200, or all where there are fewer.
        image_seed: Seed of that draw.
        data_root: Where the images lie; None looks where the model was trained with them.

    Raises:
        ArgumentError: The model cannot be read or has no circuit with one readout, or there are fewer test images.
        DataError: The images are missing or damaged.
    """
    config, _, _ = load_trained_model(model_path)
    check_fits_a_device(config)
    data = config.data if data_root is None else config.data.model_copy(update={"root": data_root})
    dataset = load_dataset(data)
    return build_workload(model_path, dataset, prepare_features(dataset, config), images, image_seed)


def build_workload(
    model_path: Path, dataset: Dataset, features: Features, images: int | None = None, image_seed: int = 0
) -> Workload:
    """Does what `load_workload` does with images that are there already, as many models may share them.

    Args:
        model_path: The saved model.
        dataset: The images that it was trained with.
        features: What `prepare_features` makes of them.
        images: How many images are drawn, without replacement; None: 200, or all where there are fewer.
        image_seed: Seed of that draw.

    Raises:
        ArgumentError: The model cannot be read or has no circuit with one readout, or there are fewer test images.
    """
    config, seed, model = load_trained_model(model_path)
    check_fits_a_device(config)
    assert isinstance(model, QNLNet)  # what fits a device
    total = len(features.test)
    images = count_images(images, total)
    chosen = np.sort(generator(image_seed, "hardware images").choice(total, images, replace=False))
    qnl = circuit_from_config(config)
    return Workload(
        config=config,
        seed=seed,
        weights_sha256=hash_weights(model),
        data_fingerprint=dataset.fingerprint,
        data_official=dataset.official,
        image_indices=tuple(int(index) for index in chosen),
        features=features.test[chosen],
        qnl=qnl,
        inputs=_compute_inputs(model, qnl, features.test[chosen], features.test_labels[chosen]),
    )


def count_images(images: int | None, total: int) -> int:
    """Returns how many of `total` test images are drawn; None: 200, or all where there are fewer.

    Raises:
        ArgumentError: There are fewer than `images`.
    """
    if images is None:
        return min(_USUAL_IMAGES, total)
    if not 1 <= images <= total:
        raise argument_error("images", f"be between 1 and {total}, the number of test images", images)
    return images


def check_fits_a_device(config: RunConfig) -> None:
    """Raises an `ArgumentError` unless the model of this cell is a QNL-Net whose circuit has one readout."""
    model = config.model
    if not isinstance(model, QNLNetConfig):
        advice = "Devices run circuits with one readout, and only QNL-Net has one."
        raise argument_error("run", "be of model=qnl_net", f"one of model={model.name}", advice)
    if not model.runs_circuit:
        raise argument_error("run", "be of a model with a circuit", f"one with layer={model.layer}")
    if model.readout_qubits is not None:
        advice = "Train one with readout_qubits=null and two classes."
        raise argument_error("run", "be of a model with one readout", f"one with {len(model.readouts)}", advice)


def _compute_inputs(model: QNLNet, qnl: Circuit, images: NDArray[np.float32], labels: NDArray[np.int64]) -> Inputs:
    with torch.no_grad():
        angles = model.reducer(torch.from_numpy(np.ascontiguousarray(images))).numpy().astype(np.float64)
    weights = model.state_dict()["quantum.weight"].numpy().astype(np.float64)
    rows = np.hstack([angles, np.tile(weights, (len(angles), 1))])
    simulator = ExactSimulator(qnl.circuit, [qnl.observable], [*qnl.input_params, *qnl.weight_params])
    head = np.array([model.head.weight.item(), model.head.bias.item()], np.float32)
    return Inputs(rows, labels, simulator.values(rows)[:, 0], head)


def hash_weights(model: nn.Module) -> str:
    """Returns the SHA-256 of all trained parameters, in hexadecimal digits."""
    digest = hashlib.sha256()
    for name, values in sorted(model.state_dict().items()):
        digest.update(f"{name} {tuple(values.shape)} ".encode())
        digest.update(np.ascontiguousarray(values.numpy(), dtype="<f4").data)
    return digest.hexdigest()
