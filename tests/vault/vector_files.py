"""The vectors of our own formats: one case a file, ``name: value`` on each line."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "vectors"


def cases(area: str) -> list[object]:
    """Return every case of ``area`` as a parameter of a test."""
    paths = sorted((FOLDER / area).glob("*.txt"))
    return [pytest.param(_read(path), id=path.stem) for path in paths]


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}
