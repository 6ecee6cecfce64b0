"""One line of the table: what was measured, and what it may cost."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A measured value with its budget, if it has one; less is better."""

    what: str
    measured: float
    unit: str
    budget: float | None = None

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return ""
        return "met" if self.measured <= self.budget else "OVER"

    def line(self) -> str:
        budget = "" if self.budget is None else f"≤ {self.budget:g} {self.unit}"
        return (
            f"{self.what:<52} {f'{self.measured:.4g} {self.unit}':>12} {budget:>12}  {self.verdict}"
        )


HEADING = f"{'what':<52} {'measured':>12} {'budget':>12}"


def percentile(values: Sequence[float], share: int) -> float:
    """Return the value that ``share`` percent of ``values`` do not exceed."""
    return sorted(values)[min(len(values) * share // 100, len(values) - 1)]
