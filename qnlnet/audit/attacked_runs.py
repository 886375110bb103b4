"""Trained models of runs under attack: a row for each seed, and a page with a line for each run."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qnlnet.audit.adversarial import Attack, measure_robustness
from qnlnet.checkpoints import load_trained_model
from qnlnet.config import RunConfig, config_hash
from qnlnet.data import load_dataset
from qnlnet.errors import ArgumentError, argument_error
from qnlnet.files import write_file
from qnlnet.models import prepare_features
from qnlnet.models.pixel_bounds import PixelBounds, find_pixel_bounds
from qnlnet.records import dataset_label
from qnlnet.seeding import generator
from qnlnet.tables import Layout, format_markdown

_HEADER = ["Run", "Dataset", "Seeds", "Images", "As they are", "Attacked", "Without slope", "Same answer"]
_NOTE = (
    "Accuracies in percent, means over the seeds and the standard deviation. Without slope: images on which no pixel "
    "has a slope, which such an attack cannot move. Same answer: the largest share of attacked images with one answer."
)
_RAW_NOTE = (
    "Black and white are taken to be 0 and 1 among the numbers that the model sees, whatever they are: where images "
    "are normalised it is no attack on pixels."
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
    attack: Attack,
    images: int | None = None,
    image_seed: int = 0,
    *,
    raw: bool = False,
    report: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:
    """Attacks all trained models of some runs.

    Args:
        runs: Folders of runs, or files of models.
        attack: How images are changed.
        images: How many test images are drawn; None takes all.
        image_seed: Seed of that draw.
        raw: Whether black and white are taken to be 0 and 1 among the numbers that the model sees, as in code that
            hands normalised images to an attack that expects pixels.
        report: Hears a sentence behind each batch and each model.

    Returns:
        A row for each model.

    Raises:
        ArgumentError: A run has no models, does not see pixels or has no gradients by them, or there are fewer images.
        DataError: Images are missing or damaged.
    """
    rows = []
    for run in runs:
        for path in find_models(run):
            started = time.perf_counter()
            row = _attack_model(path, attack, images, image_seed, raw, report)
            rows.append({"run": str(run), **row, "seconds": round(time.perf_counter() - started, 1)})
            report(f"{path}: {row['clean_accuracy']:.2f} % as they are, {row['accuracy']:.2f} % attacked\n")
    return pd.DataFrame(rows)


def _attack_model(
    path: Path, attack: Attack, images: int | None, image_seed: int, raw: bool, report: Callable[[str], None]
) -> dict[str, Any]:
    config, seed, model = load_trained_model(path)
    if config.model.is_fitted:
        raise ArgumentError(f"The model {path} must be trained step by step to be attacked, but is fitted once.")
    bounds = find_pixel_bounds(config, "RUN")
    dataset = load_dataset(config.data)
    features = prepare_features(dataset, config)
    total = len(features.test)
    if images is not None and not 1 <= images <= total:
        raise argument_error("--images", f"be between 1 and {total}, the number of test images", images)
    chosen = np.sort(generator(image_seed, "attack").choice(total, images or total, replace=False))
    if raw:
        bounds = PixelBounds(np.zeros_like(bounds.black), np.ones_like(bounds.white), bounds.mean)

    def on_batch(done: int, right: int) -> None:
        report(f"{path}: {done:,} of {len(chosen):,} images, {right:,} still right\r")

    stream = generator(image_seed, "attack", 1 + seed)
    found = measure_robustness(
        model, features.test[chosen], features.test_labels[chosen], bounds, attack, stream, on_batch
    )
    return {
        **_describe(config),
        "seed": seed,
        "data_official": dataset.official,
        "images": len(chosen),
        "image_seed": image_seed,
        **dataclasses.asdict(attack),
        "step_size": attack.pace,
        "raw": raw,
        **dataclasses.asdict(found),
    }


def _describe(config: RunConfig) -> dict[str, Any]:
    return {
        "config_hash": config_hash(config),
        "model": config.model.name,
        "dataset": config.data.dataset,
        "classes": "/".join(map(str, config.data.classes)),
        "protocol": config.train.protocol,
        "words": ", ".join(config.model.words()),
    }


def write_attacks(rows: pd.DataFrame, directory: Path) -> list[Path]:
    """Writes attacks.csv with a row for each model and attacks.md with a line for each run, and returns their paths.

    Raises:
        ResultsError: The folder cannot be written.
    """
    page = format_markdown(lay_out_attacks(rows)).encode()
    table = rows.to_csv(index=False).encode()
    return [write_file(directory / "attacks.csv", table), write_file(directory / "attacks.md", page)]


def lay_out_attacks(rows: pd.DataFrame) -> Layout:
    """Returns the compact table of what `attack_runs` gives."""
    lines = [_line(seeds) for _, seeds in rows.groupby("run", sort=False)]
    first = rows.iloc[0]
    how = [f"each pixel by at most {first.epsilon:g} of the way from black to white"]
    if first.method == "pgd":
        how += [f"{first.steps} steps of {first.step_size:g}", f"random start: {'yes' if first.random_start else 'no'}"]
    notes = [f"Attack: {first.method}; {', '.join(how)}."] if first.method != "none" else []
    return Layout(_HEADER, lines, 2, [*notes, _NOTE, *([_RAW_NOTE] if first.raw else [])])


def _line(seeds: pd.DataFrame) -> list[str]:
    first = seeds.iloc[0]
    shares: Sequence[str] = ("clean_accuracy", "accuracy", "without_slope", "most_common")
    texts = [f"{seeds[name].mean():.2f}" + (f" ± {seeds[name].std():.2f}" if len(seeds) > 1 else "") for name in shares]
    label = dataset_label(first.dataset, first.classes)
    return [f"{first.words} ({first.protocol}, {first.config_hash})", label, str(len(seeds)), str(first.images), *texts]
