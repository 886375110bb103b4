"""What a run keeps on disk: trained models, and replicas on their way."""

from qnlnet.checkpoints.models import find_model, load_model, load_model_checkpoint, load_trained_model, save_model
from qnlnet.checkpoints.replicas import ReplicaCheckpoint

__all__ = ["ReplicaCheckpoint", "find_model", "load_model", "load_model_checkpoint", "load_trained_model", "save_model"]
