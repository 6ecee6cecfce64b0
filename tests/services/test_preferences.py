"""How the settings of the interface are read, changed and told."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import Start
from webapp.services import preferences
from webapp.services.errors import InvalidSetting
from webapp.services.events import Event, PreferencesChanged
from webapp.services.preferences import CHOICES, Preferences, as_texts, parse

names = st.sampled_from(sorted(CHOICES)) | st.text()
values = st.sampled_from(sorted({text for each in CHOICES.values() for text in each})) | st.text()


@given(st.dictionaries(names, values))
def test_whatever_is_stored_is_read_as_settings_that_may_be_chosen(stored: dict[str, str]) -> None:
    found = parse(stored)

    for name, choices in CHOICES.items():
        assert getattr(found, name) in choices.values()


@given(st.fixed_dictionaries({name: st.sampled_from(sorted(CHOICES[name])) for name in CHOICES}))
def test_settings_come_back_as_they_were_stored(stored: dict[str, str]) -> None:
    assert as_texts(parse(stored)) == stored


@given(st.sampled_from(sorted(CHOICES)), st.text())
def test_an_unknown_value_counts_as_not_set(name: str, value: str) -> None:
    if value not in CHOICES[name]:
        assert parse({name: value}) == Preferences()


def test_every_setting_has_choices_and_its_default_is_one_of_them() -> None:
    assert [field.name for field in fields(Preferences)] == list(CHOICES)
    assert parse(as_texts(Preferences())) == Preferences()


def test_a_new_account_has_the_defaults(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    found = preferences.load(runtime.account())

    assert found == Preferences(
        theme="dark", accent="green", text_size=100, enter_sends=True, spellcheck=False
    )


def test_a_changed_setting_is_told_and_survives_a_restart(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    told: list[Event] = []
    runtime.account().events.subscribe(told.append)

    preferences.change(runtime.account(), "text_size", "150")
    preferences.change(runtime.account(), "enter_sends", "off")

    assert [event for event in told if event == PreferencesChanged()] == [PreferencesChanged()] * 2
    assert preferences.load(start().account()) == Preferences(text_size=150, enter_sends=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "purple"), ("text_size", "101"), ("enter_sends", "True"), ("nothing", "on")],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(
    start: Start, name: str, value: str
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    preferences.change(runtime.account(), "theme", "light")
    told: list[Event] = []
    runtime.account().events.subscribe(told.append)

    with pytest.raises(InvalidSetting):
        preferences.change(runtime.account(), name, value)

    assert preferences.load(runtime.account()) == Preferences(theme="light")
    assert PreferencesChanged() not in told
