"""Attacks on a linear model, whose best answer is known in closed form; and what a run of them writes."""

from pathlib import Path

import attack as script
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from qnlnet.audit.adversarial import Attack, attack_images, find_slopes, measure_robustness
from qnlnet.config import load_config
from qnlnet.evidence.checking.folders import check_folder
from qnlnet.models.pixel_bounds import PixelBounds, find_pixel_bounds
from qnlnet.runs import Run, train_cells

UNIT = PixelBounds(*(np.full((1, 1, 1), value, np.float32) for value in (0, 1, 0.5)))
EPSILON = 0.1
RANDOM = torch.Generator().manual_seed(0)
GREY = 0.2 + 0.6 * torch.rand(200, 1, 4, 4, generator=RANDOM)  # ε away from black and white


def linear_model() -> nn.Module:
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    nn.init.normal_(model[1].weight, generator=RANDOM)
    nn.init.constant_(model[1].bias, 0)
    return model.eval()


def stream() -> np.random.Generator:
    return np.random.default_rng(0)


MODEL = linear_model()
LABELS = MODEL(GREY).argmax(dim=1)
DIFFERENCE = (MODEL[1].weight[1] - MODEL[1].weight[0]).detach()


@pytest.mark.parametrize(
    "attack", [Attack("fgsm", EPSILON), Attack("pgd", EPSILON), Attack("pgd", EPSILON, steps=1, random_start=False)]
)
def test_a_linear_model_is_attacked_as_well_as_can_be(attack: Attack) -> None:
    # The margin falls by ε · ‖w₁ − w₀‖₁, with each pixel moved by ε against the right class.
    signs = (1 - 2 * LABELS).view(-1, 1, 1, 1) * DIFFERENCE.sign().view(1, 1, 4, 4)
    changed = attack_images(MODEL, GREY, LABELS, UNIT, attack, stream())
    torch.testing.assert_close(changed, GREY + EPSILON * signs, rtol=0, atol=1e-6)
    scores = MODEL(GREY).detach()
    margins = (scores[:, 1] - scores[:, 0]).abs() - EPSILON * float(DIFFERENCE.abs().sum())
    expected = 100 * float((margins > 0).double().mean())
    assert 10 < expected < 90
    found = measure_robustness(MODEL, GREY, LABELS, UNIT, attack, stream())
    assert (found.clean_accuracy, found.accuracy, found.without_slope) == (100.0, pytest.approx(expected), 0.0)


@pytest.mark.parametrize("method", ["fgsm", "pgd"])
def test_pixels_stay_near_and_between_black_and_white(method: str) -> None:
    images = torch.rand(20, 2, 4, 4, generator=RANDOM).round(decimals=1)
    black, white = np.array([-1.0, 0.0]), np.array([3.0, 0.5])
    bounds = PixelBounds(*(each.reshape(2, 1, 1).astype(np.float32) for each in (black, white, black)))
    way = torch.from_numpy(bounds.white - bounds.black)
    inputs = torch.from_numpy(bounds.black) + images * way
    model = nn.Sequential(nn.Flatten(), nn.Linear(32, 3)).eval()
    labels = torch.arange(20) % 3
    moved = (attack_images(model, inputs, labels, bounds, Attack(method, EPSILON), stream()) - inputs) / way
    assert float(moved.abs().max()) == pytest.approx(EPSILON, abs=1e-6)
    pixels = images + moved
    assert -1e-6 < float(pixels.min()) < 1e-6
    assert 1 - 1e-6 < float(pixels.max()) < 1 + 1e-6


def test_no_attack_cuts_off_what_is_beyond_black_and_white() -> None:
    images = torch.tensor([-0.4, 0.3, 2.8]).view(1, 1, 1, 3)
    changed = attack_images(MODEL, images, torch.tensor([0]), UNIT, Attack("none"), stream())
    torch.testing.assert_close(changed.flatten(), torch.tensor([0.0, 0.3, 1.0]))


