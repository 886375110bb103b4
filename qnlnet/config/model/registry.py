"""Which families of models there are, and the schema of each one's settings: shipped ones, and one's own.

A family of one's own is a file NAME.py in a folder that $QNLNET_MODELS names (several are separated as in $PATH), with
its settings beside it in NAME.yaml; docs/models.md shows one.
"""

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from qnlnet.config.model import own
from qnlnet.config.model.base import ModelConfig
from qnlnet.config.model.own import FOLDERS, list_folders
from qnlnet.errors import ArgumentError, argument_error

# The module of each shipped family's settings, and the class there; imported when asked for.
_SECTIONS: Mapping[str, tuple[str, str]] = {
    "qnl_net": ("qnl_net", "QNLNetConfig"),
    "quanvolution": ("quanvolution", "QuanvolutionConfig"),
    "hqnn_parallel": ("hqnn_parallel", "HQNNParallelConfig"),
    "hqnn_quanv": ("hqnn_quanv", "HQNNQuanvConfig"),
    "quantum_pointwise": ("quantum_pointwise", "QuantumPointwiseConfig"),
    "resqunn": ("resqunn", "ResQuNNConfig"),
    "shahzad": ("shahzad", "ShahzadConfig"),
    "farhi_neven": ("farhi_neven", "FarhiNevenConfig"),
    "sqnn": ("sqnn", "SQNNConfig"),
    "ttn_vqc": ("ttn_vqc", "TTNVQCConfig"),
    "qtn_patches": ("qtn_patches", "QTNPatchesConfig"),
    "tensor_ring_vqc": ("tensor_ring_vqc", "TensorRingVQCConfig"),
    "autoencoder_5q": ("autoencoder_5q", "Autoencoder5qConfig"),
    "tree": ("tree", "TreeConfig"),
    "quantum_flow": ("quantum_flow", "QuantumFlowConfig"),
    "vqc": ("vqc", "VQCConfig"),
    "qkan": ("qkan", "QKANConfig"),
    "creep_in": ("creep_in", "CreepInConfig"),
    "hamiltonian_embedding": ("hamiltonian_embedding", "HamiltonianEmbeddingConfig"),
    "qcnn": ("qcnn", "QCNNConfig"),
    "quantum_kernel": ("quantum_kernel", "QuantumKernelConfig"),
    "logistic": ("logistic", "LogisticConfig"),
    "svm": ("svm", "SVMConfig"),
    "lookup_table": ("lookup_table", "LookupTableConfig"),
    "k_nearest": ("k_nearest", "KNearestConfig"),
}


def shipped_names() -> list[str]:
    """Returns the names of the shipped families."""
    return list(_SECTIONS)


def own_files() -> dict[str, Path]:
    """Returns the file of each family in the folders of $QNLNET_MODELS, by its name.

    Raises:
        ArgumentError: A folder is not there, or a family has the name of another one.
    """
    files: dict[str, Path] = {}
    for folder in list_folders():
        if not folder.is_dir():
            advice = "There is no such folder."
            raise argument_error(FOLDERS, "name folders with models of your own", str(folder), advice)
        for settings in sorted(folder.glob("*.yaml")):
            file = settings.with_suffix(".py")
            if not file.is_file():
                raise ArgumentError(f"Beside {settings} there must be {file.name} with the model, but there is not.")
            if file.stem in _SECTIONS or file.stem in files:
                there = files.get(file.stem, "qnlnet itself")
                raise ArgumentError(f"The model {file} must have a name of its own, but so is called one of {there}.")
            files[file.stem] = file
    return files


def model_names() -> list[str]:
    """Returns the names of all families, one's own last."""
    return [*_SECTIONS, *own_files()]


def section_of(name: str) -> type[ModelConfig]:
    """Returns the schema of a family's settings.

    Raises:
        ArgumentError: There is no such family, or the file of one's own cannot be used.
    """
    if name in _SECTIONS:
        module, section = _SECTIONS[name]
        found: type[ModelConfig] = getattr(importlib.import_module(f"qnlnet.config.model.{module}"), section)
        return found
    settings = getattr(load_own(name), "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, ModelConfig)):
        raise ArgumentError(f"The model {name} must define `Settings`, a subclass of ModelConfig, but does not.")
    return settings


def load_own(name: str) -> ModuleType:
    """Returns the module of a family of one's own; an edit of the file counts at once.

    Raises:
        ArgumentError: There is no such family, or its file cannot be imported.
    """
    files = own_files()
    if name not in files:
        advice = f"Models of your own are looked for in the folders of ${FOLDERS}."
        raise argument_error("model", f"be one of {', '.join(model_names())}", name, advice)
    return _load(files[name], files[name].stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _load(file: Path, changed: int) -> ModuleType:
    name = f"{own.__name__}.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # what looks classes up by their module, as pickles do, finds this one
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ArgumentError(f"The model {file} cannot be imported: {type(error).__name__}: {error}.") from error
    return module
