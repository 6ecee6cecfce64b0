"""What is damaged, swapped or foreign: one neutral answer, and nothing gets worse by it."""

from collections.abc import Callable

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from webapp.services import codes
from webapp.storage import accounts, fresh
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import Slot, SlotKind
from webapp.vault.slots import new_vault, read_salt


def test_while_one_space_is_open_the_code_of_another_is_wrong(rig: Rig) -> None:
    """Behind a lock it is not, behind a light one neither (test_several_accounts.py)."""
    runtime = rig.locked()
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    rig.seal_another(Slot(SlotKind.OPEN))

    assert runtime.unlock(CodeKind.PIN, OTHER_PIN).reason == "wrong"
    assert rig.throttle().count == 1


def test_a_space_without_an_account_opens_as_a_fresh_one(rig: Rig) -> None:
    runtime = rig.locked()
    rig.seal_another(Slot(SlotKind.OPEN))

    assert runtime.unlock(CodeKind.PIN, OTHER_PIN).opened

    assert runtime.state == "fresh"
    assert runtime.code_is_set
    runtime.lock()
    assert runtime.state == "locked"


def test_a_container_that_does_not_open_leaves_the_app_locked_and_everything_as_it_was(
    rig: Rig,
) -> None:
    runtime = rig.locked()
    before = rig.snapshot()
    number = rig.slot()[1].entries[0].container
    container = rig.path / fresh.CONTAINERS / str(number)
    container.write_bytes(before[f"containers/{(number + 1) % 8}"])
    swapped = rig.snapshot()

    result = runtime.unlock(CodeKind.PIN, PIN)

    assert result.reason == "failed"
    assert runtime.state == "locked"
    after = rig.snapshot()
    assert {name: after[name] for name in after if name != "throttle"} == {
        name: swapped[name] for name in swapped if name != "throttle"
    }
    container.write_bytes(before[f"containers/{number}"])
    assert runtime.unlock(CodeKind.PIN, PIN).opened


@pytest.mark.parametrize(
    "damage",
    [
        lambda vault: vault[:2048],
        lambda vault: b"",
        lambda vault: vault + b"\0",
        lambda vault: vault[:32] + b"\x02" + vault[33:],
        lambda vault: vault[:40] + b"\x01" + vault[41:],
        lambda vault: bytes([vault[0] ^ 1]) + vault[1:],
    ],
    ids=["half", "empty", "longer", "unknown profile", "newer version", "salt"],
)
def test_a_vault_damaged_while_the_app_is_locked_says_one_neutral_thing(
    rig: Rig, damage: Callable[[bytes], bytes]
) -> None:
    runtime = rig.locked()
    vault = rig.path / fresh.VAULT
    vault.write_bytes(damage(rig.vault()))
    before = rig.snapshot()

    results = {runtime.unlock(kind, text).reason for kind, text in (("pin", PIN), ("pin", "1"))}

    assert results == {"failed"}
    assert rig.snapshot() == before
    assert runtime.state == "locked"


def test_every_bit_flipped_in_the_slot_makes_the_right_code_a_wrong_one(rig: Rig) -> None:
    rig.locked()
    index, vault = rig.slot()[0], rig.vault()
    start = 64 + index * 504
    for offset in (0, 31, 32, 55, 56, 400, 503):
        changed = bytearray(vault)
        changed[start + offset] ^= 0x10
        (rig.path / fresh.VAULT).write_bytes(bytes(changed))
        runtime = rig.start()
        assert runtime.unlock(CodeKind.PIN, PIN).reason == "wrong"
        (rig.path / fresh.VAULT).write_bytes(vault)
        assert runtime.unlock(CodeKind.PIN, PIN).opened


def test_a_vault_without_any_slot_in_use_looks_like_one_with_a_code(rig: Rig) -> None:
    rig.make_account()
    (rig.path / fresh.VAULT).write_bytes(new_vault(read_salt(rig.vault())))

    runtime = rig.start()

    assert runtime.state == "locked"
    assert runtime.unlock(CodeKind.PIN, PIN).reason == "wrong"


@pytest.mark.parametrize("change", ["network", "proxy"])
def test_an_account_whose_network_cannot_be_made_stays_locked(rig: Rig, change: str) -> None:
    rig.make_account()
    runtime = rig.start()
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    network = {"kind": "mars"} if change == "network" else {"kind": "practice", "proxy": "x"}
    accounts.set_network(runtime.account().database, network)
    runtime = rig.start()

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"

    assert runtime.state == "locked"
    assert rig.side_files() == []
