"""Setting, changing and removing a code: what is asked for, and what a cut anywhere leaves."""

import errno
from collections.abc import Callable

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from tests.virtual_clock import JumpingClock
from webapp.protocol.recovery import word_list
from webapp.services import codes, reading
from webapp.services.codes import Protects
from webapp.services.errors import (
    AppLocked,
    CodesDiffer,
    CodeTooLong,
    LockNeedsCode,
    NotEnoughMemory,
    PassphraseCharacters,
    PassphraseTooShort,
    PatternCharacters,
    PatternTooShort,
    PinCharacters,
    PinTooShort,
    ServiceError,
    UnknownCodeKind,
    WaitBeforeCode,
    WrongCode,
)
from webapp.services.runtime import Runtime
from webapp.storage.errors import DataDirectoryUnusable, FsyncFailed, StorageError
from webapp.vault.codes import CodeKind, Profile
from webapp.vault.slots import SLOT_BYTES

EVERY_LOSS = [Loss.NOTHING, Loss.CONTENT, Loss.NAMES, Loss.CONTENT | Loss.NAMES]
Action = Callable[[Runtime], object]


def set_pin(runtime: Runtime) -> None:
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)


def change_pin(runtime: Runtime) -> None:
    codes.set_code(runtime, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN)


def remove_pin(runtime: Runtime) -> None:
    codes.remove_code(runtime, current=PIN)


def changed_slots(before: bytes, after: bytes) -> list[int]:
    assert before[:64] == after[:64]
    return [
        number
        for number in range(8)
        if before[64 + number * SLOT_BYTES :][:SLOT_BYTES]
        != after[64 + number * SLOT_BYTES :][:SLOT_BYTES]
    ]


def test_a_first_code_is_asked_for_from_the_next_start_on(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()
    assert runtime.code_kind() is None

    set_pin(runtime)

    assert runtime.code_kind() is CodeKind.PIN
    assert runtime.state == "open"
    again = rig.start()
    assert again.state == "locked"
    assert again.unlock("pin", PIN).opened
    assert reading.account_record(again.account()).name == "Marit"


def test_a_code_can_be_used_as_soon_as_it_is_set(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()
    set_pin(runtime)

    runtime.lock()

    assert runtime.unlock("pin", PIN).opened


def test_a_changed_code_replaces_the_one_before(rig: Rig, opened: Runtime) -> None:
    codes.set_code(
        opened,
        kind="passphrase",
        text="open sesame now",
        repeated=" open  sesame now",
        current=PIN,
    )

    assert opened.code_kind() is CodeKind.PASSPHRASE
    again = rig.start()
    assert again.unlock("pin", PIN).reason == "wrong"
    assert again.unlock("passphrase", "open sesame now").opened


def test_a_removed_code_is_asked_for_no_more(rig: Rig, opened: Runtime) -> None:
    remove_pin(opened)

    assert opened.code_kind() is None
    with pytest.raises(LockNeedsCode):
        opened.lock()
    assert rig.start().state == "open"


def test_removing_no_code_changes_nothing(rig: Rig) -> None:
    rig.make_account()
    runtime, vault = rig.start(), rig.vault()

    codes.remove_code(runtime, current="")

    assert rig.vault() == vault


@pytest.mark.parametrize("action", [set_pin, change_pin, remove_pin])
def test_salt_and_seven_slots_stay_byte_for_byte(rig: Rig, action: Action) -> None:
    if action is set_pin:
        rig.make_account()
        runtime = rig.start()
    else:
        runtime = rig.locked()
        runtime.unlock("pin", PIN)
    before = rig.vault()

    action(runtime)

    assert len(changed_slots(before, rig.vault())) == 1


@pytest.mark.parametrize("action", [change_pin, remove_pin])
def test_the_old_vault_is_overwritten(rig: Rig, opened: Runtime, action: Action) -> None:
    with (rig.path / "vault").open("rb") as old:
        before = old.read()
        action(opened)
        old.seek(0)
        assert changed_slots(b"\0" * 64 + before[64:], b"\0" * 64 + old.read()[64:]) == [*range(8)]


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("fingerprint", PIN, UnknownCodeKind),
        ("pin", "", PinTooShort),
        ("pin", "31415", PinTooShort),
        ("pin", "31415a", PinCharacters),
        ("pin", "3" * 257, CodeTooLong),
        ("pattern", "12369", PatternTooShort),
        ("pattern", "1236980", PatternCharacters),
        ("pattern", "1236981", PatternCharacters),
        ("passphrase", "open sesa", PassphraseTooShort),
        ("passphrase", "open      s", PassphraseTooShort),
        ("passphrase", "open\x07sesame", PassphraseCharacters),
        ("passphrase", "open\udcffsesame", PassphraseCharacters),
        ("passphrase", "a b" * 30_000, CodeTooLong),
    ],
)
def test_a_text_that_can_be_no_code_changes_nothing_and_costs_nothing(
    rig: Rig, clock: JumpingClock, kind: str, text: str, error: type[ServiceError]
) -> None:
    rig.make_account()
    runtime, before, begun_s = rig.start(), rig.vault(), clock.monotonic_s()

    with pytest.raises(error):
        codes.set_code(runtime, kind=kind, text=text, repeated=text)
    with pytest.raises(error):
        codes.strength_of(kind, text)

    assert rig.vault() == before
    assert not runtime.code_is_set
    assert clock.monotonic_s() == begun_s


