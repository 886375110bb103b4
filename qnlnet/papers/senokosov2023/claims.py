"""The claims of the paper that rows can judge, typed once with where they stand."""

from qnlnet.papers.circuits import judge_circuits
from qnlnet.papers.claims import Claim
from qnlnet.papers.convolutions import COMMAND, TABLE, judge_accuracy
from qnlnet.records.published import family_in

_SOURCE = "arXiv:2304.09224"
_PARALLEL, _QUANV = (family_in("senokosov2023", key) for key in ("parallel", "quanv"))

CLAIMS = (
    Claim(
        "HQNN-Parallel reaches 99.21 % on MNIST.",
        f"{_SOURCE}, abstract",
        TABLE,
        COMMAND,
        judge_accuracy(_PARALLEL, "mnist", 99.21, exceed=False, is_known=True),
    ),
    Claim(
        "HQNN-Parallel reaches over 82 % on CIFAR-10.",
        f"{_SOURCE}, abstract",
        TABLE,
        COMMAND,
        judge_accuracy(_PARALLEL, "cifar10", 82.0, exceed=True, is_known=True),
    ),
    *(
        Claim(
            f"In {name} trained circuits make the accuracy, not the classical rest.",
            f"{_SOURCE}, implied by the model",
            TABLE,
            COMMAND,
            judge_circuits(family),
        )
        for name, family in (("HQNN-Parallel", _PARALLEL), ("HQNN-Quanv", _QUANV))
    ),
)
