"""The models: features, reducers and the hybrid network."""

from qnlnet.models.features import Features, prepare_features
from qnlnet.models.qnl_net import QNLNet, build_model
from qnlnet.models.reducers import SeededDropout2d, build_cnn_reducer, build_pca_reducer, draw_dropout_masks

__all__ = [
    "Features",
    "QNLNet",
    "SeededDropout2d",
    "build_cnn_reducer",
    "build_model",
    "build_pca_reducer",
    "draw_dropout_masks",
    "prepare_features",
]
