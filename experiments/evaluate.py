"""Evaluates a trained model on some of its test images, on any backend.

python experiments/evaluate.py run=outputs/… backend=runtime backend.name=fake-manila
"""

from command_line import run_experiment
from omegaconf import DictConfig

from qnlnet.config import build_evaluation_config


def evaluate(config: DictConfig) -> None:
    """Runs the model on the images and prints the accuracy beside that of the exact simulator."""
    evaluation = build_evaluation_config(config)

    from qnlnet.checkpoints import find_model, load_trained_model  # torch and Qiskit: not needed for a mistake
    from qnlnet.hardware import load_workload, wilson_interval
    from qnlnet.hardware.workload import check_fits_a_device
    from qnlnet.records import backend_text
    from qnlnet.training import labels_of, score_with_model

    path = find_model(evaluation.run, evaluation.seed)
    check_fits_a_device(load_trained_model(path)[0])
    _, _, model = load_trained_model(path, evaluation.backend)  # an unknown device is found before images are read
    workload = load_workload(path, evaluation.images, evaluation.image_seed, evaluation.data_root)
    inputs = workload.inputs
    right = int((labels_of(score_with_model(model, workload.features)) == inputs.labels).sum())
    exact_right = int((inputs.predict(inputs.exact_values) == inputs.labels).sum())
    images = len(inputs.labels)
    low, high = wilson_interval(right, images)
    print(
        f"{path} on {backend_text(evaluation.backend)}: accuracy {100 * right / images:.1f} % "
        f"(95 %: {low:.1f} to {high:.1f}) on {images} images; exact simulator {100 * exact_right / images:.1f} %"
    )


if __name__ == "__main__":
    run_experiment(evaluate, "evaluate")
