"""What the tests of several accounts do, with names for accounts and PINs for codes."""

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from webapp.services import pseudonyms, reading
from webapp.services.runtime import Runtime
from webapp.vault.codes import CodeKind
from webapp.vault.slots import SLOT_BYTES, SLOT_COUNT

THIRD_PIN = "161803"
# Stands for the code where none is set.
NO_CODE = ""


def names(runtime: Runtime) -> list[str]:
    return [reading.account_record(each).name for each in runtime.accounts()]


def handle_of(runtime: Runtime, name: str) -> str:
    return next(
        each.handle for each in runtime.accounts() if reading.account_record(each).name == name
    )


def container_of(runtime: Runtime, name: str) -> int:
    running = runtime._open.find(handle_of(runtime, name))
    assert running is not None
    return running.container


def move(runtime: Runtime, name: str = "Ilse", text: str = OTHER_PIN, current: str = PIN) -> None:
    pseudonyms.move(
        runtime, handle_of(runtime, name), kind="pin", text=text, repeated=text, current=current
    )


def add_apart(rig: Rig, runtime: Runtime, name: str = "Noor", text: str = OTHER_PIN) -> None:
    apart = pseudonyms.own_code(runtime, kind="pin", text=text, repeated=text, current=PIN)
    rig.add(runtime, name, apart=apart)


def erase(runtime: Runtime, name: str = "Ilse", current: str = PIN) -> None:
    pseudonyms.erase(runtime, handle_of(runtime, name), current=current)


def keep(runtime: Runtime, text: str = OTHER_PIN) -> None:
    pseudonyms.keep_code(runtime, kind="pin", text=text)


def names_behind(rig: Rig, pin: str) -> list[str]:
    """Start again; return the names that a PIN opens."""
    runtime = rig.start()
    if pin != NO_CODE:
        rig.clock.advance(3601)  # type: ignore[attr-defined]
        assert runtime.unlock(CodeKind.PIN, pin).opened
    return names(runtime)


def slots(vault: bytes) -> list[bytes]:
    return [vault[64 + at * SLOT_BYTES : 64 + (at + 1) * SLOT_BYTES] for at in range(SLOT_COUNT)]


def changed_slots(before: bytes, after: bytes) -> set[int]:
    assert before[:64] == after[:64]
    pairs = zip(slots(before), slots(after), strict=True)
    return {at for at, (old, new) in enumerate(pairs) if old != new}
