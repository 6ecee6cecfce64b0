"""Several accounts behind one code: all at work, one shown, one lock for all."""

import threading

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.recovery import encode_recovery_password
from webapp.services import codes, hues, lock_settings, messaging, pseudonyms, reading
from webapp.services.errors import (
    AccountClosed,
    AccountExists,
    AccountOpenAlready,
    AppLocked,
    RolledBack,
)
from webapp.services.events import (
    AccountShown,
    ConversationChanged,
    Event,
    Locked,
    LockSettingsChanged,
    MessagesAdded,
    OfAccount,
)
from webapp.services.lock_settings import LockSettings
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.storage import fresh, preferences
from webapp.storage.errors import NoFreeContainer
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import Slot, SlotKind


@pytest.fixture
def runtime(rig: Rig) -> Runtime:
    """Marit, Ilse and Noor, open without a code; Noor is shown."""
    rig.make_account()
    runtime = rig.start()
    rig.add(runtime, "Ilse")
    rig.add(runtime, "Noor")
    rig.events.clear()
    return runtime


@pytest.fixture
def behind_code(rig: Rig, runtime: Runtime) -> Runtime:
    """The same three behind a code, after an unlock; Marit is shown."""
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    again = rig.opened()
    rig.events.clear()
    return again


def names(runtime: Runtime) -> list[str]:
    return [reading.account_record(each).name for each in runtime.accounts()]


def shown(runtime: Runtime) -> str:
    return reading.account_record(runtime.account()).name


def handle_of(runtime: Runtime, name: str) -> str:
    return next(
        each.handle for each in runtime.accounts() if reading.account_record(each).name == name
    )


def write_note(account: OpenAccount) -> tuple[int, int]:
    conversation = messaging.start_conversation(account, account.account_id)
    return conversation, messaging.send_text(account, conversation, "a note")


def settings_of(runtime: Runtime) -> LockSettings:
    return lock_settings.load(*runtime.accounts())


def test_a_new_account_is_shown_and_the_others_stay_open(rig: Rig, runtime: Runtime) -> None:
    assert names(runtime) == ["Marit", "Ilse", "Noor"]
    assert shown(runtime) == "Noor"
    assert runtime.state == "open"


def test_all_are_open_after_a_restart_and_the_first_is_shown(rig: Rig, runtime: Runtime) -> None:
    again = rig.start()

    assert names(again) == ["Marit", "Ilse", "Noor"]
    assert shown(again) == "Marit"


def test_one_code_opens_all(behind_code: Runtime) -> None:
    assert names(behind_code) == ["Marit", "Ilse", "Noor"]
    assert shown(behind_code) == "Marit"


def test_accounts_share_no_key_network_or_container(runtime: Runtime) -> None:
    accounts = runtime.accounts()

    for part in ("account_id", "handle"):
        assert len({getattr(each, part) for each in accounts}) == 3
    for part in ("network", "database", "events", "guarded", "outbox_filled"):
        assert len({id(getattr(each, part)) for each in accounts}) == 3
    assert len({each.container for each in runtime._open._running}) == 3


def test_a_handle_names_nothing_after_the_next_opening(rig: Rig, runtime: Runtime) -> None:
    before = {each.handle for each in runtime.accounts()}

    again = rig.start()

    assert not before & {each.handle for each in again.accounts()}
    for handle in before:
        with pytest.raises(AccountClosed):
            again.account(handle)


def test_first_polls_lie_apart(behind_code: Runtime) -> None:
    waits = [each.receiver._quiet_s for each in behind_code._open._running]

    assert all(wait > ANSWERS_AFTER_S for wait in waits)
    assert waits == sorted(waits)
    assert waits[1] - waits[0] >= 1.0
    assert waits[2] - waits[0] >= 2.0


def test_colours_are_distinct_and_stay(rig: Rig, runtime: Runtime) -> None:
    before = [hues.of_account(each) for each in runtime.accounts()]
    assert len(set(before)) == 3

    again = rig.start()

    assert [hues.of_account(each) for each in again.accounts()] == before


def test_a_colour_that_cannot_be_one_counts_as_none(runtime: Runtime) -> None:
    account = runtime.account()
    own = hues.choose(account.account_id, taken=())

    for damaged in ("", "4", "10", "x"):
        preferences.store(account.database, "hue", damaged)
        assert hues.of_account(account) == own


def test_another_account_is_shown_and_told(rig: Rig, runtime: Runtime) -> None:
    before = runtime.view

    runtime.show(handle_of(runtime, "Ilse"))

    assert shown(runtime) == "Ilse"
    assert runtime.view != before
    assert runtime.view[0] == before[0]
    assert rig.told() == [AccountShown()]


def test_showing_what_is_shown_changes_nothing(rig: Rig, runtime: Runtime) -> None:
    runtime.show(handle_of(runtime, "Noor"))

    assert rig.told() == []


def test_what_is_not_open_cannot_be_shown(runtime: Runtime) -> None:
    with pytest.raises(AccountClosed):
        runtime.show("nobody")
    assert shown(runtime) == "Noor"


