"""Data: released datasets, checked against their hashes, scikit-learn's digits, and own images."""

from qnlnet.data.dataset import Dataset
from qnlnet.data.load import load_dataset
from qnlnet.data.root import data_root

__all__ = ["Dataset", "data_root", "load_dataset"]
