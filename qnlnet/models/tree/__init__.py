"""Tree tensor networks as circuits: their blocks, the circuits, and the family."""
