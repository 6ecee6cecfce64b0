"""The beginning of a tripwire: which vault it belongs to, and nothing else."""

from webapp.vault.tripwire import TRIPWIRE_BYTES, tripwire_salt, unused_tripwire

SALT = bytes(range(16))


def test_it_begins_with_what_its_vault_gives_it_and_is_random_behind() -> None:
    one, other = unused_tripwire(SALT), unused_tripwire(SALT)

    assert len(one) == len(other) == TRIPWIRE_BYTES
    assert one[:16] == other[:16] == tripwire_salt(SALT)
    assert one[16:32] != other[16:32]


def test_another_vault_gives_another_beginning() -> None:
    assert tripwire_salt(SALT) != tripwire_salt(bytes(16))


def test_the_beginning_never_changes_for_an_existing_vault() -> None:
    assert tripwire_salt(SALT).hex() == "e40306895eaafa0f617450d748c29086"