def test_two_codes_that_differ_change_nothing(rig: Rig, opened: Runtime) -> None:
    before = rig.vault()

    with pytest.raises(CodesDiffer):
        codes.set_code(opened, kind="pin", text=OTHER_PIN, repeated=PIN, current=PIN)

    assert rig.vault() == before


@pytest.mark.parametrize("current", ["", "000000", "9" * 64 * 1024, None])
def test_without_the_present_code_nothing_changes(
    rig: Rig, opened: Runtime, current: str | None
) -> None:
    before = rig.vault()

    with pytest.raises(WrongCode):
        codes.set_code(opened, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=current)
    with pytest.raises(WrongCode):
        codes.remove_code(opened, current=current or "")

    assert rig.vault() == before
    assert opened.code_kind() is CodeKind.PIN
    assert rig.throttle().count == (2 if current else 0)


def test_the_present_code_is_checked_as_slowly_as_at_an_unlock(
    opened: Runtime, clock: JumpingClock
) -> None:
    for current, expected in (("000000", WrongCode), (PIN, None)):
        begun_s = clock.monotonic_s()
        if expected:
            with pytest.raises(expected):
                codes.remove_code(opened, current=current)
        else:
            codes.remove_code(opened, current=current)
        assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S


def test_wrong_codes_in_the_settings_wait_like_those_of_the_lock(rig: Rig, opened: Runtime) -> None:
    for _ in range(3):
        with pytest.raises(WrongCode):
            codes.remove_code(opened, current="000000")

    with pytest.raises(WaitBeforeCode) as refused:
        codes.remove_code(opened, current=PIN)
    assert refused.value.seconds == 1
    opened.lock()
    assert opened.unlock("pin", PIN).reason == "wait"


def test_without_memory_the_code_stays(rig: Rig, opened: Runtime) -> None:
    before = rig.snapshot()
    opened.gate._profile = Profile(1, memory_bytes=2**41, passes=1)

    with pytest.raises(NotEnoughMemory):
        codes.remove_code(opened, current=PIN)

    assert rig.vault() == before["vault"]
    assert rig.throttle().count == 0


@pytest.mark.parametrize("action", [change_pin, remove_pin])
def test_a_lock_in_the_middle_keeps_the_old_code(rig: Rig, opened: Runtime, action: Action) -> None:
    before, owns = rig.vault(), opened.owns

    def lock_first(space: object) -> bool:
        is_ours = owns(space)  # type: ignore[arg-type]
        opened.lock()
        return is_ours

    opened.owns = lock_first  # type: ignore[method-assign]
    with pytest.raises(AppLocked):
        action(opened)

    assert rig.vault() == before


def test_a_lock_and_an_unlock_in_the_middle_keep_the_old_code(rig: Rig, opened: Runtime) -> None:
    before, root_of = rig.vault(), opened.gate.root_of

    def lock_first(kind: str, text: str) -> bytes:
        opened.lock()
        assert opened.unlock("pin", PIN).opened
        return root_of(kind, text)

    opened.gate.root_of = lock_first  # type: ignore[method-assign]
    with pytest.raises(AppLocked):
        change_pin(opened)

    assert rig.vault() == before


def test_the_strength_of_a_code_has_the_figures_of_its_kind() -> None:
    assert codes.strength_of("pin", PIN).guesses == 10**6
    assert codes.strength_of("pattern", "123698").guesses == 380_336
    assert codes.strength_of("passphrase", codes.suggest_passphrase()).protects in (
        Protects.DISK,
        # By lot a word may come twice; it is said then.
        Protects.CASUAL_COPY,
    )


