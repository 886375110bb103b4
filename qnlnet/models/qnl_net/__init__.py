"""QNL-Net: reducers, the hybrid network, and what can stand in for its quantum layer."""
