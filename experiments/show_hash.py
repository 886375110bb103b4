"""`train.py --hash`: shows what decides whether a cell is the same, its hash and its folder; nothing is trained."""

import sys

from omegaconf import DictConfig, OmegaConf

from qnlnet.config import build_run_config, config_hash, identity_settings, run_directory

OPTION = "--hash"


def take_option() -> bool:
    """Whether ``--hash`` is on the command line, from which it is removed."""
    asked = OPTION in sys.argv[1:]
    sys.argv[1:] = [word for word in sys.argv[1:] if word != OPTION]
    return asked


def show_hash(config: DictConfig) -> None:
    """Prints the settings that decide, and what there is of the cell on disk."""
    cell = build_run_config(config)

    from qnlnet.records import read_seed_rows  # pandas: not needed for a mistake

    directory, own = run_directory(cell), config_hash(cell)
    rows = read_seed_rows(directory / "seeds.csv", missing_ok=True)
    finished = sorted(set(rows.seed[rows.config_hash == own]) & set(range(cell.seeds)))
    under_way = sorted(path.name for path in directory.glob("checkpoints/seed-*.ckpt"))
    print(OmegaConf.to_yaml(OmegaConf.create(identity_settings(cell)), sort_keys=True).rstrip())
    print(f"# hash:        {own}")
    print(f"# folder:      {directory}")
    print(f"# finished:    {len(finished)} of {cell.seeds} seeds" + (f": {_ranges(finished)}" if finished else ""))
    print(f"# checkpoints: {', '.join(under_way) or 'none'}\n")


def _ranges(numbers: list[int]) -> str:
    """Returns ascending numbers in words, such as ``0-3, 7``."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)
