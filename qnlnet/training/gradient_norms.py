"""How large the gradients of each parameter are while a model trains."""

import torch
from torch import nn


def add_gradient_norms(sums: dict[str, float], model: nn.Module) -> None:
    """Adds the norm of each trained parameter's gradient to its sum, by the parameter's name.

    A parameter that no gradient has reached counts as 0.

    Args:
        sums: Sums of Euclidean norms over the steps so far; without a name where there was none yet.
        model: The model behind `backward`.
    """
    trained = {name: parameter.grad for name, parameter in model.named_parameters() if parameter.requires_grad}
    reached = {name: gradient for name, gradient in trained.items() if gradient is not None}
    norms = dict.fromkeys(trained, 0.0)
    if reached:
        found = torch.stack([norm.float() for norm in torch._foreach_norm(list(reached.values()))]).tolist()
        norms |= dict(zip(reached, found, strict=True))
    for name, norm in norms.items():
        sums[name] = sums.get(name, 0.0) + norm
