"""Let the Quantum Creep In as a family: levels 0, 1 and 2, and what can take their place.

Source: Wang et al. 2024, arXiv 2409.17583, and the authors' code, peiyong-addwater/Let-The-Quantum-Creep-In. Level 0 is
two convolutions and a linear layer with nothing between them; level 1 has flipped quanvolutions in place of the
convolutions, level 2 a circuit in place of the linear layer, too. Levels 0 and 1 are linear in the pixels, so that what
they can learn is softmax regression; they are computed as such.
"""

from torch import nn

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.creep_in import CreepInConfig
from qnlnet.models.creep_in.angles import PauliAngles
from qnlnet.models.creep_in.flipped import PATCH, FlippedQuanvolution
from qnlnet.models.creep_in.network import Convolution, CreepIn, PixelScores
from qnlnet.models.creep_in.reuploading import ReuploadingLinear
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, Pixels
from qnlnet.models.streams import Streams


def build(config: RunConfig, streams: Streams) -> CreepIn | PixelScores:
    """Builds the network; a head has the same first weights whatever the convolutions are."""
    model = settings_of(config, CreepInConfig)
    padding = model.margin
    channels, classes = config.data.image_shape[0], len(config.data.classes)
    if model.layer == "linear":
        return PixelScores(nn.Linear(channels * model.pixels(config.data), classes), padding)
    head = _build_head(model, model.head_inputs(config.data), classes)  # first, so that it is the same for all
    first = _build_convolution(model, channels, model.maps[0])
    second = _build_convolution(model, *model.maps)
    by_patches = model.evaluate == "patches"
    network = CreepIn(first, second, head, padding, has_relu=model.layer == "relu", by_patches=by_patches)
    for part in network.modules():
        if isinstance(part, PauliAngles):
            part.requires_grad_(model.layer != "frozen")
    return network


def _build_head(model: CreepInConfig, inputs: int, classes: int) -> nn.Linear | ReuploadingLinear:
    if model.level < 2:
        return nn.Linear(inputs, classes)
    assert model.num_qubits is not None  # validation puts it in
    has_imaginary = model.parameters == "complex"
    return ReuploadingLinear(model.num_qubits, classes, model.repetitions, has_imaginary=has_imaginary)


def _build_convolution(model: CreepInConfig, inputs: int, outputs: int) -> Convolution:
    if not model.has_quanvolutions:
        return nn.Conv2d(inputs, outputs, PATCH)
    return FlippedQuanvolution(inputs, outputs, has_imaginary=model.parameters == "complex")


def _choose_features(config: RunConfig) -> FeatureSpec:
    return Pixels("unit")


FAMILY = Family(_choose_features, build)
