"""Peddireddy, Bansal, Aggarwal: Classical simulation of variational quantum classifiers, 2201.08878."""
