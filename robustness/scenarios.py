"""All scenarios, in the order of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from robustness import changes, clocks, company, compiled, damage, full_disk, kills
from robustness.finding import Finding
from robustness.watched import Bench

KILLS, DISKS, DAMAGE, COMPANY, OTHER = (
    *("Killed, and started again", "Full and read-only disks", "Damaged files", "Several runs at once"),
    "Clocks, memory, changes",
)


@dataclass(frozen=True)
class Scenario:
    """Something that befalls runs.

    Attributes:
        topic: Under which heading it stands.
        function: Plays it, for a seed and so many times; its docstring says what is done.
        few: How often tests play it; 0 where the scenario itself decides.
        many: How often it is played for the page.
    """

    topic: str
    function: Callable[[Bench, int, int], Finding]
    few: int = 0
    many: int = 0

    @property
    def name(self) -> str:
        """Its name."""
        return self.function.__name__

    @property
    def what(self) -> str:
        """What is done, in a sentence."""
        return " ".join((self.function.__doc__ or "").split())

    def play(self, bench: Bench, seed: int, *, often: bool) -> Finding:
        """Plays it.

        Raises:
            Broken: Something is broken.
        """
        return self.function(bench, seed, self.many if often else self.few)


SCENARIOS = (
    Scenario(KILLS, kills.kill_pca, few=18, many=100),
    Scenario(KILLS, kills.kill_cnn, few=17, many=100),
    Scenario(KILLS, kills.kill_aer, few=4, many=50),
    Scenario(KILLS, kills.kill_sweep, few=8, many=100),
    Scenario(KILLS, kills.kill_as_a_person, few=3, many=20),
    Scenario(DISKS, full_disk.fill_the_disk),
    Scenario(DISKS, full_disk.full_in_a_sweep),
    Scenario(DISKS, full_disk.read_only_disk),
    Scenario(DISKS, full_disk.folder_of_another),
    Scenario(DAMAGE, damage.last_checkpoint),
    Scenario(DAMAGE, damage.both_checkpoints),
    Scenario(DAMAGE, damage.foreign_checkpoint),
    Scenario(DAMAGE, damage.tables),
    Scenario(DAMAGE, damage.lost_lines),
    Scenario(DAMAGE, damage.model),
    Scenario(DAMAGE, damage.images),
    Scenario(DAMAGE, compiled.kernel_cache, few=2, many=9),
    Scenario(COMPANY, company.same_cell),
    Scenario(COMPANY, company.overlapping_sweeps),
    Scenario(COMPANY, company.killed_beside_another),
    Scenario(COMPANY, company.frozen_beside_another),
    Scenario(OTHER, clocks.jumping_clock, few=3, many=25),
    Scenario(OTHER, clocks.wrong_file_times, few=3, many=25),
    Scenario(OTHER, changes.short_of_memory),
    Scenario(OTHER, changes.forced, few=4, many=25),
    Scenario(OTHER, changes.other_commit),
)
