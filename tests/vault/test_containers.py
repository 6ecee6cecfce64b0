"""The sixteen bytes with which a container begins."""

from webapp.vault.containers import CONTAINER_COUNT, container_salt


def test_each_container_of_each_vault_has_its_own_salt() -> None:
    salts = {
        container_salt(vault_salt, number)
        for vault_salt in (bytes(16), b"\x01" * 16)
        for number in range(CONTAINER_COUNT)
    }
    assert len(salts) == 2 * CONTAINER_COUNT
    assert {len(salt) for salt in salts} == {16}


def test_the_salt_never_changes_for_an_existing_vault() -> None:
    assert container_salt(bytes(range(16)), 3).hex() == "769966640472703e1589784ef1a47bfe"
