"""What every form that destroys something asks for, and what it answers with."""

from flask import Response

from webapp.services.errors import ErasingWordMissing
from webapp.web.headers import CLEAR_SITE_DATA
from webapp.web.texts import gettext


def erase_word() -> str:
    """Return what has to be typed, so that no slip of the hand destroys anything."""
    return gettext("erase")


def require_erase_word(typed: str) -> None:
    """Go on only if the word was typed, in any case. Raises ErasingWordMissing."""
    if typed.strip().casefold() != erase_word().casefold():
        raise ErasingWordMissing(erase_word())


def erased() -> Response:
    """Return the answer after which the tab finds the page of a first start."""
    answer = Response(status=204)
    answer.headers.add(*CLEAR_SITE_DATA)
    return answer
