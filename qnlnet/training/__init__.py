"""Training: one replica epoch by epoch, many side by side, and what a person sees meanwhile."""

from qnlnet.training.agreement import measure_aer_agreement
from qnlnet.training.budget import check_budget
from qnlnet.training.pool import Job, TrainedReplica, train_replicas
from qnlnet.training.progress import Progress, describe
from qnlnet.training.replica import (
    CompiledReplica,
    Epoch,
    PlainReplica,
    Replica,
    build_replica,
    predict,
    score_with_model,
)

__all__ = [
    "CompiledReplica",
    "Epoch",
    "Job",
    "PlainReplica",
    "Progress",
    "Replica",
    "TrainedReplica",
    "build_replica",
    "check_budget",
    "describe",
    "measure_aer_agreement",
    "predict",
    "score_with_model",
    "train_replicas",
]
