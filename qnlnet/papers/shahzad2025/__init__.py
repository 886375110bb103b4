"""Shahzad and others: Hybrid quantum-classical model for image classification, 2509.13353."""
