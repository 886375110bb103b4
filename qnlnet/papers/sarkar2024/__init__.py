"""Sarkar: Quantum transfer learning for MNIST with a hybrid approach, 2408.03351."""
