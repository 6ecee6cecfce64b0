"""Keeping what is behind other codes, and moving an account there."""

import contextlib
import threading
from collections.abc import Callable

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import (
    THIRD_PIN,
    add_apart,
    changed_slots,
    container_of,
    handle_of,
    keep,
    move,
    names,
    names_behind,
)
from tests.services.test_unlocking import Calls
from tests.virtual_clock import JumpingClock
from webapp.services import codes, pseudonyms, reading
from webapp.services.errors import (
    AccountClosed,
    AppLocked,
    CodeInUse,
    CodeMissing,
    CodeOpensNothing,
    CodesDiffer,
    NoFreeSlot,
    OnlyAccount,
    PinTooShort,
    WaitBeforeCode,
    WrongCode,
)
from webapp.services.events import AccountShown
from webapp.services.held_space import HeldSpace
from webapp.services.making import Apart
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.storage.data_directory import Taken
from webapp.storage.errors import NoFreeContainer
from webapp.storage.freshness import Head
from webapp.vault.codes import CodeKind
from webapp.vault.containers import CONTAINER_COUNT
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import SLOT_COUNT, seal_slot

# What other codes use


@pytest.mark.parametrize("kind", list(SlotKind))
def test_a_code_that_is_kept_takes_its_slot_and_its_containers_and_does_nothing(
    rig: Rig, runtime: Runtime, clock: JumpingClock, kind: SlotKind
) -> None:
    """An ordinary code and one that destroys are told apart by nothing."""
    used = {container_of(runtime, name) for name in names(runtime)}
    theirs = sorted(set(range(CONTAINER_COUNT)) - used)
    rig.seal_another(Slot(kind, tuple(Entry(number, b"k" * 32) for number in theirs[:3])))
    before = rig.snapshot()
    begun_s = clock.monotonic_s()

    keep(runtime)

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S
    assert runtime.kept == 1
    assert names(runtime) == ["Marit", "Ilse"]
    after = rig.snapshot()
    assert {name for name in before if before[name] != after[name]} <= {fresh.THROTTLE}
    for _ in range(3):
        rig.add(runtime, "more")
    with pytest.raises(NoFreeContainer):
        rig.add(runtime, "one too many")
    for number in theirs[:3]:
        assert rig.snapshot()[f"containers/{number}"] == before[f"containers/{number}"]


