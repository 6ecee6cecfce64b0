"""One attempt at a code: what it costs, when it is answered, and that it is counted."""

import threading
from pathlib import Path

import pytest
from nacl import bindings

from tests.services.lock_rig import ANSWERS_AFTER_S, CHEAP, PIN, Rig
from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from tests.virtual_clock import JumpingClock
from webapp.services import codes
from webapp.services.errors import NotEnoughMemory, UnlockBusy
from webapp.services.runtime import Runtime
from webapp.services.unlocking import UNMEASURED_S, AttemptCounter
from webapp.storage import fresh
from webapp.storage.data_directory import DataDirectory
from webapp.storage.errors import AlreadyRunning, FsyncFailed
from webapp.vault.codes import CodeKind, Profile
from webapp.vault.throttle import DELAYS_S, LONGEST_COUNT

TOO_DEAR = Profile(1, memory_bytes=2**41, passes=1)
LONG = "9" * 64 * 1024
# More than what floating point loses of a wait.
MOMENT_S = 0.001
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
# What may be typed: kind, text, and what becomes of it.
CLASSES = {
    "right": (CodeKind.PIN, PIN, "opened"),
    "wrong": (CodeKind.PIN, "000000", "wrong"),
    "another kind": (CodeKind.PASSPHRASE, PIN, "wrong"),
    "no kind": ("fingerprint", PIN, "wrong"),
    "empty": (CodeKind.PIN, "", "empty"),
    "64 KiB": (CodeKind.PASSPHRASE, LONG, "wrong"),
    "64 KiB of digits": (CodeKind.PIN, LONG, "wrong"),
    "invalid UTF-8": (
        CodeKind.PASSPHRASE,
        "\udcff\udcfe314159",
        "wrong",
    ),
    "too short": (CodeKind.PIN, "1", "wrong"),
    "NUL": (CodeKind.PASSPHRASE, PIN + "\0", "wrong"),
}


@pytest.fixture
def runtime(rig: Rig) -> Runtime:
    return rig.locked()


