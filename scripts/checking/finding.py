"""What a check has found: facts for one line, and problems, a sentence each."""

from dataclasses import dataclass, field


@dataclass
class Finding:
    """What is known about one folder after its check.

    Attributes:
        name: The folder, as it is shown.
        facts: What it holds and what was checked.
        problems: What is wrong; none if all is well.
    """

    name: str
    facts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Returns the line of the folder and one more for each problem."""
        verdict = "ok" if not self.problems else f"{count(len(self.problems), 'problem')}"
        line = f"{self.name}: {verdict}" + "".join(f"; {fact}" for fact in self.facts)
        return [line, *(f"  {problem}" for problem in self.problems)]


def count(number: int, noun: str) -> str:
    """Returns for example ``1 row`` or ``1,500 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
