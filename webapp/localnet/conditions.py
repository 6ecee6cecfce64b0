"""The conditions of `ifelse`: whether the network has reached a fork, version or height (§5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from webapp.localnet.errors import InvalidRequest

Facts = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Condition:
    """Bounds by name, such as ``hf_at_least``; all must hold."""

    bounds: Mapping[str, tuple[int, ...]]

    @classmethod
    def parse(cls, value: object, facts: Facts) -> Self:
        """Return the bounds that ``value`` sets on ``facts``. Raises InvalidRequest."""
        fields = value if isinstance(value, dict) else {}
        bounds = {
            name: _bound(name, fields[name], length=len(fact))
            for subject, fact in facts.items()
            for name in (f"{subject}_at_least", f"{subject}_before")
            if fields.get(name) is not None
        }
        if not bounds:
            raise InvalidRequest("Invalid ifelse request: no condition in 'if'")
        return cls(bounds)

    def holds(self, facts: Facts) -> bool:
        return all(self._holds(name, facts) for name in self.bounds)

    def _holds(self, name: str, facts: Facts) -> bool:
        subject, _, relation = name.partition("_")
        reached = facts[subject] >= self.bounds[name]
        return reached if relation == "at_least" else not reached


def _bound(name: str, value: object, *, length: int) -> tuple[int, ...]:
    """Return a list of ``length`` numbers; one number may stand alone."""
    items = value if isinstance(value, list) else [value]
    numbers = tuple(
        item for item in items if isinstance(item, int) and not isinstance(item, bool) and item >= 0
    )
    if not len(numbers) == len(items) == length:
        raise InvalidRequest(f"Invalid ifelse request: invalid '{name}'")
    return numbers
