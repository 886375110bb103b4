"""Senokosov, Sedykh, Sagingalieva and others: Quantum machine learning for image classification, 2304.09224."""
