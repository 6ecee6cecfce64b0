"""The sentences of the interface: written in English where they are used, translated here.

Templates call ``_("…")`` and ``ngettext("…", "…", number)``; values go in by name, as in
``_("Write to %(name)s", name=name)``, and are escaped like every other value.
"""

from jinja2 import Environment


def gettext(message: str) -> str:
    """Return ``message`` in the language of the interface."""
    return message


def ngettext(one: str, many: str, number: int) -> str:
    """Return the one of the two that fits ``number``, in the language of the interface."""
    return one if number == 1 else many


def use_texts(environment: Environment) -> None:
    """Let the templates of ``environment`` call ``_``, ``gettext`` and ``ngettext``."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