def test_locked_nothing_can_be_shown(behind_code: Runtime) -> None:
    handle = handle_of(behind_code, "Ilse")
    behind_code.lock(depth="light")

    for ask in (lambda: behind_code.show(handle), behind_code.accounts):
        with pytest.raises(AppLocked):
            ask()
    with pytest.raises(AppLocked):
        behind_code.account(handle)


def test_a_page_reaches_its_own_account_whichever_is_shown(runtime: Runtime) -> None:
    ilse = handle_of(runtime, "Ilse")

    assert reading.account_record(runtime.account(ilse)).name == "Ilse"
    assert shown(runtime) == "Noor"


def test_the_app_is_told_in_which_account_something_happened(runtime: Runtime) -> None:
    told: list[Event] = []
    runtime.events.subscribe(told.append)
    ilse = runtime.account(handle_of(runtime, "Ilse"))

    conversation, message = write_note(ilse)

    assert OfAccount(ilse.handle, MessagesAdded(conversation, (message,))) in told


def test_an_account_is_told_of_itself_only(runtime: Runtime) -> None:
    ilse, noor = (runtime.account(handle_of(runtime, name)) for name in ("Ilse", "Noor"))
    told: list[Event] = []
    noor.events.subscribe(told.append)

    write_note(ilse)

    assert not [each for each in told if isinstance(each, MessagesAdded | ConversationChanged)]


def test_a_deep_lock_closes_all(rig: Rig, behind_code: Runtime) -> None:
    accounts = behind_code.accounts()

    behind_code.lock()

    assert all(each.database.closed for each in accounts)
    assert rig.side_files() == []
    assert not {"sender", "receiver"} & {thread.name for thread in threading.enumerate()}
    assert rig.told() == [Locked()]


def test_a_light_lock_keeps_all_and_the_one_that_is_shown(behind_code: Runtime) -> None:
    behind_code.show(handle_of(behind_code, "Ilse"))
    accounts = behind_code.accounts()
    behind_code.lock(depth="light")

    assert behind_code.unlock(CodeKind.PIN, PIN).opened

    assert behind_code.accounts() == accounts
    assert shown(behind_code) == "Ilse"


def test_a_thread_that_hangs_in_each_account_does_not_hold_up_a_lock(
    rig: Rig, behind_code: Runtime
) -> None:
    release = threading.Event()
    ended = []
    for running in behind_code._open._running:
        stuck = threading.Thread(target=release.wait, name="stuck", daemon=True)
        stuck.start()
        ended += [running.sender._thread, stuck]
        running.sender._thread = stuck
    accounts = behind_code.accounts()

    thread = threading.Thread(target=behind_code.lock)
    thread.start()
    thread.join(10)

    is_locked = not thread.is_alive() and all(each.database.closed for each in accounts)
    release.set()
    for each in (*ended, thread):
        each.join()
    assert is_locked


def test_a_setting_of_the_lock_is_set_in_every_account(rig: Rig, behind_code: Runtime) -> None:
    rig.events.clear()

    lock_settings.change(behind_code.accounts(), "idle_minutes", "30")

    assert [lock_settings.load(each).idle_minutes for each in behind_code.accounts()] == [30] * 3
    assert rig.told() == [LockSettingsChanged()] * 3
    assert settings_of(rig.opened()).idle_minutes == 30


@pytest.mark.parametrize(
    ("name", "strict", "weak"),
    [
        ("idle_minutes", "1", "60"),
        ("last_tab", "on", "off"),
        ("sleep", "on", "off"),
        ("keep_receiving", "off", "on"),
    ],
)
@pytest.mark.parametrize("place", range(3))
def test_where_accounts_differ_the_strictest_holds(
    runtime: Runtime, name: str, strict: str, weak: str, place: int
) -> None:
    for number, account in enumerate(runtime.accounts()):
        account.guarded.change(name, strict if number == place else weak)

    assert lock_settings.as_texts(settings_of(runtime))[name] == strict


