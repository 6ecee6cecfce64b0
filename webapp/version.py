"""The version of the program, as the page of help names it; the same as in pyproject.toml."""

from typing import Final

VERSION: Final = "0.1.0"
