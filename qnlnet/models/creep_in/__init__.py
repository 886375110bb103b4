"""Let the Quantum Creep In: a linear network whose layers become quantum ones, level by level."""
