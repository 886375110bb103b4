"""Wang and others: Quantum Hamiltonian embedding of images for data reuploading classifiers, 2407.14055."""
