"""The tables in configs/: files whose rows `experiments/table.py` trains."""

from qnlnet.config import CONFIG_DIR, compose_config

TABLE_NAMES = sorted(path.stem for path in CONFIG_DIR.glob("*.yaml") if "axes" in compose_config(path.stem, []))
