"""Several accounts: what is behind other codes is kept, one is moved there, one is erased.

The app cannot know which codes there are besides the one that opened it, and nothing lists
them. So before a slot or a container is taken, every code to be kept is asked for, one after
the other, as at an unlock: counted, throttled, answered at a fixed moment. None of them acts
there, whatever it would do at the lock (security.md V11). What none of them opens counts as free.
"""

from webapp.services import codes
from webapp.services.errors import CodeMissing, CodeOpensNothing, OnlyAccount
from webapp.services.making import Apart
from webapp.services.runtime import Runtime
from webapp.storage.data_directory import Taken


def keep_code(runtime: Runtime, *, kind: str, text: str) -> None:
    """Keep what this code opens, until the next lock.

    Raises CodeOpensNothing, WaitBeforeCode, UnlockBusy, NotEnoughMemory, NoAccount, AppLocked,
    and what the storage raises.
    """
    generation = runtime.generation
    runtime.account()
    result = runtime.gate.attempt(
        kind,
        text,
        accept=lambda _: True,
        use=lambda space: runtime.keep(Taken.of(space), generation=generation),
        is_guess=False,
    )
    codes.require_opened(result, otherwise=CodeOpensNothing)


def own_code(runtime: Runtime, *, kind: str, text: str, repeated: str, current: str) -> Apart:
    """Return where an account goes that is to open with this code alone.

    Only where a code is set: without one nobody is ever asked for another. Raises CodeMissing
    and what ``set_code`` raises.
    """
    known = codes.require_new_code(kind, text, repeated)
    generation = runtime.generation
    runtime.account()
    if not runtime.code_is_set:
        raise CodeMissing
    codes.require_current(runtime, current)
    return Apart(runtime.gate.root_of(known, text), generation)


def move(
    runtime: Runtime, handle: str, *, kind: str, text: str, repeated: str, current: str
) -> None:
    """Keep an open account behind a code of its own, and close it.

    Raises OnlyAccount, NoFreeSlot, AccountClosed, and what ``own_code`` raises; then nothing
    has changed.
    """
    runtime.account(handle)
    if len(runtime.accounts()) == 1:
        raise OnlyAccount
    apart = own_code(runtime, kind=kind, text=text, repeated=repeated, current=current)
    runtime.move_account(handle, apart)


def erase(runtime: Runtime, handle: str, *, current: str = "") -> None:
    """Destroy an open account on this computer, and nothing beside it.

    ``current`` is the present code, if one is set. Raises WrongCode, WaitBeforeCode,
    UnlockBusy, NotEnoughMemory, AnotherCodeNeeded, AccountClosed, AppLocked, and what the
    storage raises; then nothing has changed.
    """
    generation = runtime.generation
    runtime.account(handle)
    if runtime.code_is_set:
        codes.require_current(runtime, current)
    runtime.erase_account(handle, generation=generation)
