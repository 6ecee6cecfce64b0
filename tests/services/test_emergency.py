"""The duress code and the panic shortcut: how they are prepared, and what they do."""

from collections.abc import Callable

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import THIRD_PIN, changed_slots, erase, handle_of, move, names
from tests.services.test_erasing import check_first_start, finished
from tests.services.test_unlocking import Calls
from webapp.services import codes, emergency, lock_settings, pseudonyms
from webapp.services.emergency import Prepared, Rehearsal
from webapp.services.errors import (
    AccountClosed,
    AppLocked,
    CodeInUse,
    CodeMissing,
    CodesDiffer,
    DuressLength,
    DuressNear,
    DuressNotRehearsed,
    NoFreeSlot,
    OnlyAccount,
    PanicIsOff,
    ServiceError,
    WrongCode,
)
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import NO_FLAGS, OPTIONS_BYTES, Slot, SlotKind
from webapp.vault.slots import open_vault

OFF = Prepared(None, None, panic_chord=False)
DURESS_PIN = OTHER_PIN


def begin(
    runtime: Runtime, text: str = DURESS_PIN, *, current: str = PIN, cover: str | None = None
) -> Rehearsal:
    handle = None if cover is None else handle_of(runtime, cover)
    return emergency.begin(runtime, text=text, repeated=text, current=current, cover=handle)


def arm(runtime: Runtime, text: str = DURESS_PIN, *, cover: str | None = None) -> None:
    rehearsal = begin(runtime, text, cover=cover)
    assert emergency.rehearse(runtime, rehearsal, text) == "destroys"
    emergency.switch_on(runtime, rehearsal)


def test_nothing_is_prepared_at_first(runtime: Runtime) -> None:
    assert emergency.prepared(runtime) == OFF


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("314158", DuressNear),
        ("3141590", DuressLength),
        ("31415", ServiceError),
        ("31415x", ServiceError),
        (PIN, DuressNear),
    ],
)
def test_a_code_that_does_not_fit_beside_the_own_one_is_refused(
    rig: Rig, runtime: Runtime, text: str, refusal: type[ServiceError]
) -> None:
    before = rig.vault()

    with pytest.raises(refusal):
        begin(runtime, text)

    assert rig.vault() == before
    assert emergency.prepared(runtime) == OFF


def test_it_asks_for_the_own_code_and_for_the_new_one_twice(rig: Rig, runtime: Runtime) -> None:
    with pytest.raises(WrongCode):
        begin(runtime, current="000000")
    with pytest.raises(CodesDiffer):
        emergency.begin(runtime, text=DURESS_PIN, repeated="271829", current=PIN, cover=None)

    assert emergency.prepared(runtime) == OFF


def test_without_a_code_there_is_nothing_to_differ_from(rig: Rig) -> None:
    rig.make_account()

    with pytest.raises(CodeMissing):
        begin(rig.start())


def test_a_code_that_something_else_answers_to_is_refused(runtime: Runtime) -> None:
    move(runtime, text=OTHER_PIN)

    with pytest.raises(CodeInUse):
        begin(runtime, OTHER_PIN)


def test_the_one_account_there_is_cannot_be_the_cover(runtime: Runtime) -> None:
    move(runtime, text=THIRD_PIN)

    with pytest.raises(OnlyAccount):
        begin(runtime, cover="Marit")
    with pytest.raises(AccountClosed):
        emergency.begin(runtime, text=DURESS_PIN, repeated=DURESS_PIN, current=PIN, cover="none")


def test_a_rehearsal_says_what_either_code_would_do_and_does_nothing(
    rig: Rig, runtime: Runtime
) -> None:
    before = rig.vault()
    rehearsal = begin(runtime)

    said = [emergency.rehearse(runtime, rehearsal, text) for text in (PIN, "000000", DURESS_PIN)]

    assert said == ["opens", "nothing", "destroys"]
    assert rig.vault() == before
    assert runtime.state == "open"
    assert emergency.prepared(runtime) == OFF


