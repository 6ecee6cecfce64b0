"""Where the templates and the static files lie.

In a checkout they are folders beside ``webapp``; in an installed wheel they are inside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """Return the folder of the HTML templates."""
    return _folder("templates")


def static_dir() -> Path:
    """Return the folder of the files that the browser may fetch as they are."""
    return _folder("static")


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
