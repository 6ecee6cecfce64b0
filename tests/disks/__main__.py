"""Erase everything on a disk that is really full, and on one that is read-only: ``make disks``.

    python -m tests.disks

Each way to destroy everything meets each trouble of a disk (security.md T-W3). It needs Linux, and
a user who may mount a disk. No network and no browser takes part.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.disks.disk import ROOM_BYTES, Disk, NotMountable
from tests.services.lock_rig import PIN, Rig
from tests.services.pseudonym_actions import names
from tests.services.test_emergency import DURESS_PIN, arm
from tests.services.test_erasing import check_first_start, finished
from tests.virtual_clock import LeapingClock
from webapp.services import codes, wrong_codes
from webapp.services.runtime import Runtime
from webapp.storage.errors import DataDirectoryUnusable
from webapp.vault.codes import CodeKind
from webapp.vault.slots import SLOT_BYTES, SLOT_COUNT, VAULT_BYTES, open_vault
from webapp.vault.throttle import DELAYS_S

ALL = ["Marit", "Ilse"]
LAST_GUESS = 7
# A thread that has nothing left to do has ended by then.
SOON_S = 2.0


@dataclass(frozen=True, slots=True)
class Way:
    """One way to destroy everything; ``act`` returns what is said of it."""

    prepare: Callable[[Rig, Runtime], None]
    act: Callable[[Rig, Runtime], str]
    # What is said where it was done, and which accounts are left.
    done: str = "opened"
    left: tuple[str, ...] = ()


def stay_open(_rig: Rig, _runtime: Runtime) -> None:
    """The menu needs no more than that."""


def erase_by_menu(_rig: Rig, runtime: Runtime) -> str:
    try:
        runtime.erase()
    except DataDirectoryUnusable:
        return "failed"
    return "erased"


def guess_all_but_once(rig: Rig, runtime: Runtime) -> None:
    wrong_codes.change(runtime, "8")
    runtime.lock()
    for number in range(LAST_GUESS):
        assert type_pin(rig, runtime, f"{number:06}") == "wrong"


def guess_once_more(rig: Rig, runtime: Runtime) -> str:
    return type_pin(rig, runtime, "777777")


def prepare_empty(_rig: Rig, runtime: Runtime) -> None:
    arm(runtime)
    runtime.lock()


def prepare_cover(_rig: Rig, runtime: Runtime) -> None:
    arm(runtime, cover="Ilse")
    runtime.lock()


def type_duress(rig: Rig, runtime: Runtime) -> str:
    return type_pin(rig, runtime, DURESS_PIN)


def type_pin(rig: Rig, runtime: Runtime, pin: str) -> str:
    """Type it as soon as the throttle takes one."""
    assert isinstance(rig.clock, LeapingClock)
    rig.clock.leap(DELAYS_S[-1])
    return runtime.unlock(CodeKind.PIN, pin).reason


WAYS = {
    "menu": Way(stay_open, erase_by_menu, "erased"),
    "last guess": Way(guess_all_but_once, guess_once_more, "erased"),
    "duress code, empty": Way(prepare_empty, type_duress),
    "duress code, cover": Way(prepare_cover, type_duress, left=("Ilse",)),
}


def on_a_full_disk(way: Way, rig: Rig, disk: Disk) -> str:
    """The keys go, and no old byte of the vault is anywhere on the disk; the rest follows."""
    runtime, before = prepared(rig, way, disk)
    disk.fill()
    said = way.act(rig, runtime)
    return check_on_a_full_disk([said], way, rig, runtime, disk=disk, before=before)


def twice_at_once_on_a_full_disk(way: Way, rig: Rig, disk: Disk) -> str:
    """A second press does no harm, whichever of them is first."""
    runtime, before = prepared(rig, way, disk)
    disk.fill()
    with ThreadPoolExecutor(2) as both:
        said = list(both.map(lambda _: way.act(rig, runtime), range(2)))
    return check_on_a_full_disk(said, way, rig, runtime, disk=disk, before=before)


def on_a_read_only_disk(way: Way, rig: Rig, disk: Disk) -> str:
    """Nothing is done and no code is told from another; once it can be written to, it is done."""
    runtime, before = prepared(rig, way, disk)
    is_open = runtime.state == "open"
    if is_open:
        disk.fail()
    else:
        disk.make_read_only()

    said = {way.act(rig, runtime)}
    if not is_open:
        said |= {type_pin(rig, runtime, pin) for pin in (PIN, DURESS_PIN, "000001")}

    assert said == {"failed"}, said
    assert rig.vault() == before.vault
    assert runtime.state == ("open" if is_open else "locked")
    if is_open:
        rig.end()
        disk.heal()
        runtime = rig.opened()
        assert names(runtime) == ALL, names(runtime)
    else:
        disk.make_writable()
    assert way.act(rig, runtime) == way.done
    check_keys(rig, way, before)
    check_rest(rig, runtime, way)
    return ""


class Before:
    """What opened everything before it was destroyed."""

    def __init__(self, rig: Rig) -> None:
        self.vault = rig.vault()
        self.roots = [rig.root(pin) for pin in (PIN, DURESS_PIN)]


def prepared(rig: Rig, way: Way, disk: Disk) -> tuple[Runtime, Before]:
    """Return the runtime of two accounts behind a code, ready for ``way``."""
    rig.make_account()
    runtime = rig.start()
    rig.add(runtime, "Ilse")
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    runtime = rig.opened()
    way.prepare(rig, runtime)
    # The first account was copied there, and nobody has asked for it to be on the disk.
    disk.sync()
    return runtime, Before(rig)


def check_on_a_full_disk(
    said: list[str], way: Way, rig: Rig, runtime: Runtime, *, disk: Disk, before: Before
) -> str:
    """Return what had to be done for the rest to follow."""
    assert way.done in said, said
    check_keys(rig, way, before)
    remark = make_room_if_needed(runtime, disk)
    check_rest(rig, runtime, way)
    check_nothing_old(rig, disk, before)
    return remark


def check_keys(rig: Rig, way: Way, before: Before) -> None:
    opening = [open_vault(rig.vault(), root) is not None for root in before.roots]
    assert opening == [False, bool(way.left)], opening


def make_room_if_needed(runtime: Runtime, disk: Disk) -> str:
    """Where each block is taken the rest may lack one, for files lie in other pieces than before.

    It goes on by itself as soon as there is one.
    """
    runtime._rest.await_try()
    thread = runtime._rest._thread
    assert thread is not None
    thread.join(SOON_S)
    if not thread.is_alive():
        return ""
    disk.make_room()
    return f", with {ROOM_BYTES >> 10} KiB of room for the rest"


def check_rest(rig: Rig, runtime: Runtime, way: Way) -> None:
    finished(runtime)
    if way.left:
        assert names(runtime) == list(way.left), names(runtime)
        again = rig.opened(DURESS_PIN)
        assert names(again) == list(way.left), names(again)
    else:
        check_first_start(rig, runtime)
        check_first_start(rig, rig.start())


def check_nothing_old(rig: Rig, disk: Disk, before: Before) -> None:
    """Look at the whole disk, free blocks too, for any slot of the old vault."""
    rig.end()
    disk.unmount()
    content = disk.content()
    disk.mount()
    first = VAULT_BYTES - SLOT_COUNT * SLOT_BYTES
    slots = [before.vault[at : at + SLOT_BYTES] for at in range(first, VAULT_BYTES, SLOT_BYTES)]
    assert not [place for place, slot in enumerate(slots) if slot[:32] in content]


Trouble = Callable[[Way, Rig, Disk], str]
TROUBLES: dict[str, Trouble] = {
    "full disk": on_a_full_disk,
    "full disk, twice at once": twice_at_once_on_a_full_disk,
    "read-only disk": on_a_read_only_disk,
}


def is_as_it_should_be(name: str, way: Way, trouble: Trouble) -> bool:
    """Try it and print what became of it."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder) / "disk")
        rig = Rig(disk.path, clock=LeapingClock())
        wrong = ""
        try:
            remark = trouble(way, rig, disk)
        except AssertionError as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            wrong = f"NOT as it should be: {place.name}, line {place.lineno}, {error}"
        finally:
            rig.end()
            disk.unmount()
    print(f"{name}: {wrong or f'ok{remark}'}, in {time.monotonic() - begun:.1f} s", flush=True)
    return not wrong


def main() -> int:
    try:
        results = [
            is_as_it_should_be(f"{way_name}, {trouble_name}", way, trouble)
            for trouble_name, trouble in TROUBLES.items()
            for way_name, way in WAYS.items()
        ]
    except NotMountable as error:
        print(f"No disk can be mounted here: {error}")
        return 2
    print(f"{sum(results)} of {len(results)} as they should be.")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
