"""What can be wrong with a vault.

    VaultError
    ├── InvalidVault           the bytes are no vault, or a damaged one
    ├── UnknownVaultVersion    a newer program wrote it: refuse, touch nothing
    ├── TooLittleMemory        the computer cannot derive a root just now
    └── InvalidSlot            our mistake: these values do not fit into a slot

"No slot opens under this root" is an answer of ``open_vault``, not an error.
"""


class VaultError(Exception):
    """The vault cannot be used as it is."""


class InvalidVault(VaultError):
    """The vault has the wrong length or a damaged salt."""


class UnknownVaultVersion(VaultError):
    """The vault, or the slot that opened, has a form that this version does not know."""


class TooLittleMemory(VaultError):
    """There is not enough memory to derive a root from a code."""


class InvalidSlot(VaultError):
    """The values cannot be written as a slot."""
