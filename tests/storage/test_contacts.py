"""People: approval in both directions, and which profile counts."""

import pytest

from webapp.protocol.identifiers import AccountId
from webapp.storage import contacts
from webapp.storage.contacts import Contact
from webapp.storage.database import AccountDatabase


def name_of(database: AccountDatabase, account_id: AccountId) -> str | None:
    contact = contacts.get(database, account_id)
    assert contact is not None
    return contact.name


def test_nobody_is_known_at_first(database: AccountDatabase, alice: AccountId) -> None:
    assert contacts.get(database, alice) is None


def test_a_new_contact_is_neither_approved_nor_named(
    database: AccountDatabase, alice: AccountId
) -> None:
    made = contacts.ensure(database, alice)
    assert made == Contact(alice, None, 0, False, False, False, None)
    assert contacts.get(database, alice) == made


def test_ensuring_again_changes_nothing(database: AccountDatabase, alice: AccountId) -> None:
    contacts.set_approved(database, alice, True)
    assert contacts.ensure(database, alice).approved


def test_approval_goes_each_way_by_itself(
    database: AccountDatabase, alice: AccountId, bob: AccountId
) -> None:
    contacts.set_approved(database, alice, True)
    contacts.set_approved_me(database, bob, True)
    first, second = contacts.ensure(database, alice), contacts.ensure(database, bob)
    assert (first.approved, first.approved_me) == (True, False)
    assert (second.approved, second.approved_me) == (False, True)
    contacts.set_approved(database, alice, False)
    assert not contacts.ensure(database, alice).approved


@pytest.mark.parametrize(
    ("stored_s", "received_s", "taken"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_profile_counts_if_it_is_newer_or_nobody_gives_a_time(
    database: AccountDatabase, alice: AccountId, stored_s: int, received_s: int, taken: bool
) -> None:
    contacts.apply_profile(database, alice, name="Old", updated_s=stored_s)
    changed = contacts.apply_profile(database, alice, name="New", updated_s=received_s)
    assert changed is taken
    assert name_of(database, alice) == ("New" if taken else "Old")


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_name_keeps_the_old_one_but_its_time_counts(
    database: AccountDatabase, alice: AccountId, empty: str | None
) -> None:
    contacts.apply_profile(database, alice, name="Alice", updated_s=5)
    assert not contacts.apply_profile(database, alice, name=empty, updated_s=7)
    assert not contacts.apply_profile(database, alice, name="Late", updated_s=6)
    assert name_of(database, alice) == "Alice"


def test_the_same_profile_again_changes_nothing(
    database: AccountDatabase, alice: AccountId
) -> None:
    assert contacts.apply_profile(database, alice, name="Alice", updated_s=0)
    assert not contacts.apply_profile(database, alice, name="Alice", updated_s=0)


def test_a_profile_leaves_approval_alone(database: AccountDatabase, alice: AccountId) -> None:
    contacts.set_approved(database, alice, True)
    contacts.apply_profile(database, alice, name="Alice", updated_s=5)
    assert contacts.ensure(database, alice).approved


def test_a_nickname_stands_beside_the_name(database: AccountDatabase, alice: AccountId) -> None:
    contacts.apply_profile(database, alice, name="Alice", updated_s=5)
    contacts.set_nickname(database, alice, "Upstairs")
    contact = contacts.ensure(database, alice)
    assert (contact.name, contact.nickname) == ("Alice", "Upstairs")
    contacts.set_nickname(database, alice, None)
    assert contacts.ensure(database, alice).nickname is None


def test_somebody_is_blocked_and_no_longer(database: AccountDatabase, alice: AccountId) -> None:
    contacts.set_blocked(database, alice, True)
    assert contacts.ensure(database, alice).blocked
    contacts.set_blocked(database, alice, False)
    assert not contacts.ensure(database, alice).blocked


def test_a_forgotten_contact_was_never_met(database: AccountDatabase, alice: AccountId) -> None:
    contacts.set_approved(database, alice, True)
    contacts.forget(database, alice)
    contacts.forget(database, alice)
    assert contacts.get(database, alice) is None


def test_of_somebody_blocked_only_that_is_not_forgotten(
    database: AccountDatabase, alice: AccountId
) -> None:
    contacts.apply_profile(database, alice, name="Alice", updated_s=5)
    contacts.set_nickname(database, alice, "Upstairs")
    contacts.set_approved(database, alice, True)
    contacts.set_blocked(database, alice, True)
    contacts.forget(database, alice)
    assert contacts.get(database, alice) == Contact(alice, None, 0, False, False, True, None)
