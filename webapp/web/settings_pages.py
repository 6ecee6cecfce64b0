"""The pages of settings, in the order of their tree. A page comes when it has something to set."""

from dataclasses import dataclass

from webapp.web.texts import gettext


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """One line of the tree; ``name`` is that of its template, the icon one of icons.svg."""

    name: str
    label: str
    icon: str
    path: str


def settings_pages() -> tuple[SettingsPage, ...]:
    """Return all pages, named in the language of the interface."""
    return (
        SettingsPage("account", gettext("Account"), "user", "/account"),
        SettingsPage("lock", gettext("Lock"), "lock", "/settings/lock"),
        SettingsPage("emergency", gettext("Emergency"), "emergency", "/settings/emergency"),
        SettingsPage("appearance", gettext("Appearance"), "appearance", "/settings/appearance"),
        SettingsPage("chats", gettext("Chats"), "message", "/settings/chats"),
        SettingsPage("network", gettext("Network"), "globe", "/connection/proxy"),
        SettingsPage("erase", gettext("Erase"), "erase", "/settings/erase"),
        SettingsPage("help", gettext("Help"), "help", "/help"),
    )