@pytest.mark.parametrize("text", [PIN, OTHER_PIN, "000000"])
def test_every_code_costs_the_same_to_look_at_and_to_open(
    rig: Rig, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    move(runtime)
    calls = Calls(monkeypatch)

    def cost(action: Callable[[], object]) -> tuple[float, int, int]:
        begun_s, derived, tried = rig.clock.monotonic_s(), calls.derivations, len(calls.trials)
        with contextlib.suppress(CodeOpensNothing):
            action()
        passed_s = rig.clock.monotonic_s() - begun_s
        return round(passed_s, 6), calls.derivations - derived, len(calls.trials) - tried

    assert cost(lambda: keep(runtime, text)) == (ANSWERS_AFTER_S, 1, SLOT_COUNT)
    runtime.lock()
    assert cost(lambda: runtime.unlock(CodeKind.PIN, text)) == (ANSWERS_AFTER_S, 1, SLOT_COUNT)


def test_what_nobody_kept_counts_as_free(rig: Rig, runtime: Runtime) -> None:
    rig.seal_another(Slot(SlotKind.OPEN, (Entry(container_of(runtime, "Ilse"), b"k" * 32),)))

    for _ in range(6):
        rig.add(runtime, "more")

    assert len(runtime.accounts()) == 8


def test_a_code_that_opens_nothing_is_not_kept_and_is_counted(rig: Rig, runtime: Runtime) -> None:
    with pytest.raises(CodeOpensNothing):
        keep(runtime, "000000")
    with pytest.raises(CodeOpensNothing):
        keep(runtime, "")

    assert runtime.kept == 0
    assert rig.throttle().count == 1


def test_wrong_codes_have_to_wait_there_too(rig: Rig, runtime: Runtime) -> None:
    for _ in range(3):
        with pytest.raises(CodeOpensNothing):
            keep(runtime, "000000")

    with pytest.raises(WaitBeforeCode):
        keep(runtime)


def test_the_own_code_and_the_same_one_twice_keep_nothing_more(rig: Rig, runtime: Runtime) -> None:
    rig.seal_another(Slot(SlotKind.OPEN))

    keep(runtime, PIN)
    assert runtime.kept == 0
    keep(runtime)
    keep(runtime)

    assert runtime.kept == 1


@pytest.mark.parametrize("depth", ["deep", "light"])
def test_a_lock_forgets_what_was_kept(rig: Rig, runtime: Runtime, depth: str) -> None:
    rig.seal_another(Slot(SlotKind.OPEN))
    keep(runtime)

    runtime.lock(depth=depth)  # type: ignore[arg-type]
    runtime.unlock(CodeKind.PIN, PIN)

    assert runtime.kept == 0


def test_a_code_that_is_still_tried_when_the_app_is_locked_is_not_kept(
    rig: Rig, runtime: Runtime
) -> None:
    rig.seal_another(Slot(SlotKind.OPEN))
    look = runtime._directory.find_space

    def lock_first(root: bytes) -> object:
        runtime.lock(depth="light")
        return look(root)

    runtime._directory.find_space = lock_first  # type: ignore[method-assign, assignment]
    with pytest.raises(AppLocked):
        keep(runtime)

    assert runtime.kept == 0


def test_locked_no_code_is_looked_at(runtime: Runtime) -> None:
    runtime.lock()

    with pytest.raises(AppLocked):
        keep(runtime)


def test_without_an_open_space_nothing_is_kept_added_moved_or_erased(rig: Rig) -> None:
    runtime = rig.locked()
    held = HeldSpace(runtime._directory, threading.Lock())
    changes: tuple[Callable[[], object], ...] = (
        lambda: held.keep(Taken()),
        lambda: held.add(lambda _database: None),
        lambda: held.move(1, b"r" * 32),
        lambda: held.erase(1, has_code=True),
        lambda: held.seal(1, Head()),
    )

    for change in changes:
        with pytest.raises(AppLocked):
            change()


# Behind a code of its own


def test_an_account_that_was_moved_opens_with_its_own_code_only(rig: Rig, runtime: Runtime) -> None:
    account = runtime.account(handle_of(runtime, "Ilse"))

    move(runtime)

    assert names(runtime) == ["Marit"]
    assert account.database.closed
    assert rig.told() == [AccountShown()]
    with pytest.raises(AccountClosed):
        runtime.account(account.handle)
    assert names_behind(rig, PIN) == ["Marit"]
    assert names_behind(rig, OTHER_PIN) == ["Ilse"]


def test_a_move_changes_two_slots_and_no_container(rig: Rig, runtime: Runtime) -> None:
    rig.end()
    before = rig.snapshot()
    runtime = rig.opened()
    move(runtime)
    rig.end()
    after = rig.snapshot()

    assert len(changed_slots(before[fresh.VAULT], after[fresh.VAULT])) == 2
    # Being open writes into a container; moving does not, nor does it change a size.
    assert {name: len(content) for name, content in after.items()} == {
        name: len(content) for name, content in before.items()
    }


def test_the_shown_account_can_be_moved_and_another_is_shown(rig: Rig, runtime: Runtime) -> None:
    move(runtime, "Marit")

    assert reading.account_record(runtime.account()).name == "Ilse"


def test_the_settings_that_are_guarded_move_along(rig: Rig, runtime: Runtime) -> None:
    runtime.account(handle_of(runtime, "Ilse")).guarded.change("idle_minutes", "1")

    move(runtime)

    opened = rig.opened(OTHER_PIN).account()
    assert not opened.guarded.rolled_back
    assert opened.guarded.rows() == {"idle_minutes": "1"}


@pytest.mark.parametrize("kind", list(SlotKind))
def test_a_code_that_opens_something_else_is_refused_without_saying_what(
    rig: Rig, runtime: Runtime, kind: SlotKind
) -> None:
    rig.seal_another(Slot(kind, (Entry(7, b"k" * 32),)))
    before = rig.vault()

    with pytest.raises(CodeInUse):
        move(runtime)
    with pytest.raises(CodeInUse):
        codes.set_code(runtime, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN)

    assert rig.vault() == before
    assert names(runtime) == ["Marit", "Ilse"]


def test_the_own_code_is_no_code_of_its_own(runtime: Runtime) -> None:
    with pytest.raises(CodeInUse):
        move(runtime, text=PIN)


def test_the_code_may_be_set_to_what_it_is(rig: Rig, runtime: Runtime) -> None:
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN, current=PIN)

    assert names_behind(rig, PIN) == ["Marit", "Ilse"]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ((OTHER_PIN, OTHER_PIN, "000000"), WrongCode),
        ((OTHER_PIN, OTHER_PIN, ""), WrongCode),
        ((OTHER_PIN, THIRD_PIN, PIN), CodesDiffer),
        (("12345", "12345", PIN), PinTooShort),
    ],
)
def test_a_move_has_the_rules_of_a_new_code(
    rig: Rig, runtime: Runtime, typed: tuple[str, str, str], error: type[Exception]
) -> None:
    before = rig.vault()
    handle = handle_of(runtime, "Ilse")
    text, repeated, current = typed

    with pytest.raises(error):
        pseudonyms.move(runtime, handle, kind="pin", text=text, repeated=repeated, current=current)

    assert rig.vault() == before
    assert names(runtime) == ["Marit", "Ilse"]