def test_the_vault_of_a_rehearsal_holds_no_key(runtime: Runtime, rig: Rig) -> None:
    rehearsal = begin(runtime)

    for root in (rig.root(PIN), rig.root(DURESS_PIN)):
        opened = open_vault(rehearsal.vault, root)
        assert opened is not None
        assert opened[1].entries == ()
    assert "root" not in repr(rehearsal)
    assert "vault" not in repr(rehearsal)


def test_it_is_switched_on_only_when_its_code_was_typed(runtime: Runtime) -> None:
    rehearsal = begin(runtime)
    emergency.rehearse(runtime, rehearsal, PIN)

    with pytest.raises(DuressNotRehearsed):
        emergency.switch_on(runtime, rehearsal)

    assert emergency.prepared(runtime) == OFF


def test_a_rehearsal_is_no_place_to_look_for_a_code(runtime: Runtime) -> None:
    rehearsal = begin(runtime)
    for number in range(emergency.MOST_TRIES):
        assert emergency.rehearse(runtime, rehearsal, f"{number:06}") == "nothing"

    for text in (PIN, DURESS_PIN):
        with pytest.raises(DuressNotRehearsed):
            emergency.rehearse(runtime, rehearsal, text)

    assert not rehearsal.is_practised


def test_a_lock_ends_a_rehearsal(runtime: Runtime) -> None:
    rehearsal = begin(runtime)
    emergency.rehearse(runtime, rehearsal, DURESS_PIN)
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, PIN).opened

    with pytest.raises(AppLocked):
        emergency.switch_on(runtime, rehearsal)

    assert emergency.prepared(runtime) == OFF


def test_switching_it_on_changes_two_slots_in_one_step_and_no_container(
    rig: Rig, runtime: Runtime
) -> None:
    rig.end()
    runtime = rig.opened()
    before = rig.vault()

    arm(runtime)

    assert len(changed_slots(before, rig.vault())) == 2
    assert emergency.prepared(runtime) == Prepared("empty", None, panic_chord=False)
    assert rig.slot(DURESS_PIN)[1] == Slot(SlotKind.DURESS)
    rig.end()
    assert emergency.prepared(rig.opened()) == Prepared("empty", None, panic_chord=False)


def test_setting_it_up_anew_takes_the_same_place(rig: Rig, runtime: Runtime) -> None:
    arm(runtime, THIRD_PIN)
    place = rig.slot(THIRD_PIN)[0]

    arm(runtime, DURESS_PIN, cover="Ilse")

    assert rig.slot(DURESS_PIN)[0] == place
    assert open_vault(rig.vault(), rig.root(THIRD_PIN)) is None
    assert emergency.prepared(runtime).leaves == "cover"
    arm(runtime, DURESS_PIN)
    assert emergency.prepared(runtime).leaves == "empty"


def test_no_place_that_is_kept_or_in_use_is_taken(rig: Rig, runtime: Runtime) -> None:
    move(runtime, text=THIRD_PIN)
    kept = rig.slot(THIRD_PIN)
    for number in range(20):
        arm(runtime, f"8{number:02}802")
        assert rig.slot(THIRD_PIN) == kept
        emergency.switch_off(runtime, current=PIN)


def test_where_every_place_is_kept_there_is_none(runtime: Runtime) -> None:
    mine = runtime._held.space
    assert mine is not None
    kept = pseudonyms.Taken(frozenset(range(8)) - {mine.index})
    runtime.keep(kept, generation=runtime.generation)

    with pytest.raises(NoFreeSlot):
        arm(runtime)


def test_switched_off_it_is_a_wrong_code(rig: Rig, runtime: Runtime) -> None:
    arm(runtime, cover="Ilse")
    with pytest.raises(WrongCode):
        emergency.switch_off(runtime, current="000000")
    emergency.switch_off(runtime, current=PIN)

    assert emergency.prepared(runtime) == OFF
    assert open_vault(rig.vault(), rig.root(DURESS_PIN)) is None
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, DURESS_PIN).reason == "wrong"
    assert runtime.unlock(CodeKind.PIN, PIN).opened


