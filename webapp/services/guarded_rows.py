"""The rows of an account that decide about its security, checked against the vault.

Theory of operation. `current` is what a change leads to; `rolled_back` is found once, when
the account is opened (vault/freshness.py), and stays until the owner has acknowledged it.

    state         event         next          action
    (opening)     current       current
    (opening)     ahead         current       seal what the crash before the last sealing left
    (opening)     anything else rolled_back   nothing is written, the rows do not count
    current       change        current       database first, then the vault
    rolled_back   change        rolled_back   refused: it would hide what has happened
    rolled_back   acknowledge   current       the given rows, sealed anew
"""

import threading
from collections.abc import Callable, Mapping

from webapp.services.errors import RolledBack
from webapp.storage import freshness
from webapp.storage.database import AccountDatabase
from webapp.storage.freshness import Head

Seal = Callable[[Head], None]


class GuardedRows:
    """The guarded rows of one open account. Every method may be called from every thread."""

    def __init__(
        self, database: AccountDatabase, *, sealed: Head, seal: Seal, seal_at_opening: Seal
    ) -> None:
        """``sealed`` is what the vault says, ``seal`` makes it say something else.

        Raises what ``seal_at_opening`` raises, which is called from here only.
        """
        self._database = database
        self._sealed = sealed
        self._seal = seal
        # Held across database and vault, so that what is sealed last was written last.
        self._changing = threading.Lock()
        verdict = freshness.verdict(database, sealed)
        self._rolled_back = verdict == "rolled_back"
        if verdict == "ahead":
            self._sealed = freshness.head(database)
            seal_at_opening(self._sealed)
        self._rows = {} if self._rolled_back else freshness.load(database)

    @property
    def rolled_back(self) -> bool:
        """Whether the rows are older than the vault says, and nobody has said to know it."""
        return self._rolled_back

    def rows(self) -> Mapping[str, str]:
        """Return the rows that can be believed, by name."""
        return self._rows

    def change(self, name: str, value: str) -> None:
        """Set one row.

        Raises RolledBack, and what the storage raises; after that the next opening finds
        the change, or does not, and both is sound.
        """
        with self._changing:
            if self._rolled_back:
                raise RolledBack
            self._replace({**self._rows, name: value})

    def acknowledge(self, rows: Mapping[str, str]) -> None:
        """Go on with ``rows`` after a roll-back; without one this does nothing."""
        with self._changing:
            if self._rolled_back:
                self._replace(dict(rows))
                self._rolled_back = False

    def _replace(self, rows: dict[str, str]) -> None:
        head = freshness.replace(self._database, rows, sealed=self._sealed)
        # From here on they are what the next opening finds, sealed or not.
        self._rows = rows
        self._seal(head)
        self._sealed = head
