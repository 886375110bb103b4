"""Farhi, Neven: Classification with quantum neural networks on near term processors, 1802.06002."""
