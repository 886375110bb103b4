"""Wang and others: Let the quantum creep in: swapping out classical components gradually, 2409.17583."""
