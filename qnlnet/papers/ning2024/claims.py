"""The claims of the paper that rows can judge, typed once with where they stand."""

from qnlnet.papers.circuits import judge_circuits
from qnlnet.papers.claims import Claim
from qnlnet.papers.convolutions import COMMAND, TABLE, judge_accuracy
from qnlnet.records.published import family_in

_SOURCE = "arXiv:2412.01241"
_FAMILY = family_in("ning2024", "pointwise")

CLAIMS = (
    Claim(
        "Quantum pointwise convolution reaches over 95 % on Fashion-MNIST.",
        f"{_SOURCE}, text",
        TABLE,
        COMMAND,
        judge_accuracy(_FAMILY, "fashion_mnist", 95.0, exceed=True, is_known=False),
    ),
    Claim(
        "Quantum pointwise convolution reaches 90 % on CIFAR-10.",
        f"{_SOURCE}, text",
        TABLE,
        COMMAND,
        judge_accuracy(_FAMILY, "cifar10", 90.0, exceed=False, is_known=False),
    ),
    Claim(
        "In quantum pointwise convolution trained circuits make the accuracy, not the classical rest.",
        f"{_SOURCE}, implied by the model",
        TABLE,
        COMMAND,
        judge_circuits(_FAMILY),
    ),
)
