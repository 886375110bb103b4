"""What scripts/ibm_jobs.py prints."""

from typing import Any

from qnlnet.hardware import COLLECTED, Proposal, Submission, expected_accuracy
from qnlnet.hardware.ledgers import COMMITTED, OWN
from qnlnet.runtime import State


def describe_proposal(proposal: Proposal) -> str:
    """Returns what a person wants to know before paying."""
    plan, circuit, cost = proposal.plan, proposal.circuit, proposal.cost
    found, backend = plan.circumstances, plan.request.backend
    inputs = proposal.workload.inputs
    accuracy, by_images, by_shots = expected_accuracy(inputs.exact_values, inputs.labels, inputs.head, backend.shots)
    count = len(plan.parts)
    lines = [
        ("key", plan.key),
        ("model", f"{found.cell}, seed {plan.request.seed}"),
        ("images", f"{len(plan.request.image_indices)} of the test split, {backend.shots:,} shots each"),
        ("device", f"{found.device}{_queue(proposal)}, calibrated {found.calibrated_at or 'never: it has no noise'}"),
        ("circuit", f"depth {circuit.depth}, {circuit.two_qubit_gates} two-qubit gates"),
        ("layout", f"qubits 0, 1, … lie on {', '.join(map(str, circuit.layout))}"),
        *(("", line) for line in _errors(proposal)),
        ("jobs", f"{count}, in a batch" if count > 1 else "1"),
        ("executions", f"{cost.executions:,}"),
        ("QPU seconds", f"{cost.seconds:.0f} estimated, {cost.rule_of_thumb_seconds:.0f} by IBM's rule of thumb"),
        ("of your time", _share(proposal)),
        (
            "accuracy",
            f"{accuracy:.1f} % expected without noise of the device, standard error {by_images:.1f} points "
            f"({by_shots:.1f} of them from the shots)",
        ),
    ]
    return "\n".join(f"{name:>14}  {text}" for name, text in lines)


def _queue(proposal: Proposal) -> str:
    device = proposal.device
    state = f" ({device.problem})" if device.problem else ""
    return f"{state}, {device.pending_jobs} jobs waiting" if device.pending_jobs else state


def _share(proposal: Proposal) -> str:
    if proposal.plan.request.backend.is_local:
        return "none: the device is simulated"
    if proposal.remaining_seconds is None:
        return "your instance has no limit"
    if proposal.remaining_seconds <= 0:
        return "the usage limit of your instance is reached"
    share = 100 * proposal.cost.upper_seconds / proposal.remaining_seconds
    return f"{share:.0f} % of the {proposal.remaining_seconds:.0f} s that your instance has left"


def _errors(proposal: Proposal) -> list[str]:
    """Returns the errors of the qubits that the circuit uses and of the couplings between them."""
    target, qubits = proposal.device.target, proposal.device.qubits
    used = [qubits.index(physical) for physical in proposal.circuit.layout]
    lines = []
    for name in target.operation_names:
        if name not in ("measure", "cx", "cz", "ecr") or None in target[name]:
            continue
        errors = {
            "-".join(str(qubits[index]) for index in sorted(pair)): properties.error  # one direction stands for both
            for pair, properties in target[name].items()
            if properties is not None and properties.error is not None and set(pair) <= set(used)
        }
        if errors:
            listed = ", ".join(f"{pair}: {100 * error:.2f} %" for pair, error in errors.items())
            lines.append(f"errors of {name}: {listed}")
    return lines


def describe_row(row: dict[str, Any]) -> str:
    """Returns the accuracy of a collected submission in two lines."""
    return (
        f"{row['key']}  {row['cell']}, seed {row['seed']}, on {row['device']}, mitigation {row['mitigation']}\n"
        f"  accuracy {row['accuracy']:.1f} % (95 %: {row['accuracy_low']:.1f} to {row['accuracy_high']:.1f}) on "
        f"{row['images']} images; exact simulator {row['exact_accuracy']:.1f} %; expectation values are off by "
        f"{row['mean_absolute_error']:.4f} on average, by {row['shot_noise_error']:.4f} from the shots alone"
    )


def describe_submission(submission: Submission) -> str:
    """Returns where a submission is and what to do next."""
    plan = submission.plan
    lines = [
        f"{submission.key}  {submission.state:<10}  {plan.circumstances.device}, "
        f"{plan.circumstances.cell}, seed {plan.request.seed}, {len(plan.request.image_indices)} images"
    ]
    for number, job in enumerate(submission.jobs, 1):
        if submission.state != COLLECTED:
            name = job.record.job_id or "no job yet"
            lines.append(f"  job {number}: {job.state}, {name}. {job.record.note}".rstrip())
    lines.append(f"  next: {next_step(submission)}")
    return "\n".join(lines)


def next_step(submission: Submission) -> str:
    """Returns what a person does next with a submission."""
    if submission.state == COLLECTED:
        return "nothing; its row is in hardware.csv"
    program, root = "python scripts/ibm_jobs.py", submission.directory.parent
    where = submission.key if root in (OWN, COMMITTED) else f"{submission.key} --ledger {root}"
    return {
        State.PLANNED: "nothing was submitted; run the same submit command again",
        State.SUBMITTING: f"{program} status {where} finds out whether the job has arrived",
        State.SUBMITTED: f"{program} collect {where} --wait",
        State.RETRIEVED: f"{program} collect {where}",
        State.FAILED: "read the reason; submit --repeat runs it again",
        State.CANCELLED: "submit --repeat runs it again",
        State.GONE: "submit --repeat runs it again; collect sooner next time",
    }[State(submission.state)]
