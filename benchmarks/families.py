"""Training steps of whole families: as they are, with PennyLane in the place of their circuits, and their twins."""

from dataclasses import dataclass

from torch import nn

from qnlnet.config import RunConfig, load_config
from qnlnet.evidence.benchmarks.names import (
    HQNN_PARALLEL,
    HQNN_QUANV,
    NETWORK_CONVOLUTION,
    NETWORK_LINEAR,
    POINTWISE,
    RESQUNN,
)
from qnlnet.models import build_model, family_of

_DIGITS = "data=mnist", "data.classes=[0,1,2,3,4,5,6,7,8,9]"


@dataclass(frozen=True)
class FamilyNetwork:
    """A family's network, for ten classes of MNIST.

    Attributes:
        model: Its name.
        size: Height and width of the images that it sees.
        twin: What its classical twin is called in the rows.
        layer: What makes the twin of it.
        settings: Its settings, but for the usual ones.
        weight_decay: Adam's.
    """

    model: str
    size: int
    twin: str
    layer: str
    settings: tuple[str, ...] = ()
    weight_decay: float = 0.0

    def compose(self, *words: str) -> RunConfig:
        """Returns the cell, with other settings."""
        return load_config(f"model={self.model}", *_DIGITS, *self.settings, *words)

    def build(self, *, pennylane: bool = False) -> nn.Module:
        """Builds the network, with the same first weights whatever runs its circuits."""
        config = self.compose()
        network = build_model(config, 0)
        if not pennylane:
            return network
        from benchmarks.pennylane_layer import replace_layers

        return replace_layers(network, family_of(config).circuits(config))

    def build_twin(self) -> nn.Module:
        """Builds its classical twin."""
        return build_model(self.compose(f"layer={self.layer}"), 0)


FAMILIES = {
    HQNN_PARALLEL: FamilyNetwork("hqnn_parallel", 28, NETWORK_LINEAR, "linear", weight_decay=1e-4),
    HQNN_QUANV: FamilyNetwork("hqnn_quanv", 14, NETWORK_CONVOLUTION, "conv"),
    RESQUNN: FamilyNetwork("resqunn", 28, NETWORK_CONVOLUTION, "conv", ("model.quanvolutions=2",)),
    POINTWISE: FamilyNetwork("quantum_pointwise", 28, NETWORK_CONVOLUTION, "conv", ("model.kernels=4",)),
}
