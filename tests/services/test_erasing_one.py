"""Erasing one account: it is gone, and all else stays byte for byte."""

import errno

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import (
    changed_slots,
    container_of,
    erase,
    handle_of,
    move,
    names,
    names_behind,
)
from tests.storage.fault_files import FaultFiles
from webapp.services.errors import (
    AccountClosed,
    AnotherCodeNeeded,
    WrongCode,
)
from webapp.services.events import AccountShown, Locked
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.vault.codes import CodeKind
from webapp.vault.containers import container_salt
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import read_salt


@pytest.mark.parametrize("name", ["Marit", "Ilse"])
def test_an_erased_account_is_gone_and_the_other_stays(
    rig: Rig, runtime: Runtime, name: str
) -> None:
    account = runtime.account(handle_of(runtime, name))
    [other] = {"Marit", "Ilse"} - {name}

    erase(runtime, name)

    assert names(runtime) == [other]
    assert account.database.closed
    assert rig.told() == [AccountShown()]
    assert names_behind(rig, PIN) == [other]


def test_erasing_one_leaves_all_else_byte_for_byte(rig: Rig, runtime: Runtime) -> None:
    container = container_of(runtime, "Ilse")
    rig.seal_another(Slot(SlotKind.OPEN, (Entry((container + 1) % 8, b"k" * 32),)))
    rig.end()
    path = fresh.container_path(rig.path, container)
    with path.open("ab") as grown:
        grown.write(bytes(5 * 4096))
    before = rig.snapshot()
    erase(rig.opened())
    rig.end()
    after = rig.snapshot()

    own = f"containers/{container}"
    assert changed_slots(before[fresh.VAULT], after[fresh.VAULT]) == {rig.slot()[0]}
    assert after[own][:16] == container_salt(read_salt(rig.vault()), container)
    assert len(after[own]) == len(before[own])
    same = sum(old == new for old, new in zip(before[own][16:], after[own][16:], strict=True))
    assert same < len(before[own]) / 100
    assert rig.side_files() == []
    used = {own, "containers/" + str(rig.slot()[1].entries[0].container)}
    for name in before.keys() - used - {fresh.VAULT, fresh.THROTTLE, fresh.DOOR}:
        assert after[name] == before[name], name


def test_the_key_of_an_erased_account_is_in_no_slot(rig: Rig, runtime: Runtime) -> None:
    container = container_of(runtime, "Ilse")
    entry = next(each for each in rig.slot()[1].entries if each.container == container)

    erase(runtime)

    assert entry.key not in {each.key for each in rig.slot()[1].entries}


def test_the_container_of_an_erased_account_can_be_taken_again(rig: Rig, runtime: Runtime) -> None:
    erase(runtime)

    for _ in range(7):
        rig.add(runtime, "more")

    assert len(runtime.accounts()) == 8


def test_without_the_code_nothing_is_erased(rig: Rig, runtime: Runtime) -> None:
    before = rig.vault()

    for current in ("000000", ""):
        with pytest.raises(WrongCode):
            erase(runtime, current=current)

    assert rig.vault() == before
    assert names(runtime) == ["Marit", "Ilse"]


def test_an_account_that_another_tab_has_erased_is_not_erased_again(
    rig: Rig, runtime: Runtime
) -> None:
    erased = handle_of(runtime, "Ilse")
    runtime.erase_account(erased, generation=runtime.generation)
    before = rig.vault()

    with pytest.raises(AccountClosed):
        runtime.erase_account(erased, generation=runtime.generation)

    assert rig.vault() == before
    assert names(runtime) == ["Marit"]


def test_the_only_account_without_a_code_leaves_the_app_as_on_the_first_day(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    erase(runtime, "Marit")

    assert runtime.state == "fresh"
    assert rig.told() == [AccountShown()]
    again = rig.start()
    assert again.state == "fresh"
    rig.add(again, "Ada")
    assert names(rig.start()) == ["Ada"]


def test_a_new_account_is_made_at_once_where_the_only_one_was_erased(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()
    erase(runtime, "Marit")

    rig.add(runtime, "Ada")

    assert runtime.state == "open"
    assert names(runtime) == ["Ada"]


def test_the_last_account_behind_a_code_stays_while_no_other_code_is_known(
    rig: Rig, runtime: Runtime
) -> None:
    erase(runtime)
    before = rig.vault()

    with pytest.raises(AnotherCodeNeeded):
        erase(runtime, "Marit")

    assert rig.vault() == before
    assert names(runtime) == ["Marit"]


def test_the_last_account_behind_a_code_takes_its_slot_along(rig: Rig, runtime: Runtime) -> None:
    move(runtime)
    before = rig.vault()
    place, _ = rig.slot()
    rig.events.clear()

    erase(runtime, "Marit")

    assert runtime.state == "locked"
    assert rig.told() == [Locked()]
    assert changed_slots(before, rig.vault()) == {place}
    assert runtime.unlock(CodeKind.PIN, PIN).reason == "wrong"
    assert names_behind(rig, OTHER_PIN) == ["Ilse"]


def test_a_disk_that_fails_while_the_container_is_refilled_changes_nothing_for_the_user(
    rig: Rig, runtime: Runtime
) -> None:
    """The key is gone: an error would say that the account is not."""
    files = FaultFiles(rig.path.parent)
    rig.end()
    runtime = rig.start(files)
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    refill = runtime._directory.refill_container

    def fail(number: int) -> None:
        files.fail_after(1, OSError(errno.EIO, "broken"))
        refill(number)

    runtime._directory.refill_container = fail  # type: ignore[method-assign]
    erase(runtime)

    assert names(runtime) == ["Marit"]
    rig.add(runtime, "Ada")
    assert names_behind(rig, PIN) == ["Marit", "Ada"]
