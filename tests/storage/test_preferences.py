"""Settings on the disk."""

from webapp.storage import preferences
from webapp.storage.database import AccountDatabase


def test_nothing_is_set_in_a_new_account(database: AccountDatabase) -> None:
    assert preferences.load(database) == {}


def test_the_last_value_of_a_setting_counts(database: AccountDatabase) -> None:
    preferences.store(database, "theme", "light")
    preferences.store(database, "accent", "blue")
    preferences.store(database, "theme", "dark")

    assert preferences.load(database) == {"theme": "dark", "accent": "blue"}