def test_images_without_a_slope_are_counted() -> None:
    class Dead(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return nn.functional.pad(images.mean(dim=(1, 2, 3)).sub(0.5).clamp(min=0)[:, None], (1, 0))

    found = measure_robustness(Dead(), GREY, torch.zeros(200, dtype=torch.long), UNIT, Attack("fgsm"), stream())
    assert found.without_slope == pytest.approx(100 * float((GREY.mean(dim=(1, 2, 3)) <= 0.5).double().mean()))


@pytest.mark.parametrize(
    ("attack", "sentence"),
    [
        ({"epsilon": 2.0}, "Argument `epsilon` must be a share of the way from black to white, 0 to 1, but is 2.0."),
        ({"steps": 0}, "Argument `steps` must be at least 1, but is 0."),
        ({"step_size": 0.0}, "Argument `step_size` must be above 0 and at most 1, but is 0.0."),
    ],
)
def test_numbers_are_checked(attack: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        Attack(**attack)
    assert str(caught.value) == sentence


def test_slopes_are_exact_through_a_circuit() -> None:
    from qnlnet.models import build_model

    config = load_config("model=hqnn_parallel", "data=digits", "model.circuits=1", "model.num_qubits=2")
    model = build_model(config, 0).double().eval()
    images = torch.rand(2, 1, 28, 28, dtype=torch.float64, generator=RANDOM)
    labels = torch.tensor([0, 1])
    slopes = find_slopes(model, images, labels)
    step = 1e-6 * torch.rand(images.shape, dtype=torch.float64, generator=RANDOM)
    loss = nn.CrossEntropyLoss(reduction="sum")
    difference = (loss(model(images + step), labels) - loss(model(images - step), labels)).item() / 2
    assert difference == pytest.approx(float((slopes * step).sum()), rel=1e-5)


def test_bounds_are_those_of_normalised_pixels() -> None:
    bounds = find_pixel_bounds(load_config("model=quantum_pointwise", "data=mnist"), "RUN")
    assert bounds.black.item() == pytest.approx(-0.1307 / 0.3081)
    assert bounds.white.item() == pytest.approx((1 - 0.1307) / 0.3081)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("attacked")
    words = ("model=hqnn_parallel", "layer=none", "data=digits", "train.learning_rate=3e-3", "train.epochs=2")
    (run,) = train_cells([load_config(*words, "seeds=2", f"output_dir={folder}")])
    return run


@pytest.mark.slow  # trains
def test_a_run_is_attacked_seed_by_seed(attacked: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(attacked.directory), "--images", "40", "--epsilon", "0.3", "--output-dir", str(tmp_path)]
    assert script.main(words) == 0
    rows = pd.read_csv(tmp_path / "attacks.csv")
    assert rows.seed.tolist() == [0, 1]
    assert (rows.accuracy < rows.clean_accuracy).all()
    assert "| 2 | 40 |" in (tmp_path / "attacks.md").read_text(encoding="utf-8")
    assert capsys.readouterr().err.count("% attacked\n") == 2


@pytest.mark.slow  # trains
def test_several_attacks_have_a_row_and_a_line_each_and_the_page_is_checked(attacked: Run, tmp_path: Path) -> None:
    words = [str(attacked.directory), "--images", "20", "--method", "fgsm", "raw-none", "--output-dir", str(tmp_path)]
    assert script.main(words) == 0
    rows = pd.read_csv(tmp_path / "attacks.csv")
    assert list(zip(rows.seed, rows.method, rows.raw, strict=True)) == [
        (seed, *attack) for seed in (0, 1) for attack in (("fgsm", False), ("none", True))
    ]
    assert set(rows.run) == {attacked.directory.name}
    page = tmp_path / "attacks.md"
    assert page.read_text(encoding="utf-8").count("| raw none |") == 1
    assert check_folder(tmp_path, "attacks").problems == []
    page.write_text(page.read_text(encoding="utf-8").replace("| 20 |", "| 21 |"), encoding="utf-8")
    (problem,) = check_folder(tmp_path, "attacks").problems
    assert problem.startswith("attacks.md must be what attacks.csv gives")


@pytest.mark.slow  # trains
def test_mistakes_are_one_sentence(attacked: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main([str(attacked.directory), "--images", "0"]) == 2
    assert capsys.readouterr().err.startswith("error: Argument `--images` must be between 1 and ")
    assert script.main([str(tmp_path)]) == 2
    assert "Argument `RUN` must hold trained models" in capsys.readouterr().err
