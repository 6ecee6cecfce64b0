"""The duress code and the panic shortcut: prepared in peace, rehearsed, and then switched on.

    1. begin      the present code is asked for, as at an unlock. The new one is looked at: its
                  kind, its length, how far it lies from the present one (security.md V10).
    2. rehearse   a vault that lies nowhere, with an empty slot for either code, answers what
                  each would do. Nothing acts there.
    3. switch_on  one write of the vault: the duress slot, and in the slot of the accounts the
                  place where it is. Not before the duress code was typed in the rehearsal.

A rehearsal remembers the root of the duress code until the next lock, never the code. When both
codes ever match, the one that opens accounts wins (vault/slots.py).
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from webapp.services import codes
from webapp.services.errors import (
    CodeMissing,
    DuressLength,
    DuressNear,
    DuressNotRehearsed,
    OnlyAccount,
    PanicIsOff,
    ServiceError,
)
from webapp.services.runtime import Runtime
from webapp.vault.codes import CodeKind
from webapp.vault.nearness import Misfit, misfit_of
from webapp.vault.slot_plaintext import SlotKind
from webapp.vault.slots import open_vault

_MISFITS: Final[dict[Misfit, type[ServiceError]]] = {
    Misfit.LENGTH: DuressLength,
    Misfit.NEAR: DuressNear,
}
# Enough to practise. Without an end, whoever comes upon the page of a rehearsal could look for the
# own code there: these tries are neither counted nor made to wait.
MOST_TRIES: Final = 20
# opens / destroys: what the code that was typed would do at the lock.
Outcome = Literal["opens", "destroys", "nothing"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is prepared, as the pages say it; ``cover`` is the handle of the account that stays."""

    leaves: Literal["empty", "cover"] | None
    cover: str | None
    panic_chord: bool


@dataclass(slots=True)
class Rehearsal:
    """A duress code that is not switched on yet."""

    kind: CodeKind
    cover: str | None
    generation: int
    root: bytes = field(repr=False)
    vault: bytes = field(repr=False)
    is_practised: bool = False
    tries: int = 0


def prepared(runtime: Runtime) -> Prepared:
    """Return what the open space has prepared. Raises NoAccount, AppLocked."""
    found, cover = runtime.prepared()
    if found.duress_place is None:
        return Prepared(None, None, found.panic_chord)
    leaves: Literal["empty", "cover"] = "empty" if found.cover is None else "cover"
    return Prepared(leaves, cover, found.panic_chord)


def begin(
    runtime: Runtime, *, text: str, repeated: str, current: str, cover: str | None
) -> Rehearsal:
    """Return a rehearsal of ``text`` as the duress code; it is of the kind of the present one.

    ``cover`` is the handle of the account that stays, None if none does. Raises CodeMissing if no
    code is set, OnlyAccount if the cover is the one account there is, AccountClosed, DuressLength,
    DuressNear, CodeInUse, and what ``codes.set_code`` raises.
    """
    generation = runtime.generation
    runtime.account(cover)
    kind = runtime.code_kind()
    if kind is None:
        raise CodeMissing
    if cover is not None and len(runtime.accounts()) == 1:
        raise OnlyAccount
    codes.require_new_code(kind, text, repeated)
    codes.require_current(runtime, current)
    misfit = misfit_of(kind, text, code=current)
    if misfit is not None:
        raise _MISFITS[misfit]
    root = runtime.gate.root_of(kind, text)
    vault = runtime.throw_away_vault(root, generation=generation)
    return Rehearsal(kind, cover, generation, root, vault)


def rehearse(runtime: Runtime, rehearsal: Rehearsal, text: str) -> Outcome:
    """Return what ``text`` would do at the lock; it does nothing here.

    Raises DuressNotRehearsed after MOST_TRIES, UnlockBusy, NotEnoughMemory, and what the storage
    raises about the vault.
    """
    if rehearsal.tries >= MOST_TRIES:
        raise DuressNotRehearsed
    rehearsal.tries += 1
    found = open_vault(rehearsal.vault, runtime.gate.root_of(rehearsal.kind, text))
    if found is None:
        return "nothing"
    if found[1].kind is SlotKind.OPEN:
        return "opens"
    rehearsal.is_practised = True
    return "destroys"


def switch_on(runtime: Runtime, rehearsal: Rehearsal) -> None:
    """Let the code of the rehearsal destroy.

    Raises DuressNotRehearsed, AppLocked if it was locked since, AccountClosed, CodeInUse,
    NoFreeSlot, and what the storage raises; then nothing has changed.
    """
    if not rehearsal.is_practised:
        raise DuressNotRehearsed
    runtime.arm(rehearsal.root, rehearsal.cover, generation=rehearsal.generation)


def switch_off(runtime: Runtime, *, current: str) -> None:
    """Let no code destroy anything. Raises what ``codes.remove_code`` raises."""
    generation = runtime.generation
    runtime.account()
    codes.require_current(runtime, current)
    runtime.disarm(generation=generation)


def set_panic_chord(runtime: Runtime, *, is_on: bool) -> None:
    """Switch the panic shortcut. Raises NoAccount, AppLocked, and what the storage raises."""
    runtime.set_panic_chord(is_on, generation=runtime.generation)


def panic(runtime: Runtime) -> None:
    """Destroy everything, at once.

    Raises PanicIsOff, NoAccount, AppLocked, and what ``Runtime.erase`` raises.
    """
    if not runtime.prepared()[0].panic_chord:
        raise PanicIsOff
    runtime.erase()
