"""Gupta, Konar, Aggarwal: A Scalable Quantum Non-local Neural Network for Image Classification, arXiv:2407.18906."""
