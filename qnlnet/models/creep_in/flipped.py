"""Flipped quanvolutions: the circuit holds the weights, a patch of the image is what is measured.

    out_o = (1/channels) Σ_c ⟨ψ_oc|A_c|ψ_oc⟩ + b_o,    |ψ_oc⟩ = exp(i Σ_k θ_ock P_k)|00⟩,

where A_c = (P + Pᵀ)/2 is a patch of 3 × 3 pixels with a row and a column of zeros behind it. As each value is linear in
the patch, this is a convolution whose kernels are K_oc = Re(ψ_oc ψ_oc†)[:3, :3]/channels: symmetric, positive
semidefinite, of rank 2 at most. With complex θ it is one, too, of states that are not normalised.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from qnlnet.models.creep_in.angles import PauliAngles

PATCH = 3  # pixels in height and width
_QUBITS = 2  # whose 4 × 4 matrices a patch fits in


class FlippedQuanvolution(nn.Module):
    """Patches of an image as observables of two-qubit states, at each place.

    Args:
        inputs: Channels of the image.
        outputs: Maps.
        has_imaginary: See `PauliAngles`.
    """

    def __init__(self, inputs: int, outputs: int, *, has_imaginary: bool) -> None:
        super().__init__()
        self.angles = PauliAngles((outputs, inputs), _QUBITS, has_imaginary=has_imaginary)
        self.bias = nn.Parameter(torch.randn(outputs))

    def states(self) -> Tensor:
        """Returns ψ, complex, shape (outputs, inputs, 4), as numbers of two bits."""
        return self.angles.gates()[..., 0]

    @property
    def weight(self) -> Tensor:
        """The kernels of the convolution that this is, shape (outputs, inputs, 3, 3)."""
        states = self.states()
        density = (states[..., :, None] * states.conj()[..., None, :]).real
        return density[..., :PATCH, :PATCH] / states.shape[1]

    def forward(self, images: Tensor) -> Tensor:
        """Returns the maps, shape (batch, outputs, height − 2, width − 2), by one convolution."""
        return functional.conv2d(images, self.weight, self.bias)

    def measure(self, images: Tensor) -> Tensor:
        """Returns the same as means of the expectation value of each patch of each channel."""
        states = self.states()
        patches = images.unfold(2, PATCH, 1).unfold(3, PATCH, 1)  # (batch, channels, height, width, 3, 3)
        matrices = functional.pad(patches, (0, 1, 0, 1))
        observables = ((matrices + matrices.mT) / 2).to(states.dtype)
        values = torch.einsum("oci,bchwij,ocj->bohw", states.conj(), observables, states).real
        return values / states.shape[1] + self.bias[:, None, None]
