"""An erase that spares one account, which then opens under another code; and going on with it."""

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.test_erasing import finished
from webapp.services.errors import AppLocked
from webapp.services.events import Erased, EraseFinished, Unlocked
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import NO_FLAGS, Entry, Slot
from webapp.vault.slots import open_vault


def test_the_account_that_is_spared_opens_under_its_new_code_and_nothing_else_does(
    rig: Rig, opened: Runtime
) -> None:
    entry = opened._held.space.entries[0]  # type: ignore[union-attr]
    account_id = opened.account().account_id
    rig.seal_another(Slot(opened._held.space.slot.kind, (Entry(6, b"h" * 32),)), "999999")  # type: ignore[union-attr]

    generation = opened.erase_others(entry, rig.root(OTHER_PIN), CodeKind.PIN)

    assert generation == opened.generation
    assert opened.state == "open"
    assert opened.account().account_id == account_id
    assert open_vault(rig.vault(), rig.root()) is None
    assert open_vault(rig.vault(), rig.root("999999")) is None
    finished(opened)
    assert rig.slot(OTHER_PIN)[1] == Slot(opened._held.space.slot.kind, (entry,), flags=NO_FLAGS)  # type: ignore[union-attr]
    told = [type(event) for event in rig.told()]
    assert told.index(Erased) < told.index(Unlocked) < told.index(EraseFinished)
    opened.lock()
    assert opened.unlock(CodeKind.PIN, PIN).reason == "wrong"
    assert opened.unlock(CodeKind.PIN, OTHER_PIN).opened


def test_a_crash_after_the_first_write_is_finished_by_the_next_unlock(
    rig: Rig, opened: Runtime
) -> None:
    entry = opened._held.space.entries[0]  # type: ignore[union-attr]
    opened._directory.destroy_other_keys(rig.root(OTHER_PIN), entry)
    rubbish = next(n for n in range(8) if n != entry.container)
    before = fresh.container_path(rig.path, rubbish).read_bytes()

    again = rig.start()
    assert again.state == "locked"
    assert again.unlock(CodeKind.PIN, OTHER_PIN).opened
    finished(again)

    assert rig.slot(OTHER_PIN)[1].flags == NO_FLAGS
    assert fresh.container_path(rig.path, rubbish).read_bytes() != before


def test_an_account_that_does_not_open_leaves_the_app_locked(rig: Rig, opened: Runtime) -> None:
    with pytest.raises(Exception, match="does not"):
        opened.erase_others(Entry(5, b"x" * 32), rig.root(OTHER_PIN), CodeKind.PIN)

    assert opened.state == "locked"
    assert open_vault(rig.vault(), rig.root()) is None
    with pytest.raises(AppLocked):
        opened.account()


def test_a_process_that_goes_on_for_another_opens_what_was_open_there(
    rig: Rig, opened: Runtime
) -> None:
    left = opened.opened_by
    assert left == (rig.root(), CodeKind.PIN)
    opened.lock()
    assert opened.opened_by is None
    directory = opened._directory
    opened.close()
    heir = Runtime(
        directory,
        networks=opened.networks,
        make_network=opened._ways._make,
        clock=opened.clock,
        events=opened.events,
        profile=rig.profile,
    )

    heir.start(left)

    assert heir.state == "open"
    assert heir.code_kind() is CodeKind.PIN
    heir.close()


@pytest.mark.parametrize("left", [None, (b"x" * 32, CodeKind.PIN)])
def test_without_the_right_root_it_is_locked_as_at_any_start(
    rig: Rig, left: tuple[bytes, CodeKind] | None
) -> None:
    runtime = rig.locked()
    directory = runtime._directory
    runtime.close()
    heir = Runtime(
        directory,
        networks=runtime.networks,
        make_network=runtime._ways._make,
        clock=runtime.clock,
        events=runtime.events,
        profile=rig.profile,
    )

    heir.start(left)

    assert heir.state == "locked"
    assert heir.code_kind() is None
    heir.gate.answers_after_s()
    heir.close()
