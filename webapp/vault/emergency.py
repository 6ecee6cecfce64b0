"""What is prepared for an emergency, as two slots know it.

A duress slot needs no field of its own: without an entry its code leaves nothing (Empty), with
one it leaves that account (Cover). The slot of the accounts remembers in its options what else
it has prepared, so that the owner can look at it and take it back:

    offset  size
         0     1   place of the duress slot plus 1; 0: there is none
         1     1   container of the cover account plus 1; 0: none
         2     1   1 if the panic chord is on
         3    29   zero

The options are sealed like the rest of the slot. Only the code of the accounts shows them.
"""

from dataclasses import dataclass
from typing import Final

from webapp.vault.containers import CONTAINER_COUNT
from webapp.vault.errors import UnknownVaultVersion
from webapp.vault.slot_plaintext import OPTIONS_BYTES, Entry, Slot, SlotKind
from webapp.vault.slots import SLOT_COUNT

_USED_BYTES: Final = 3
_UNUSED: Final = bytes(OPTIONS_BYTES - _USED_BYTES)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the owner has prepared: ``cover`` is a container, without one all is destroyed."""

    duress_place: int | None = None
    cover: int | None = None
    panic_chord: bool = False


def encode_prepared(prepared: Prepared) -> bytes:
    """Return the 32 option bytes of ``prepared``, laid out as the module says."""
    places = (prepared.duress_place, prepared.cover)
    numbers = [0 if place is None else place + 1 for place in places]
    return bytes([*numbers, prepared.panic_chord]) + _UNUSED


def decode_prepared(options: bytes) -> Prepared:
    """Return what 32 authenticated option bytes say.

    Raises UnknownVaultVersion for anything ``encode_prepared`` would not have written.
    """
    duress, cover, chord = options[:_USED_BYTES]
    if duress > SLOT_COUNT or cover > CONTAINER_COUNT or chord > 1 or options[3:] != _UNUSED:
        raise UnknownVaultVersion("unknown options")
    return Prepared(_place(duress), _place(cover), bool(chord))


def duress_slot(cover: Entry | None) -> Slot:
    """Return the slot whose code destroys all accounts, or all but ``cover``."""
    return Slot(SlotKind.DURESS, entries=() if cover is None else (cover,))


def _place(number: int) -> int | None:
    return number - 1 if number else None
