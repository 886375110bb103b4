"""The tables in configs/: files whose rows `experiments/table.py` trains."""

from qnlnet.config import CONFIG_DIR, compose_config

_OTHERS = {"noise", "baselines"}  # have the cells of Table 1, and other programs
TABLE_NAMES = sorted(
    path.stem
    for path in CONFIG_DIR.glob("*.yaml")
    if path.stem not in _OTHERS and "axes" in compose_config(path.stem, [])
)
