"""Ning, Li, Chen: Quantum Pointwise Convolution, arXiv:2412.01241."""