class Calls:
    """Counters around the functions of the library, which go on doing their work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.derivations = 0
        self.trials: list[bytes] = []
        derive = bindings.crypto_pwhash_alg
        decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt

        def derived(*args: object) -> bytes:
            self.derivations += 1
            return derive(*args)

        def tried(ciphertext: bytes, aad: bytes, nonce: bytes, key: bytes) -> bytes:
            self.trials.append(key)
            return decrypt(ciphertext, aad, nonce, key)

        monkeypatch.setattr("webapp.vault.codes.crypto_pwhash_alg", derived)
        monkeypatch.setattr("webapp.vault.slots.crypto_aead_xchacha20poly1305_ietf_decrypt", tried)


@pytest.mark.parametrize("name", CLASSES)
def test_every_code_costs_one_derivation_and_eight_trials(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind, text, reason = CLASSES[name]
    runtime.gate.answers_after_s()
    calls = Calls(monkeypatch)

    result = runtime.unlock(kind, text)

    assert result.reason == reason
    assert calls.derivations == 1
    assert len(calls.trials) == len(set(calls.trials)) == 8


@pytest.mark.parametrize("name", CLASSES)
def test_every_answer_leaves_at_exactly_the_same_moment(
    runtime: Runtime, clock: JumpingClock, name: str
) -> None:
    kind, text, _ = CLASSES[name]
    begun_s = clock.monotonic_s()

    runtime.unlock(kind, text)

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S


def test_the_moment_of_the_answer_grows_with_what_a_derivation_was_measured_to_take(
    rig: Rig, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive = bindings.crypto_pwhash_alg

    def slow(*args: object) -> bytes:
        clock.advance(0.5)
        return derive(*args)

    rig.locked()
    monkeypatch.setattr("webapp.vault.codes.crypto_pwhash_alg", slow)
    runtime = rig.start()
    assert runtime.gate.answers_after_s() == pytest.approx(0.9)
    begun_s = clock.monotonic_s()

    assert runtime.unlock(CodeKind.PIN, PIN).opened

    assert clock.monotonic_s() == pytest.approx(begun_s + 0.9)


def test_only_what_was_typed_is_counted(runtime: Runtime, rig: Rig) -> None:
    runtime.unlock(CodeKind.PIN, "")
    runtime.unlock(CodeKind.PASSPHRASE, " \n")
    assert rig.throttle().count == 0

    runtime.unlock(CodeKind.PIN, "000000")

    assert rig.throttle().count == 1


def test_a_right_code_begins_the_count_anew(runtime: Runtime, rig: Rig) -> None:
    runtime.unlock(CodeKind.PIN, "000000")
    runtime.unlock(CodeKind.PIN, "000000")

    assert runtime.unlock(CodeKind.PIN, PIN).wait_s == 0

    assert rig.throttle().count == 0


def test_after_three_wrong_codes_each_next_one_waits_longer(
    runtime: Runtime, clock: JumpingClock
) -> None:
    waits = []
    for _ in range(LONGEST_COUNT + 2):
        result = runtime.unlock(CodeKind.PIN, "000000")
        waits.append(result.wait_s and round(result.wait_s + ANSWERS_AFTER_S, 3))
        clock.advance(result.wait_s + MOMENT_S)

    assert waits == [0, 0, *DELAYS_S, DELAYS_S[-1], DELAYS_S[-1]]


@pytest.mark.parametrize("name", CLASSES)
def test_while_a_wait_lasts_every_code_is_refused_alike_and_none_is_derived(
    runtime: Runtime, rig: Rig, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for _ in range(4):
        result = runtime.unlock(CodeKind.PIN, "000000")
        clock.advance(result.wait_s + MOMENT_S)
    runtime.unlock(CodeKind.PIN, "000000")
    before, calls, begun_s = rig.snapshot(), Calls(monkeypatch), clock.monotonic_s()
    kind, text, _ = CLASSES[name]

    result = runtime.unlock(kind, text)

    assert (result.reason, round(result.wait_s, 3)) == ("wait", 30 - ANSWERS_AFTER_S)
    assert (calls.derivations, calls.trials) == (0, [])
    assert rig.snapshot() == before
    assert clock.monotonic_s() == begun_s


def counted_out(rig: Rig, attempts: int) -> Runtime:
    runtime = rig.locked()
    for _ in range(attempts):
        result = runtime.unlock(CodeKind.PIN, "000000")
        assert result.reason == "wrong"
        rig.clock.advance(result.wait_s + MOMENT_S)  # type: ignore[attr-defined]
    return runtime


def test_a_restart_forgets_no_attempt(rig: Rig) -> None:
    counted_out(rig, 6)

    result = rig.start().unlock(CodeKind.PIN, "000000")

    assert result.reason == "wrong"
    assert rig.throttle().count == 7


def test_over_a_restart_the_wall_clock_counts(rig: Rig, clock: JumpingClock) -> None:
    runtime = counted_out(rig, 5)
    runtime.unlock(CodeKind.PIN, "000000")

    assert rig.start().unlock(CodeKind.PIN, PIN).reason == "wait"

    clock.advance(60)
    assert rig.start().unlock(CodeKind.PIN, PIN).opened


@pytest.mark.parametrize("back_ms", [1_000, TEN_YEARS_MS])
def test_a_clock_that_was_turned_back_brings_the_whole_wait_again(
    rig: Rig, clock: JumpingClock, back_ms: int
) -> None:
    runtime = counted_out(rig, 5)
    runtime.unlock(CodeKind.PIN, "000000")
    clock.advance(59)
    clock.set_wall(clock.now_ms() - 60_000 - back_ms)

    result = rig.start().unlock(CodeKind.PIN, PIN)

    assert (result.reason, result.wait_s) == ("wait", 60)


@pytest.mark.parametrize("turned_ms", [-TEN_YEARS_MS, TEN_YEARS_MS])
def test_within_a_process_the_wall_clock_grants_nothing(
    rig: Rig, clock: JumpingClock, turned_ms: int
) -> None:
    runtime = counted_out(rig, 5)
    runtime.unlock(CodeKind.PIN, "000000")
    clock.set_wall(clock.now_ms() + turned_ms)

    result = runtime.unlock(CodeKind.PIN, PIN)

    assert (result.reason, round(result.wait_s, 3)) == ("wait", 60 - ANSWERS_AFTER_S)


def test_a_throttle_that_was_cut_short_brings_the_longest_wait(rig: Rig) -> None:
    counted_out(rig, 2)
    throttle = rig.path / fresh.THROTTLE
    throttle.write_bytes(throttle.read_bytes()[:40])

    result = rig.start().unlock(CodeKind.PIN, PIN)

    assert (result.reason, result.wait_s) == ("wait", DELAYS_S[-1])


def test_a_throttle_that_was_removed_brings_the_longest_wait(rig: Rig) -> None:
    counted_out(rig, 2)
    rig.end()
    (rig.path / fresh.THROTTLE).unlink()

    assert rig.start().unlock(CodeKind.PIN, PIN).wait_s == DELAYS_S[-1]


def test_a_throttle_removed_while_the_app_runs_lets_no_code_be_tried(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = counted_out(rig, 1)
    (rig.path / fresh.THROTTLE).unlink()
    calls = Calls(monkeypatch)

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"
    assert calls.derivations == 0


def test_without_memory_nothing_is_counted_and_nothing_changes(rig: Rig) -> None:
    counted_out(rig, 4)
    before = rig.snapshot()
    rig.profile = TOO_DEAR
    runtime = rig.start()

    result = runtime.unlock(CodeKind.PIN, PIN)

    assert result.reason == "no_memory"
    assert rig.snapshot() == before
    assert runtime.state == "locked"
    assert runtime.gate.answers_after_s() == pytest.approx(UNMEASURED_S + 0.4)


def test_without_memory_an_empty_code_is_answered_like_any_other(rig: Rig) -> None:
    rig.locked()
    rig.profile = TOO_DEAR

    assert rig.start().unlock(CodeKind.PIN, "").reason == "no_memory"


def test_without_memory_no_code_is_set(rig: Rig) -> None:
    rig.make_account()
    rig.profile = TOO_DEAR
    runtime, vault = rig.start(), rig.vault()

    with pytest.raises(NotEnoughMemory):
        codes.set_code(runtime, kind=CodeKind.PIN, text=PIN, repeated=PIN)

    assert rig.vault() == vault
    assert not runtime.code_is_set


def test_a_second_process_cannot_try_codes_beside_the_first(rig: Rig, runtime: Runtime) -> None:
    second = DataDirectory(rig.path, FaultFiles(rig.path.parent))

    with pytest.raises(AlreadyRunning):
        second.lock()


def test_one_code_is_tried_and_one_waits_and_a_third_is_refused(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = rig.locked()
    runtime.gate.answers_after_s()
    results: list[str] = []

    def try_one() -> None:
        results.append(runtime.unlock(CodeKind.PIN, "000000").reason)

    threads = [threading.Thread(target=try_one, daemon=True) for _ in range(2)]
    threads[0].start()
    clock.await_sleepers()
    threads[1].start()
    # Until the second has its place.
    patience = iter(range(5_000))
    while runtime.gate._places._value and next(patience, None) is not None:
        threading.Event().wait(0.001)
    assert runtime.gate._places._value == 0

    with pytest.raises(UnlockBusy):
        runtime.unlock(CodeKind.PIN, PIN)

    clock.advance(ANSWERS_AFTER_S)
    threads[0].join()
    clock.await_sleepers()
    clock.advance(ANSWERS_AFTER_S)
    threads[1].join()
    assert results == ["wrong", "wrong"]
    assert runtime.unlock(CodeKind.PIN, PIN).opened


def test_a_full_disk_still_counts_and_unlocks(rig: Rig) -> None:
    """The throttle is written in place, which takes no room."""
    rig.locked()
    files = FaultFiles(rig.path.parent)
    runtime = rig.start(files)
    before = len(files.operations)

    runtime.unlock(CodeKind.PIN, "000000")

    assert files.operations[before:] == ["open", "write", "fsync"]


@pytest.mark.parametrize("error", [OSError(30, "read-only"), OSError(28, "full"), OSError(5, "")])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_disk_that_takes_no_count_lets_no_code_be_tried(
    rig: Rig, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch, error: OSError, at: int
) -> None:
    counted_out(rig, 2)
    files = FaultFiles(rig.path.parent)
    runtime = rig.start(files)
    vault = rig.vault()
    runtime.gate.answers_after_s()
    calls = Calls(monkeypatch)
    files.fail_after(at, error)
    begun_s = clock.monotonic_s()

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"

    assert calls.derivations == 0
    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S
    assert rig.throttle().count >= 2
    assert rig.vault() == vault
    assert runtime.unlock(CodeKind.PIN, PIN).opened


def test_a_count_that_was_never_confirmed_ends_all_attempts(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.locked()
    files = FaultFiles(rig.path.parent)
    runtime = rig.start(files)
    runtime.gate.answers_after_s()
    files.fail_after(2, FsyncFailed("content"))
    calls = Calls(monkeypatch)

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"
    assert runtime.unlock(CodeKind.PIN, PIN).reason == "failed"

    assert calls.derivations == 0


EVERY_LOSS = [Loss.NOTHING, Loss.CONTENT, Loss.NAMES, Loss.CONTENT | Loss.NAMES]


@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("attempts", range(5))
def test_a_power_cut_anywhere_in_an_attempt_gives_none_away(
    rig: Rig, clock: JumpingClock, attempts: int, loss: Loss
) -> None:
    counted_out(rig, attempts)
    before = (rig.path / fresh.THROTTLE).read_bytes()
    for after in range(3):
        (rig.path / fresh.THROTTLE).write_bytes(before)
        files = FaultFiles(rig.path.parent)
        runtime = rig.start(files)
        runtime.gate.answers_after_s()
        clock.advance(DELAYS_S[-1])
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            runtime.unlock(CodeKind.PIN, "000000")
        rig.forget()
        # The code was not derived before the last of these operations was done.
        assert rig.throttle().count >= attempts


def test_a_code_is_derived_only_once_its_attempt_is_on_the_disk(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.locked()
    files = FaultFiles(rig.path.parent)
    runtime = rig.start(files)
    runtime.gate.answers_after_s()
    counts: list[int] = []
    derive = bindings.crypto_pwhash_alg

    def derived(*args: object) -> bytes:
        files.stop_after(0, Loss.CONTENT | Loss.NAMES)
        with pytest.raises(PowerCut):
            files.make_directory(rig.path)
        counts.append(rig.throttle().count)
        return derive(*args)

    monkeypatch.setattr("webapp.vault.codes.crypto_pwhash_alg", derived)
    with pytest.raises(PowerCut):
        runtime.unlock(CodeKind.PIN, PIN)
    rig.forget()

    assert counts == [1]


def test_the_counter_needs_no_app_around_it(tmp_path: Path, clock: JumpingClock) -> None:
    directory = DataDirectory(tmp_path / "data", FaultFiles(tmp_path))
    directory.lock()
    directory.prepare()
    counter = AttemptCounter(directory, clock)

    for _ in range(4):
        counter.count()

    assert counter.wait_s(at_s=clock.monotonic_s()) == 5
    counter.clear()

    assert counter.wait_s(at_s=clock.monotonic_s()) == 0
    directory.release()


def test_an_end_of_the_app_does_not_wait_for_the_moment_of_an_answer(rig: Rig) -> None:
    runtime = rig.locked()
    thread = threading.Thread(target=runtime.unlock, args=(CodeKind.PIN, "000000"))
    thread.start()
    rig.clock.await_sleepers()  # type: ignore[attr-defined]

    runtime.close()

    thread.join(5)
    assert not thread.is_alive()
    assert rig.profile == CHEAP
