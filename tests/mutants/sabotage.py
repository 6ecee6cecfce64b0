"""One sabotage, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sabotage:
    """What somebody might do to ``file`` by mistake, and the tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