def change_code(runtime: Runtime) -> None:
    codes.set_code(runtime, kind="pin", text=THIRD_PIN, repeated=THIRD_PIN, current=PIN)


@pytest.mark.parametrize(
    "change",
    [
        change_code,
        lambda runtime: codes.remove_code(runtime, current=PIN),
        lambda runtime: move(runtime, text=THIRD_PIN),
        erase,
    ],
    ids=["change", "remove", "move", "erase"],
)
def test_what_it_stands_on_takes_it_along(
    rig: Rig, runtime: Runtime, change: Callable[[Runtime], None]
) -> None:
    arm(runtime, cover="Ilse")

    change(runtime)

    assert emergency.prepared(runtime) == OFF
    assert open_vault(rig.vault(), rig.root(DURESS_PIN)) is None


def test_an_account_that_is_not_the_cover_leaves_it_alone(rig: Rig, runtime: Runtime) -> None:
    arm(runtime, cover="Ilse")

    erase(runtime, "Marit")

    assert emergency.prepared(runtime).leaves == "cover"
    assert rig.slot(DURESS_PIN)[1].kind is SlotKind.DURESS


def test_an_account_behind_another_code_takes_nothing_of_it_along(
    rig: Rig, runtime: Runtime
) -> None:
    arm(runtime)

    move(runtime, text=THIRD_PIN)

    assert rig.slot(THIRD_PIN)[1].options == bytes(OPTIONS_BYTES)
    assert emergency.prepared(runtime).leaves == "empty"


@pytest.mark.parametrize("state", ["locked", "light", "open", "started"])
def test_empty_leaves_what_a_first_start_leaves(rig: Rig, runtime: Runtime, state: str) -> None:
    arm(runtime)
    if state in ("locked", "light"):
        runtime.lock(depth="deep" if state == "locked" else "light")
    if state == "started":
        rig.end()
        runtime = rig.start()
    old = rig.vault()

    result = runtime.unlock(CodeKind.PIN, DURESS_PIN)

    assert result.opened
    finished(runtime)
    check_first_start(rig, runtime)
    for pin in (PIN, DURESS_PIN):
        assert open_vault(rig.vault(), rig.root(pin)) is None
    assert rig.vault() != old
    assert rig.start().state == "fresh"


def test_a_second_press_leaves_no_trace_in_a_first_start(rig: Rig, runtime: Runtime) -> None:
    arm(runtime)
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, DURESS_PIN).opened
    finished(runtime)

    assert runtime.unlock(CodeKind.PIN, DURESS_PIN).reason == "wrong"

    check_first_start(rig, runtime)


def test_cover_leaves_one_account_which_then_opens_with_the_duress_code(
    rig: Rig, runtime: Runtime
) -> None:
    arm(runtime, cover="Ilse")
    ilse = next(each for each in runtime.accounts() if each.handle == handle_of(runtime, "Ilse"))
    # What guards its settings goes on after the duress code was set up.
    lock_settings.change(runtime.accounts(), "idle_minutes", "15")
    account_id = ilse.account_id
    del ilse
    runtime.lock()

    result = runtime.unlock(CodeKind.PIN, DURESS_PIN)

    assert result.opened
    assert result.generation == runtime.generation
    finished(runtime)
    assert names(runtime) == ["Ilse"]
    assert runtime.account().account_id == account_id
    assert not lock_settings.rolled_back(*runtime.accounts())
    assert emergency.prepared(runtime) == OFF
    slot = rig.slot(DURESS_PIN)[1]
    assert (slot.kind, slot.flags, slot.options) == (
        SlotKind.OPEN,
        NO_FLAGS,
        bytes(OPTIONS_BYTES),
    )
    assert open_vault(rig.vault(), rig.root(PIN)) is None
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, PIN).reason == "wrong"
    assert runtime.unlock(CodeKind.PIN, DURESS_PIN).opened
    assert not lock_settings.rolled_back(*runtime.accounts())


