"""Jiang, Xiong, Shi: A co-design framework of neural networks and quantum circuits (QuantumFlow), 2006.14815."""
