#!/usr/bin/env bash
# torch: forward mode within forward mode gives 0 through any autograd.Function that has a jvp.
source "$(dirname "$0")/environment.sh"
install torch==2.13.0 numpy==2.4.6
run <<'PROGRAM'
import torch
from torch.func import jacfwd, jacrev


class Sine(torch.autograd.Function):
    """sin x, with a backward and a forward rule made of torch's own functions."""

    @staticmethod
    def forward(x):
        return torch.sin(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx, slope):
        return slope * torch.cos(ctx.saved_tensors[0])

    @staticmethod
    def jvp(ctx, tangent):
        return tangent * torch.cos(ctx.saved_tensors[0])

    @staticmethod
    def vmap(info, in_dims, x):
        return Sine.apply(x), in_dims[0]


x = torch.tensor(0.3, dtype=torch.float64)
second = -torch.sin(x).item()
orders = {
    "jacfwd(jacrev)": jacfwd(jacrev(Sine.apply)),
    "jacrev(jacfwd)": jacrev(jacfwd(Sine.apply)),
    "jacfwd(jacfwd)": jacfwd(jacfwd(Sine.apply)),
    "jacfwd(jacfwd) of torch.sin": jacfwd(jacfwd(torch.sin)),
}
print("Good guess: all orders of forward and reverse mode give the same second derivative, or an error.")
found = {name: function(x).item() for name, function in orders.items()}
for name, value in found.items():
    print(f"{name}: {value:+.4f} (right: {second:+.4f})")
wrong = [name for name, value in found.items() if abs(value - second) > 1e-9]
print(f"Seen: no error, and 0 from {', '.join(wrong)}.")
raise SystemExit(0 if wrong == ["jacfwd(jacfwd)"] and found[wrong[0]] == 0 else "The behaviour has changed.")
PROGRAM
