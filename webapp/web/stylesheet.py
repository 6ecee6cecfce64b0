"""The style sheet of the page in one answer: ``app.css`` with its imports filled in.

Every component has a file of its own (style R28), and a browser would ask for each of them
at every load: nothing of ours may be cached (headers.py).
"""

import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Response

_IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')


def stylesheet_route(static_dir: Path) -> Blueprint:
    """Return the route of the style sheet, which goes before the file of the same name."""
    blueprint = Blueprint("stylesheet", __name__)

    @blueprint.get("/static/css/app.css")
    def stylesheet() -> Response:
        return Response(filled_in(static_dir / "css" / "app.css"), mimetype="text/css")

    return blueprint


@cache
def filled_in(path: Path) -> str:
    """Return the text of a style sheet with each import in place, as a block of its layer."""

    def block(found: re.Match[str]) -> str:
        part = (path.parent / found[1]).read_text(encoding="utf-8")
        return f"@layer {found[2]} {{\n{part}\n}}"

    return _IMPORT.sub(block, path.read_text(encoding="utf-8"))
