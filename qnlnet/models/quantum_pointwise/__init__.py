"""Quantum pointwise convolution: what stands at every pixel, and the networks around it."""
