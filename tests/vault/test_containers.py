"""The sixteen bytes with which a container begins."""

from webapp.vault.containers import (
    CONTAINER_COUNT,
    PRACTICE_SEED_BYTES,
    container_salt,
    practice_seed,
)

SALT = bytes(range(16))


def test_each_container_of_each_vault_has_its_own_salt() -> None:
    salts = {
        container_salt(vault_salt, number)
        for vault_salt in (bytes(16), b"\x01" * 16)
        for number in range(CONTAINER_COUNT)
    }
    assert len(salts) == 2 * CONTAINER_COUNT
    assert {len(salt) for salt in salts} == {16}


def test_the_salt_never_changes_for_an_existing_vault() -> None:
    assert container_salt(SALT, 3).hex() == "769966640472703e1589784ef1a47bfe"


def test_echo_stays_the_same_with_its_vault_and_only_with_it() -> None:
    assert practice_seed(SALT) == practice_seed(SALT)
    assert practice_seed(SALT) != practice_seed(bytes(16))
    assert len(practice_seed(SALT)) == PRACTICE_SEED_BYTES
