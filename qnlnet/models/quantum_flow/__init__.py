"""QuantumFlow: networks of neurons with signs as weights."""