def test_without_a_code_nothing_goes_behind_another_one(rig: Rig, runtime: Runtime) -> None:
    codes.remove_code(runtime, current=PIN)

    with pytest.raises(CodeMissing):
        move(runtime)


def test_the_only_account_stays_behind_its_code(rig: Rig, runtime: Runtime) -> None:
    move(runtime)

    with pytest.raises(OnlyAccount):
        move(runtime, "Marit", THIRD_PIN)
    # Two at a time would leave nothing behind the code.
    with pytest.raises(OnlyAccount):
        runtime.move_account(
            handle_of(runtime, "Marit"), Apart(rig.root(THIRD_PIN), runtime.generation)
        )


def test_what_was_moved_is_kept_until_the_next_lock(rig: Rig, runtime: Runtime) -> None:
    container = container_of(runtime, "Ilse")
    move(runtime)
    moved = rig.snapshot()[f"containers/{container}"]

    for _ in range(6):
        rig.add(runtime, "more")
    with pytest.raises(NoFreeContainer):
        rig.add(runtime, "one too many")

    assert rig.snapshot()[f"containers/{container}"] == moved
    assert names_behind(rig, OTHER_PIN) == ["Ilse"]


def test_where_every_slot_is_kept_none_is_taken(rig: Rig, runtime: Runtime) -> None:
    place, _ = rig.slot()
    pins = {number: f"77700{number}" for number in range(SLOT_COUNT) if number != place}
    vault = rig.vault()
    for number, pin in pins.items():
        vault = seal_slot(vault, number, root=rig.root(pin), slot=Slot(SlotKind.OPEN))
    (rig.path / fresh.VAULT).write_bytes(vault)
    for pin in pins.values():
        keep(runtime, pin)

    with pytest.raises(NoFreeSlot):
        move(runtime)

    assert rig.vault() == vault


def test_an_account_that_is_made_apart_opens_with_its_own_code_only(
    rig: Rig, runtime: Runtime
) -> None:
    before = rig.vault()
    add_apart(rig, runtime)

    assert names(runtime) == ["Marit", "Ilse"]
    assert rig.told() == []
    assert len(changed_slots(before, rig.vault())) == 1
    assert names_behind(rig, PIN) == ["Marit", "Ilse"]
    assert names_behind(rig, OTHER_PIN) == ["Noor"]


def test_what_was_made_apart_is_kept_until_the_next_lock(rig: Rig, runtime: Runtime) -> None:
    add_apart(rig, runtime)
    for _ in range(5):
        rig.add(runtime, "more")
    with pytest.raises(NoFreeContainer):
        rig.add(runtime, "one too many")

    assert names_behind(rig, OTHER_PIN) == ["Noor"]


def test_two_accounts_do_not_go_behind_one_code_of_their_own(rig: Rig, runtime: Runtime) -> None:
    add_apart(rig, runtime)

    for text in (OTHER_PIN, PIN):
        with pytest.raises(CodeInUse):
            add_apart(rig, runtime, "Ada", text)

    assert names_behind(rig, OTHER_PIN) == ["Noor"]


def test_nothing_is_made_apart_after_a_lock(rig: Rig, runtime: Runtime) -> None:
    apart = pseudonyms.own_code(
        runtime, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN
    )
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    before = rig.vault()

    with pytest.raises(AppLocked):
        rig.add(runtime, "Noor", apart=apart)

    assert rig.vault() == before


def test_a_lock_in_the_middle_of_a_move_changes_nothing(rig: Rig, runtime: Runtime) -> None:
    root_of = runtime.gate.root_of

    def lock_first(kind: str, text: str) -> bytes:
        runtime.lock()
        assert runtime.unlock(CodeKind.PIN, PIN).opened
        return root_of(kind, text)

    runtime.gate.root_of = lock_first  # type: ignore[method-assign]
    before = rig.vault()
    with pytest.raises(AppLocked):
        move(runtime)

    assert rig.vault() == before
