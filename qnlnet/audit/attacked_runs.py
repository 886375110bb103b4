"""Trained models of runs under attack: a row for each seed, and a page with a line for each run."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qnlnet.audit.adversarial import Attack, measure_robustness
from qnlnet.checkpoints import load_trained_model
from qnlnet.config import RunConfig
from qnlnet.data import load_dataset
from qnlnet.errors import ArgumentError, ResultsError, argument_error
from qnlnet.files import write_file
from qnlnet.models import prepare_features
from qnlnet.models.pixel_bounds import PixelBounds, find_pixel_bounds
from qnlnet.records import dataset_label, read_csv
from qnlnet.records.configurations import remember, write_configurations
from qnlnet.seeding import generator
from qnlnet.tables import Layout, format_markdown

NAME = "attacks"
_NEEDED = (
    *("run", "config_hash", "dataset", "classes", "protocol", "words", "seed", "images", "method", "raw", "epsilon"),
    *("steps", "step_size", "random_start", "clean_accuracy", "accuracy", "without_slope", "most_common"),
)
_HEADER = ["Run", "Dataset", "Attack", "Seeds", "Images", "As they are", "Attacked", "Without slope", "Same answer"]
_NOTE = (
    "Accuracies in percent, means over the seeds and the standard deviation. Without slope: images on which no pixel "
    "has a slope, which such an attack cannot move. Same answer: the largest share of attacked images with one answer."
)
_RAW_NOTE = (
    "raw: black and white are taken to be 0 and 1 among the numbers that the model sees, whatever they are: where "
    "images are normalised it is no attack on pixels. none only cuts off what is beyond black and white."
)


def find_models(run: Path) -> list[Path]:
    """Returns the trained models of a run's folder by their seeds; a model's file as it is.

    Raises:
        ArgumentError: There are none.
    """
    if run.is_file():
        return [run]
    files = sorted(run.glob("models/seed-*.pt"), key=lambda path: int(path.stem.removeprefix("seed-")))
    if not files:
        advice = "Give the folder of a run, or models/seed-N.pt in it."
        raise argument_error("RUN", "hold trained models", str(run), advice)
    return files


def attack_runs(
    runs: Iterable[Path],
    attacks: Sequence[Attack],
    images: int | None = None,
    image_seed: int = 0,
    *,
    report: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:
    """Attacks all trained models of some runs.

    Args:
        runs: Folders of runs, or files of models.
        attacks: How images are changed, one way after the other.
        images: How many test images are drawn; None takes all.
        image_seed: Seed of that draw.
        report: Hears a sentence behind each batch and each model.

    Returns:
        A row for each model and attack.

    Raises:
        ArgumentError: A run has no models, does not see pixels or has no gradients by them, or there are fewer images.
        DataError: Images are missing or damaged.
    """
    rows = [
        {"run": path.stem if run.is_file() else run.name, **row}
        for run in runs
        for path in find_models(run)
        for row in _attack_model(path, attacks, images, image_seed, report)
    ]
    return pd.DataFrame(rows)


def _attack_model(
    path: Path, attacks: Sequence[Attack], images: int | None, image_seed: int, report: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    config, seed, model = load_trained_model(path)
    if config.model.is_fitted:
        raise ArgumentError(f"The model {path} must be trained step by step to be attacked, but is fitted once.")
    pixels = find_pixel_bounds(config, "RUN")
    dataset = load_dataset(config.data)
    features = prepare_features(dataset, config)
    total = len(features.test)
    if images is not None and not 1 <= images <= total:
        raise argument_error("--images", f"be between 1 and {total}, the number of test images", images)
    chosen = np.sort(generator(image_seed, "attack").choice(total, images or total, replace=False))
    numbers = PixelBounds(np.zeros_like(pixels.black), np.ones_like(pixels.white), pixels.mean)
    for attack in attacks:

        def on_batch(done: int, right: int, name: str = attack.name) -> None:
            report(f"{path}, {name}: {done:,} of {len(chosen):,} images, {right:,} still right\r")

        started = time.perf_counter()
        found = measure_robustness(
            model,
            features.test[chosen],
            features.test_labels[chosen],
            numbers if attack.raw else pixels,
            attack,
            generator(image_seed, "attack", 1 + seed),
            on_batch,
        )
        report(f"{path}, {attack.name}: {found.clean_accuracy:.2f} % as they are, {found.accuracy:.2f} % attacked\n")
        yield {
            **_describe(config),
            "seed": seed,
            "data_official": dataset.official,
            "images": len(chosen),
            "image_seed": image_seed,
            **dataclasses.asdict(attack),
            "step_size": attack.pace,
            **dataclasses.asdict(found),
            "seconds": round(time.perf_counter() - started, 1),
        }


def _describe(config: RunConfig) -> dict[str, Any]:
    return {
        "config_hash": remember(config),
        "model": config.model.name,
        "dataset": config.data.dataset,
        "classes": "/".join(map(str, config.data.classes)),
        "protocol": config.train.protocol,
        "words": ", ".join(config.model.words()),
    }


def write_attacks(rows: pd.DataFrame, directory: Path) -> list[Path]:
    """Writes attacks.csv with a row for each model and attack, its settings and attacks.md; returns the paths.

    Raises:
        ResultsError: The folder cannot be written.
    """
    table = write_file(directory / f"{NAME}.csv", rows.to_csv(index=False).encode())
    return [table, write_configurations(directory, rows.config_hash), write_page(rows, directory)]


def read_rows(path: Path) -> pd.DataFrame:
    """Returns the rows of a file that `write_attacks` has made.

    Raises:
        ResultsError: It is no such table.
    """
    rows = read_csv(path, dtype={"classes": str})
    if missing := [name for name in _NEEDED if name not in rows]:
        raise ResultsError(f"{path.name} must have the columns {', '.join(_NEEDED)}, but lacks {', '.join(missing)}.")
    return rows


def write_page(rows: pd.DataFrame, directory: Path) -> Path:
    """Writes attacks.md with a line for each run and attack, and returns its path."""
    return write_file(directory / f"{NAME}.md", format_markdown(lay_out_attacks(rows)).encode())


def lay_out_attacks(rows: pd.DataFrame) -> Layout:
    """Returns the compact table of what `attack_runs` gives."""
    lines = [_line(seeds) for _, seeds in rows.groupby(["run", "raw", "method"], sort=False)]
    first = rows.iloc[0]
    notes = []
    if (rows.method != "none").any():
        notes.append(f"Each pixel changes by at most {first.epsilon:g} of the way from black to white.")
    if (rows.method == "pgd").any():
        start = "begins anywhere there" if first.random_start else "begins at the image itself"
        notes.append(f"pgd takes {first.steps} steps of {first.step_size:g}, and {start}.")
    return Layout(_HEADER, lines, 3, [*notes, _NOTE, *([_RAW_NOTE] if rows.raw.any() else [])])


def _line(seeds: pd.DataFrame) -> list[str]:
    first = seeds.iloc[0]
    shares: Sequence[str] = ("clean_accuracy", "accuracy", "without_slope", "most_common")
    texts = [f"{seeds[name].mean():.2f}" + (f" ± {seeds[name].std():.2f}" if len(seeds) > 1 else "") for name in shares]
    label = dataset_label(first.dataset, first.classes)
    run = f"{first.words} ({first.protocol}, {first.config_hash})"
    attack = f"raw {first.method}" if first.raw else first.method
    return [run, label, attack, str(len(seeds)), str(first.images), *texts]
