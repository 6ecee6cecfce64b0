"""How templates look up what all of them may use."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class PlainEnvironment(Environment):
    """Flask's, but all templates share one dictionary of globals.

    The library gives each template a chain of two dictionaries, and walks through it, name by
    name and in Python, for every partial and every import of a macro. Of a page with fifty
    messages that was a quarter. Nobody here gives a template globals of its own; whoever does
    gets the chain.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
