"""Guarded settings against a disk that is put back in part (T-V10)."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.lock_rig import PIN, Rig
from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from webapp.services import lock_settings
from webapp.services.errors import AppLocked, InvalidSetting, RolledBack
from webapp.services.events import LockSettingsChanged
from webapp.services.lock_settings import CHOICES, SAFEST, LockSettings
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.storage.errors import DataDirectoryUnusable
from webapp.vault.containers import PAGE_BYTES

SAFE = lock_settings.parse(SAFEST)
# For each setting a value that is neither the default nor the safest.
WEAKER = {"idle_minutes": "60", "last_tab": "off", "sleep": "off", "keep_receiving": "on"}


def unlocked(rig: Rig, files: FaultFiles | None = None) -> Runtime:
    runtime = rig.start(files)
    assert runtime.unlock("pin", PIN).opened
    rig.events.clear()
    return runtime


@pytest.fixture
def runtime(rig: Rig) -> Runtime:
    rig.locked()
    return unlocked(rig)


def container(rig: Rig) -> Path:
    return rig.path / fresh.CONTAINERS / str(rig.slot()[1].entries[0].container)


def test_a_new_account_has_the_defaults(runtime: Runtime) -> None:
    assert lock_settings.load(runtime.account()) == LockSettings()
    assert LockSettings() == LockSettings(5, True, True, False)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in CHOICES.items() for value in values]
)
def test_a_setting_is_kept_over_a_restart(
    rig: Rig, runtime: Runtime, name: str, value: str
) -> None:
    lock_settings.change(runtime.accounts(), name, value)
    assert rig.told() == [LockSettingsChanged()]

    again = unlocked(rig)

    assert getattr(lock_settings.load(again.account()), name) == CHOICES[name][value]
    assert not lock_settings.rolled_back(again.account())


@pytest.mark.parametrize(
    ("name", "value"),
    [("idle_minutes", "0"), ("idle_minutes", "never"), ("sleep", "true"), ("mars", "on")],
)
def test_another_value_is_refused(runtime: Runtime, name: str, value: str) -> None:
    with pytest.raises(InvalidSetting):
        lock_settings.change(runtime.accounts(), name, value)

    assert lock_settings.load(runtime.account()) == LockSettings()


def test_a_row_of_a_newer_version_has_the_default_of_this_one() -> None:
    assert lock_settings.parse({"idle_minutes": "2", "elsewhere": "x"}) == LockSettings()


@given(
    st.dictionaries(
        st.sampled_from([*CHOICES, "elsewhere"]),
        st.one_of(st.text(), st.sampled_from(["on", "off", "1", "5", "15", "30", "60"])),
    )
)
def test_any_rows_give_settings_that_can_be_chosen(rows: dict[str, str]) -> None:
    settings = lock_settings.parse(rows)

    for name, choices in CHOICES.items():
        assert getattr(settings, name) in choices.values()


def test_without_a_code_the_settings_are_kept_all_the_same(rig: Rig) -> None:
    rig.make_account()
    lock_settings.change(rig.start().accounts(), "sleep", "off")

    assert not lock_settings.load(rig.start().account()).sleep


def put_back(rig: Rig, name: str, old: bytes) -> None:
    assert (rig.path / name).read_bytes() != old
    (rig.path / name).write_bytes(old)


@pytest.mark.parametrize("name", WEAKER)
def test_a_whole_older_database_is_noticed(rig: Rig, runtime: Runtime, name: str) -> None:
    lock_settings.change(runtime.accounts(), name, WEAKER[name])
    rig.end()
    path = container(rig)
    old = path.read_bytes()
    safe = SAFEST[name]
    lock_settings.change(unlocked(rig).accounts(), name, safe)
    rig.end()
    path.write_bytes(old)

    account = unlocked(rig).account()

    assert lock_settings.rolled_back(account)
    assert lock_settings.load(account) == SAFE


@pytest.mark.parametrize("name", WEAKER)
def test_every_single_older_page_is_noticed_or_changes_no_setting(
    rig: Rig, runtime: Runtime, name: str
) -> None:
    lock_settings.change(runtime.accounts(), name, WEAKER[name])
    rig.end()
    path = container(rig)
    old = path.read_bytes()
    lock_settings.change(unlocked(rig).accounts(), name, SAFEST[name])
    expected = lock_settings.load(rig._running[0][0].account())
    rig.end()
    new = path.read_bytes()
    pages = range(0, len(new), PAGE_BYTES)
    different = [at for at in pages if new[at : at + PAGE_BYTES] != old[at : at + PAGE_BYTES]]
    noticed = 0
    assert len(different) >= 2
    for at in different:
        path.write_bytes(new[:at] + old[at : at + PAGE_BYTES] + new[at + PAGE_BYTES :])
        runtime = rig.start()
        if runtime.unlock("pin", PIN).opened:
            account = runtime.account()
            noticed += lock_settings.rolled_back(account)
            assert lock_settings.load(account) == (
                SAFE if lock_settings.rolled_back(account) else expected
            )
        rig.end()
    assert noticed


def test_an_older_vault_is_noticed(rig: Rig, runtime: Runtime) -> None:
    lock_settings.change(runtime.accounts(), "sleep", "off")
    old = rig.vault()
    for value in ("on", "off", "on"):
        lock_settings.change(runtime.accounts(), "sleep", value)
    rig.end()
    put_back(rig, fresh.VAULT, old)

    assert lock_settings.rolled_back(unlocked(rig).account())


def test_a_whole_older_directory_is_not_noticed(rig: Rig, runtime: Runtime, tmp_path: Path) -> None:
    """What the threat model says: nothing outside the directory remembers anything (A5)."""
    lock_settings.change(runtime.accounts(), "sleep", "off")
    rig.end()
    shutil.copytree(rig.path, tmp_path / "copy")
    lock_settings.change(unlocked(rig).accounts(), "sleep", "on")
    rig.end()
    shutil.rmtree(rig.path)
    shutil.copytree(tmp_path / "copy", rig.path)

    account = unlocked(rig).account()

    assert not lock_settings.rolled_back(account)
    assert not lock_settings.load(account).sleep


@pytest.fixture
def rolled_back(rig: Rig, runtime: Runtime) -> Runtime:
    rig.end()
    old = container(rig).read_bytes()
    lock_settings.change(unlocked(rig).accounts(), "idle_minutes", "30")
    rig.end()
    container(rig).write_bytes(old)
    return unlocked(rig)


def test_a_roll_back_is_said_at_every_start_until_it_is_acknowledged(
    rig: Rig, rolled_back: Runtime
) -> None:
    assert lock_settings.rolled_back(unlocked(rig).account())
    runtime = unlocked(rig)

    lock_settings.acknowledge(runtime.account())

    assert rig.told() == [LockSettingsChanged()]
    assert not lock_settings.rolled_back(runtime.account())
    assert lock_settings.load(runtime.account()) == SAFE
    again = unlocked(rig).account()
    assert not lock_settings.rolled_back(again)
    assert lock_settings.load(again) == SAFE


def test_before_that_no_setting_can_be_changed(rig: Rig, rolled_back: Runtime) -> None:
    before = rig.vault()

    with pytest.raises(RolledBack):
        lock_settings.change(rolled_back.accounts(), "sleep", "off")
    with pytest.raises(RolledBack):
        rolled_back.account().guarded.change("sleep", "off")

    assert rig.vault() == before
    lock_settings.acknowledge(rolled_back.account())
    lock_settings.change(rolled_back.accounts(), "sleep", "off")
    assert not lock_settings.load(rolled_back.account()).sleep


def test_acknowledging_what_did_not_happen_changes_nothing(rig: Rig, runtime: Runtime) -> None:
    before = rig.vault()

    lock_settings.acknowledge(runtime.account())

    assert rig.vault() == before
    assert lock_settings.load(runtime.account()) == LockSettings()


@pytest.mark.parametrize("loss", [Loss.NOTHING, Loss.CONTENT | Loss.NAMES])
@pytest.mark.parametrize("first", ["change", "acknowledge"])
def test_a_power_cut_between_database_and_vault_is_no_roll_back(
    rig: Rig, runtime: Runtime, first: str, loss: Loss
) -> None:
    lock_settings.change(runtime.accounts(), "idle_minutes", "15")
    rig.end()
    if first == "acknowledge":
        old = container(rig).read_bytes()
        lock_settings.change(unlocked(rig).accounts(), "idle_minutes", "60")
        rig.end()
        container(rig).write_bytes(old)
    before = rig.snapshot()
    for after in range(20):
        for name, content in before.items():
            (rig.path / name).write_bytes(content)
        files = FaultFiles(rig.path.parent)
        runtime = unlocked(rig, files)
        files.stop_after(after, loss)
        try:
            if first == "change":
                lock_settings.change(runtime.accounts(), "idle_minutes", "60")
            else:
                lock_settings.acknowledge(runtime.account())
        except PowerCut:
            running = runtime._open.shown
            assert running is not None
            running.stop()
            rig.forget()
        else:
            break
        again = unlocked(rig).account()
        # The database came first, so the change is there whatever became of the vault.
        assert not lock_settings.rolled_back(again)
        assert lock_settings.load(again).idle_minutes == (60 if first == "change" else 1)
        assert not lock_settings.rolled_back(unlocked(rig).account())
    assert after > 5


def test_a_vault_that_cannot_be_written_does_not_stop_the_next_change(
    rig: Rig, runtime: Runtime
) -> None:
    files = FaultFiles(rig.path.parent)
    runtime = unlocked(rig, files)
    files.fail_after(0, OSError(28, "full"))

    with pytest.raises(DataDirectoryUnusable):
        lock_settings.change(runtime.accounts(), "sleep", "off")
    assert not lock_settings.load(runtime.account()).sleep
    lock_settings.change(runtime.accounts(), "last_tab", "off")

    again = unlocked(rig).account()
    assert not lock_settings.rolled_back(again)
    assert lock_settings.load(again) == LockSettings(last_tab=False, sleep=False)


def test_a_change_that_the_lock_overtakes_is_found_by_the_next_unlock(
    rig: Rig, runtime: Runtime
) -> None:
    account = runtime.account()
    write = account.guarded._seal

    def lock_first(head: object) -> None:
        runtime.lock()
        write(head)  # type: ignore[arg-type]

    account.guarded._seal = lock_first
    with pytest.raises(AppLocked):
        lock_settings.change([account], "sleep", "off")

    assert runtime.unlock("pin", PIN).opened
    assert not lock_settings.rolled_back(runtime.account())
    assert not lock_settings.load(runtime.account()).sleep
