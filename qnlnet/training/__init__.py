"""Training: one replica epoch by epoch, many side by side, and what a person sees meanwhile."""

from qnlnet.training.agreement import measure_aer_agreement
from qnlnet.training.augmentation import check_augmentation
from qnlnet.training.budget import check_budget
from qnlnet.training.build import build_replica
from qnlnet.training.compiled.replica import CompiledReplica
from qnlnet.training.job import Job, TrainedReplica
from qnlnet.training.keeper import Keeper
from qnlnet.training.observer import Observer
from qnlnet.training.pool import train_replicas
from qnlnet.training.progress import Progress, describe
from qnlnet.training.replica import Epoch, Replica
from qnlnet.training.scoring import labels_of, predict, score_with_model
from qnlnet.training.torch_replica import TorchReplica

__all__ = [
    "CompiledReplica",
    "Epoch",
    "Job",
    "Keeper",
    "Observer",
    "Progress",
    "Replica",
    "TorchReplica",
    "TrainedReplica",
    "build_replica",
    "check_augmentation",
    "check_budget",
    "describe",
    "labels_of",
    "measure_aer_agreement",
    "predict",
    "score_with_model",
    "train_replicas",
]
