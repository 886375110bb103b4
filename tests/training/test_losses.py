"""What training makes small, against its formula in another form."""

import numpy as np
import pytest
import torch
from refusals import refused

from qnlnet.config import load_config
from qnlnet.training.losses import find_loss

SCORES = np.array([[0.3, -0.9], [1.5, 0.25], [-2.0, 0.5]])
LABELS = np.array([0, 1, 1])
RIGHT = SCORES[range(3), LABELS]
MARGINS = (SCORES[:, 0] - SCORES[:, 1]) / 2 * [1, -1, -1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("raw_nll", -RIGHT),
        ("cross_entropy", np.log1p(np.exp(-2 * MARGINS))),
        ("log_sigmoid", np.log1p(np.exp(-RIGHT))),
        ("hinge", np.maximum(0, 1 - MARGINS)),
        ("squared", (1 - MARGINS) ** 2 / 2),
    ],
)
def test_losses_are_means_of_their_formulas(name: str, expected: np.ndarray) -> None:
    loss = find_loss(name)(torch.from_numpy(SCORES), torch.from_numpy(LABELS))
    assert loss.item() == pytest.approx(expected.mean(), abs=1e-15)


def test_smoothed_labels_give_all_classes_a_share() -> None:
    scores, labels = torch.from_numpy(SCORES), torch.from_numpy(LABELS)
    targets = 0.9 * torch.nn.functional.one_hot(labels, 2).double() + 0.1 / 2
    expected = -(targets * scores.log_softmax(dim=1)).sum(dim=1).mean()
    assert find_loss("cross_entropy", 0.1)(scores, labels).item() == pytest.approx(expected.item(), abs=1e-15)


@pytest.mark.parametrize("loss", ["hinge", "squared"])
def test_losses_of_one_value_are_for_two_classes(loss: str) -> None:
    sentence = f"must be cross_entropy or log_sigmoid with 3 classes, but is '{loss}'. This one is for two."
    with refused(f"Argument `train.loss` {sentence}"):
        load_config("model=quanvolution", "data=digits", f"train.loss={loss}", "data.classes=[1,2,3]")
