"""The rows of trained cells, a line each, with the ids by which they can be named."""

from collections.abc import Iterator
from pathlib import Path

from qnlnet.evidence.checking.seed_tables import SEEDS
from qnlnet.records import dataset_label, read_seed_rows, reducer_label
from qnlnet.records.stored import row_id


def list_rows(folder: Path) -> Iterator[str]:
    """Yields one line for each row of the folder's seeds.csv; none where there is no such file.

    Raises:
        ResultsError: The table cannot be read.
    """
    if not (folder / SEEDS).is_file():
        return
    for row in read_seed_rows(folder / SEEDS).to_dict("records"):
        yield (
            f"{row_id(row):<16} {folder.name}: {dataset_label(row['dataset'], row['classes'])}, "
            f"{reducer_label(row['reducer'])}, ansatz {row['ansatz']}, r={row['r']}, D={row['D']}, {row['protocol']}, "
            f"learning rate {row['learning_rate']:g}, dropout {row['dropout']:g}, {row['epochs']} epochs, "
            f"seed {row['seed']}: {row['test_accuracy']:.2f} %"
        )
