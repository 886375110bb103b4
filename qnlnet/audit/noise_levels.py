"""How much of which noise: what is varied, from a configuration to backends."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from qnlnet.config import BackendConfig, NoiseConfig

Kind = Literal["shots", "depolarizing", "device"]


@dataclass(frozen=True)
class Level:
    """One kind and strength of noise.

    Attributes:
        noise: ``shots``, ``depolarizing`` or ``device``.
        value: The number of shots, the probability or the name of the device, as text; behind a device's name, as in
            ``FakeManilaV2, 1024 shots``, what is counted on it.
    """

    noise: Kind
    value: str

    @property
    def backend(self) -> BackendConfig:
        """What runs circuits with this noise."""
        if self.noise == "shots":
            return BackendConfig(name="aer", shots=int(self.value))
        if self.noise == "depolarizing":
            return BackendConfig(name="aer", depolarizing=float(self.value))
        device, _, shots = self.value.partition(", ")
        return BackendConfig(name="aer", noise=device, shots=int(shots.removesuffix(" shots")) if shots else None)


def list_levels(config: NoiseConfig) -> list[Level]:
    """Returns all levels, the kinds one after the other, each in the order of the configuration."""
    return [
        *(Level("shots", str(shots)) for shots in config.shots),
        *(Level("depolarizing", str(probability)) for probability in config.depolarizing),
        *(Level("device", f"{device}{counted}") for device in config.devices for counted in _counted(config)),
    ]


def _counted(config: NoiseConfig) -> list[str]:
    return [""] if config.device_shots is None else ["", f", {config.device_shots} shots"]


def shot_seed(config_hash: str, seed: int, level: Level) -> int:
    """Returns a seed of the shots that no other model and no other level shares."""
    text = f"{config_hash}-{seed} {level.noise} {level.value}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
