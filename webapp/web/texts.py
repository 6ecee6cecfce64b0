"""The sentences of the interface: written in English where they are used, translated here.

Templates call ``_("…")`` and ``ngettext("…", "…", number)``; values go in by name, as in
``_("Write to %(name)s", name=name)``, and are escaped like every other value. Python does the same
with ``gettext`` and ``ngettext``. A sentence that is written down before anybody is there to read
it is marked with ``mark`` or ``Counted``, and said with ``gettext`` or ``Counted.of`` later.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from webapp.sentence import Sentence, mark
from webapp.web.languages import REGIONS, SOURCE, Language, language

__all__ = [
    "TEXT_FUNCTIONS",
    "Counted",
    "count",
    "gettext",
    "mark",
    "ngettext",
    "say",
    "speak",
    "speaking",
    "spoken",
    "use_texts",
]

_spoken: ContextVar[Callable[[], Language]] = ContextVar("spoken")


class Counted(NamedTuple):
    """A sentence that depends on a number, to be said later."""

    one: str
    many: str

    def of(self, number: int, **values: object) -> str:
        return ngettext(self.one, self.many, number, **values)


def spoken() -> Language:
    """Return the language in which the interface speaks at this moment."""
    return _spoken.get(_source)()


def speak(choose: Callable[[], Language]) -> None:
    """Speak what ``choose`` returns, from now on in this thread."""
    _spoken.set(choose)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Speak ``chosen`` inside the block."""
    token = _spoken.set(lambda: chosen)
    try:
        yield
    finally:
        _spoken.reset(token)


def say(sentence: Sentence) -> str:
    """Return what a lower layer has to tell, in the language of the interface."""
    return gettext(sentence.english, **sentence.values)


def gettext(message: str, **values: object) -> str:
    """Return ``message`` in the language of the interface, with ``values`` in their places."""
    said = spoken().gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Return the one of the two that fits ``number``, which stands for ``%(num)s``."""
    return spoken().ngettext(one, many, number) % {"num": count(number), **values}


def count(number: int) -> str:
    """Return ``number`` as the region of the interface writes it: 1,234 or 1.234."""
    return spoken().number(number)


def use_texts(environment: Environment) -> None:
    """Let the templates of ``environment`` call what speaks: the names of ``TEXT_FUNCTIONS``."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: spoken().gettext(message),
        lambda one, many, number: spoken().ngettext(one, many, number),
        newstyle=True,
    )
    plain: Any = environment.globals["ngettext"]
    environment.globals["ngettext"] = _with_written_number(plain)
    environment.globals |= {"count": count, "spoken": spoken}


# What every template may call without being given it.
TEXT_FUNCTIONS = frozenset({"_", "gettext", "ngettext", "count", "spoken"})


def _source() -> Language:
    return language(REGIONS[SOURCE])


def _with_written_number(plain: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int, **values: Any) -> str:
        return plain(context, one, many, number, **{"num": count(number), **values})

    return ngettext