def test_a_proposed_passphrase_is_six_words_of_the_list_and_may_be_set() -> None:
    proposed = {codes.suggest_passphrase() for _ in range(50)}

    assert len(proposed) == 50
    for passphrase in proposed:
        words = passphrase.split(" ")
        assert len(words) == 6
        assert set(words) <= set(word_list())
        assert codes.require_code("passphrase", passphrase) is CodeKind.PASSPHRASE


class Computer:
    """Runs an action on an account with a power cut, and starts again."""

    def __init__(self, rig: Rig, action: Action) -> None:
        self.rig = rig
        self.action = action
        if action is set_pin:
            rig.make_account()
        else:
            rig.locked()
        rig.end()
        self.before = rig.snapshot()

    def restore(self) -> None:
        now = self.rig.snapshot()
        for name in now.keys() - self.before.keys():
            (self.rig.path / name).unlink()
        for name, content in self.before.items():
            if now.get(name) != content:
                (self.rig.path / name).write_bytes(content)

    def start(self, files: FaultFiles) -> Runtime:
        runtime = self.rig.start(files)
        if runtime.state == "locked":
            assert runtime.unlock("pin", PIN).opened
        return runtime

    def operations(self) -> int:
        files = FaultFiles(self.rig.path.parent)
        runtime = self.start(files)
        before = len(files.operations)
        self.action(runtime)
        self.rig.end()
        return len(files.operations) - before

    def what_opens(self) -> str:
        """Start again; return which code opens the account now: exactly one must."""
        runtime = self.rig.start()
        if runtime.state == "open":
            found = "none"
        else:
            self.rig.clock.advance(3601)  # type: ignore[attr-defined]
            opens = [pin for pin in (PIN, OTHER_PIN) if self._opens(runtime, pin)]
            assert len(opens) == 1
            found = opens[0]
        assert reading.account_record(runtime.account()).name == "Marit"
        self.rig.end()
        return found

    def _opens(self, runtime: Runtime, pin: str) -> bool:
        if runtime.state == "open":
            return False
        return runtime.unlock("pin", pin).opened


OLD_AND_NEW = {set_pin: ("none", PIN), change_pin: (PIN, OTHER_PIN), remove_pin: (PIN, "none")}


@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_a_power_cut_anywhere_leaves_the_old_code_or_the_new_one(
    rig: Rig, action: Action, loss: Loss
) -> None:
    computer = Computer(rig, action)
    points = computer.operations()
    seen = set()
    for after in range(points):
        computer.restore()
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            action(runtime)
        running = runtime._open.shown
        assert running is not None
        running.stop()
        rig.forget()
        found = computer.what_opens()
        assert found in OLD_AND_NEW[action]
        seen.add(found)
    assert points >= 8
    assert seen == set(OLD_AND_NEW[action])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_a_disk_that_fails_anywhere_leaves_a_code_that_the_app_knows(
    rig: Rig, action: Action, number: int
) -> None:
    """In memory and on the disk it is the same one, and another try succeeds."""
    computer = Computer(rig, action)
    for after in range(computer.operations()):
        computer.restore()
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.fail_after(after, OSError(number, ""))
        try:
            action(runtime)
        except DataDirectoryUnusable:
            is_done = False
        else:
            is_done = True
        if not is_done:
            assert runtime.code_kind() is (None if action is set_pin else CodeKind.PIN)
            action(runtime)
        rig.end()
        assert computer.what_opens() == OLD_AND_NEW[action][1]


@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_an_unconfirmed_write_anywhere_stops_all_writing(rig: Rig, action: Action) -> None:
    computer = Computer(rig, action)
    for after in range(computer.operations()):
        computer.restore()
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.fail_after(after, FsyncFailed("content"))
        with pytest.raises(FsyncFailed):
            action(runtime)
        done = len(files.operations)
        with pytest.raises(StorageError):
            action(runtime)
        assert len(files.operations) == done
        rig.end()
        assert computer.what_opens() in OLD_AND_NEW[action]


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_a_lock_touches_no_file_of_ours_and_so_cannot_be_cut(rig: Rig, loss: Loss) -> None:
    """What SQLite writes of its own is cut by killing (tests/storage/test_kills.py)."""
    rig.locked()
    files = FaultFiles(rig.path.parent)
    runtime = rig.start(files)
    assert runtime.unlock("pin", PIN).opened
    files.stop_after(0, loss)

    runtime.lock()

    assert runtime.state == "locked"
    assert rig.side_files() == []
