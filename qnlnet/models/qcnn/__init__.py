"""The quantum convolutional network: its circuit, and what its outputs are by matrices."""
