"""Kashif, Shafique: ResQuNN, residual quanvolutional neural networks, arXiv:2402.09146."""
