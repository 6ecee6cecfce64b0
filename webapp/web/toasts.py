"""What is said in one line about something that has just been done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence, and the address that undoes what it tells, if that is possible."""

    sentence: str
    undo: str | None = None
