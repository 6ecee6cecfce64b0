"""Which language the interface speaks: that of the account's settings, else that of the browser.

What is drawn outside of a request (pushes, the launch file) speaks as the last page did that a
browser of this user has loaded; before the first one, as this computer does.
"""

from collections.abc import Callable, Iterable
from functools import cache
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from babel import default_locale
from flask import request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from webapp.web.guards import LOCKED_KEY
from webapp.web.languages import Language, Preference, language_for
from webapp.web.texts import speak

PAGE_PATH = "/"


class InterfaceLanguage:
    """Decides for every request; ``preference`` tells what the open account wants, if any is."""

    def __init__(self, preference: Callable[[], Preference]) -> None:
        self._preference = preference
        self._accepted = _accepted_by_system()

    def of_tabs(self) -> Language:
        """Return the language of the tabs that are open, as far as one can tell."""
        return language_for(self._accepted, self._preference())

    def layer(self, app: WSGIApplication) -> WSGIApplication:
        """Return ``app`` speaking the language of each request."""

        def speaking_app(
            environ: WSGIEnvironment, start_response: StartResponse
        ) -> Iterable[bytes]:
            accepted = _accepted_in(environ)
            # Found out when the first word is said: most answers are files, or say nothing.
            # Behind a lock nobody may learn what its owner has chosen.
            speak(cache(lambda: language_for(accepted, self._wanted(environ))))
            return app(environ, start_response)

        return speaking_app

    def _wanted(self, environ: WSGIEnvironment) -> Preference:
        return "auto" if environ.get(LOCKED_KEY) else self._preference()

    def remember(self) -> None:
        """Remember the language of a page; to be called before each request that is let in."""
        if request.path == PAGE_PATH:
            self._accepted = _accepted_in(request.environ)


def _accepted_in(environ: WSGIEnvironment) -> tuple[str, ...]:
    header = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
    return tuple(tag for tag, quality in header if quality > 0)


def _accepted_by_system() -> tuple[str, ...]:
    name = default_locale("LC_MESSAGES")
    return (name.replace("_", "-"),) if name else ()