def test_cover_looks_like_an_installation_with_one_account(rig: Rig, runtime: Runtime) -> None:
    arm(runtime, cover="Ilse")
    runtime.lock()
    assert runtime.unlock(CodeKind.PIN, DURESS_PIN).opened
    finished(runtime)
    kept = runtime._open._running[0].container
    rig.end()

    for file in fresh.FRESH_FILES:
        path = rig.path / file.name
        assert path.stat().st_mode & 0o777 == 0o600
        if file.name != f"{fresh.CONTAINERS}/{kept}":
            assert path.stat().st_size == file.size_bytes
    assert rig.side_files() == []
    assert rig.throttle().count == 0


@pytest.mark.parametrize("cover", [None, "Ilse"])
def test_settings_are_no_place_where_a_duress_code_acts(
    rig: Rig, runtime: Runtime, cover: str | None
) -> None:
    arm(runtime, cover=cover)

    with pytest.raises(WrongCode):
        codes.remove_code(runtime, current=DURESS_PIN)
    pseudonyms.keep_code(runtime, kind="pin", text=DURESS_PIN)

    assert runtime.state == "open"
    assert names(runtime) == ["Marit", "Ilse"]
    assert rig.slot(DURESS_PIN)[1].kind is SlotKind.DURESS


CLASSES = {
    "right": PIN,
    "wrong": "000000",
    "empty": "",
    "second code": "141421",
    "duress": DURESS_PIN,
}


@pytest.mark.parametrize("cover", [None, "Ilse"])
@pytest.mark.parametrize("name", CLASSES)
def test_every_code_costs_the_same_and_is_answered_at_the_same_moment(
    rig: Rig, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, name: str, cover: str | None
) -> None:
    rig.add(runtime, "Noor")
    move(runtime, "Noor", text="141421")
    arm(runtime, cover=cover)
    rig.end()
    runtime = rig.start()
    calls = Calls(monkeypatch)
    at_the_answer: list[tuple[int, int]] = []
    leave = runtime.gate._await

    def note(moment_s: float) -> None:
        at_the_answer.append((calls.derivations, len(calls.trials)))
        leave(moment_s)

    runtime.gate._await = note  # type: ignore[method-assign]
    begun_s = rig.clock.monotonic_s()

    result = runtime.unlock(CodeKind.PIN, CLASSES[name])

    assert rig.clock.monotonic_s() - begun_s == pytest.approx(ANSWERS_AFTER_S)
    assert at_the_answer == [(1, 8)]
    assert result.opened == (name not in ("wrong", "empty"))
    if name == "duress":
        finished(runtime)


def test_the_panic_shortcut_is_off_until_somebody_wants_it(rig: Rig, runtime: Runtime) -> None:
    before = rig.vault()
    with pytest.raises(PanicIsOff):
        emergency.panic(runtime)
    assert rig.vault() == before

    emergency.set_panic_chord(runtime, is_on=True)
    emergency.set_panic_chord(runtime, is_on=False)

    with pytest.raises(PanicIsOff):
        emergency.panic(runtime)


def test_panic_destroys_everything_also_what_would_have_been_the_cover(
    rig: Rig, runtime: Runtime
) -> None:
    emergency.set_panic_chord(runtime, is_on=True)
    arm(runtime, cover="Ilse")
    assert emergency.prepared(runtime).panic_chord

    emergency.panic(runtime)

    finished(runtime)
    check_first_start(rig, runtime)


def test_locked_there_is_no_panic(runtime: Runtime) -> None:
    emergency.set_panic_chord(runtime, is_on=True)
    runtime.lock()

    with pytest.raises(AppLocked):
        emergency.panic(runtime)


def test_a_change_of_the_code_leaves_the_shortcut_as_it_is(runtime: Runtime) -> None:
    emergency.set_panic_chord(runtime, is_on=True)

    change_code(runtime)

    assert emergency.prepared(runtime) == Prepared(None, None, panic_chord=True)
