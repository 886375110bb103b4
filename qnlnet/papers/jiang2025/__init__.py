"""Jiang, Huang, Chen, Goan: Quantum variational activation functions empower KANs, 2509.14026."""