def test_a_new_account_takes_over_the_settings_of_the_lock(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()
    lock_settings.change(runtime.accounts(), "idle_minutes", "60")
    lock_settings.change(runtime.accounts(), "sleep", "off")

    rig.add(runtime, "Ilse")

    expected = LockSettings(idle_minutes=60, sleep=False)
    assert [lock_settings.load(each) for each in runtime.accounts()] == [expected] * 2
    assert settings_of(rig.start()) == expected


def test_the_app_locks_by_the_strictest(
    rig: Rig, behind_code: Runtime, clock: JumpingClock
) -> None:
    lock_settings.change(behind_code.accounts(), "idle_minutes", "60")
    behind_code.accounts()[1].guarded.change("idle_minutes", "1")

    clock.advance(61)
    behind_code.tick()

    assert behind_code.state == "locked"


def test_one_account_that_was_put_back_makes_the_lock_as_strict_as_can_be(
    rig: Rig, behind_code: Runtime
) -> None:
    lock_settings.change(behind_code.accounts(), "idle_minutes", "30")
    container = behind_code._open._running[1].container
    rig.end()
    path = fresh.container_path(rig.path, container)
    older = path.read_bytes()
    runtime = rig.opened()
    lock_settings.change(runtime.accounts(), "idle_minutes", "60")
    rig.end()
    path.write_bytes(older)

    runtime = rig.opened()

    assert lock_settings.rolled_back(*runtime.accounts())
    assert settings_of(runtime).idle_minutes == 1
    with pytest.raises(RolledBack):
        lock_settings.change(runtime.accounts(), "idle_minutes", "5")
    assert lock_settings.load(runtime.accounts()[0]).idle_minutes == 60
    lock_settings.acknowledge(*runtime.accounts())
    lock_settings.change(runtime.accounts(), "idle_minutes", "5")
    assert settings_of(runtime).idle_minutes == 5


def test_a_damaged_container_does_not_close_the_others(rig: Rig, behind_code: Runtime) -> None:
    container = behind_code._open._running[0].container
    rig.end()
    path = fresh.container_path(rig.path, container)
    path.write_bytes(path.read_bytes()[:5000] + bytes(path.stat().st_size - 5000))
    damaged = path.read_bytes()

    runtime = rig.opened()

    assert names(runtime) == ["Ilse", "Noor"]
    assert runtime.unopened == 1
    lock_settings.change(runtime.accounts(), "idle_minutes", "30")
    rig.add(runtime, "Ada")
    assert path.read_bytes() == damaged
    assert len(rig.slot()[1].entries) == 4


def test_where_no_account_opens_the_code_has_failed(rig: Rig, behind_code: Runtime) -> None:
    rig.end()
    for number in range(8):
        path = fresh.container_path(rig.path, number)
        path.write_bytes(path.read_bytes()[:16] + bytes(path.stat().st_size - 16))

    runtime = rig.start()

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"
    assert runtime.state == "locked"


def test_an_account_that_is_open_cannot_be_brought_back_beside_itself(
    rig: Rig, runtime: Runtime
) -> None:
    seed = reading.account_record(runtime.accounts()[0]).seed
    before = rig.snapshot()

    with pytest.raises(AccountOpenAlready):
        runtime.restore_account(
            encode_recovery_password(seed), name="Marit", network="practice", beside=3
        )

    assert len(runtime.accounts()) == 3
    assert rig.snapshot().keys() == before.keys()


def test_an_account_is_brought_back_beside_others(rig: Rig, runtime: Runtime) -> None:
    seed = Seed.generate()

    runtime.restore_account(
        encode_recovery_password(seed), name="Ada", network="practice", beside=3
    )

    assert runtime.account().account_id == AccountKeys.from_seed(seed).account_id
    assert reading.account_record(runtime.account()).words_confirmed
    assert names(rig.start()) == ["Marit", "Ilse", "Noor", "Ada"]


@pytest.mark.parametrize("beside", [0, 2, 4])
def test_whoever_asked_before_something_changed_makes_no_account(
    runtime: Runtime, beside: int
) -> None:
    with pytest.raises(AccountExists):
        runtime.create_account("Ada", network="practice", beside=beside)

    assert len(runtime.accounts()) == 3


def test_a_ninth_account_is_refused(rig: Rig, runtime: Runtime) -> None:
    for number in range(5):
        rig.add(runtime, f"Account {number}")
    before = names(runtime)

    with pytest.raises(NoFreeContainer):
        rig.add(runtime, "one too many")

    assert names(runtime) == before
    assert len({hues.of_account(each) for each in runtime.accounts()}) == 8


def test_another_code_opens_its_own_accounts_only(rig: Rig, behind_code: Runtime) -> None:
    rig.end()
    rig.seal_another(Slot(SlotKind.OPEN, rig.slot()[1].entries[2:]))

    runtime = rig.opened(OTHER_PIN)

    assert names(runtime) == ["Noor"]


def test_while_open_another_code_is_wrong(rig: Rig, behind_code: Runtime) -> None:
    rig.seal_another(Slot(SlotKind.OPEN, rig.slot()[1].entries[2:]))

    assert behind_code.unlock(CodeKind.PIN, OTHER_PIN).reason == "wrong"
    assert names(behind_code) == ["Marit", "Ilse", "Noor"]


def test_another_code_ends_what_a_light_lock_has_kept(
    rig: Rig, behind_code: Runtime, clock: JumpingClock
) -> None:
    pseudonyms.move(
        behind_code,
        handle_of(behind_code, "Noor"),
        kind="pin",
        text=OTHER_PIN,
        repeated=OTHER_PIN,
        current=PIN,
    )
    before = behind_code.accounts()
    behind_code.lock(depth="light")
    begun_s = clock.monotonic_s()

    assert behind_code.unlock(CodeKind.PIN, OTHER_PIN).opened

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S
    assert names(behind_code) == ["Noor"]
    for thread in threading.enumerate():
        if thread.name == "ending":
            thread.join(10)
    assert all(each.database.closed for each in before)
    assert behind_code.unlock(CodeKind.PIN, PIN).reason == "wrong"
