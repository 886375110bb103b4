"""The models: what they see, their families, and how one of them is built."""

from qnlnet.models.autoencoder import AutoencoderCode
from qnlnet.models.family import Family
from qnlnet.models.features import Features, FeatureSpec, Pixels, PrincipalComponents, extract_features
from qnlnet.models.formula_layer import FormulaLayer
from qnlnet.models.registry import build_model, count_parameters, count_quantum_parameters, family_of, prepare_features
from qnlnet.models.resized import Resized
from qnlnet.models.streams import Streams

__all__ = [
    "AutoencoderCode",
    "Family",
    "FeatureSpec",
    "Features",
    "FormulaLayer",
    "Pixels",
    "PrincipalComponents",
    "Resized",
    "Streams",
    "build_model",
    "count_parameters",
    "count_quantum_parameters",
    "extract_features",
    "family_of",
    "prepare_features",
]
