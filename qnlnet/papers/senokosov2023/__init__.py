"""Senokosov, Sedykh, Sagingalieva, Kyriacou, Melnikov: Quantum machine learning for image classification, 2304.09224."""
