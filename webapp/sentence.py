"""Sentences of the lower layers, on their way to the screen.

Below the interface nobody knows which language its reader speaks. So what is going to be shown
travels as the English sentence with its values apart, and is put together where it is shown
(``web/texts.py``); English sentence and catalogue entry are one thing, as everywhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence, with ``%(name)s`` where a value belongs."""

    english: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it in English, for logs of tests and for the terminal."""
        return self.english % self.values if self.values else self.english


def mark(english: str) -> str:
    """Return ``english`` as it is. It is said later, and thereby gets into the catalogue."""
    return english
