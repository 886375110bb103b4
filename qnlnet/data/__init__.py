"""Data: the images of MNIST, CIFAR-10 and scikit-learn's digits, checked against the official releases."""

from qnlnet.data.dataset import Dataset
from qnlnet.data.load import load_dataset
from qnlnet.data.root import data_root

__all__ = ["Dataset", "data_root", "load_dataset"]
