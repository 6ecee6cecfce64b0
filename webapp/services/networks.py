"""The networks an account can live in, by the words the welcome page uses.

An account remembers its network as a small record: ``{"kind": "session"}``,
``{"kind": "practice"}`` or ``{"kind": "file", "settings": {…}}``. The practice
network of this process has other nodes after each start, so its settings are
asked for when they are needed and never stored.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from webapp.network.settings import SESSION, TESTNET, NetworkSettings
from webapp.services.errors import UnknownNetwork

NetworkKind = Literal["session", "testnet", "practice", "file"]


class Networks:
    """What ``--network`` allows, and where each choice leads."""

    def __init__(
        self,
        *,
        preselected: NetworkKind,
        practice: Callable[[], NetworkSettings],
        file: NetworkSettings | None = None,
    ) -> None:
        self.preselected = preselected
        self._practice = practice
        self.file = file

    def offered(self) -> tuple[NetworkKind, ...]:
        """Return the choices of the welcome page, in its order."""
        offered: list[NetworkKind] = ["session", "practice"]
        if self.preselected not in offered:
            offered.insert(0, self.preselected)
        return tuple(offered)

    def record(self, kind: str) -> dict[str, object]:
        """Return what a new account stores of its choice. Raises UnknownNetwork."""
        if kind not in self.offered():
            raise UnknownNetwork
        if kind == "file" and self.file is not None:
            return {"kind": kind, "settings": self.file.to_json()}
        return {"kind": kind}

    def settings(self, record: Mapping[str, object]) -> NetworkSettings:
        """Return where an account with this record goes. Raises UnknownNetwork."""
        match record.get("kind"):
            case "session":
                return SESSION
            case "testnet":
                return TESTNET
            case "practice":
                return self._practice()
            case "file":
                return self._from_file(record.get("settings"))
        raise UnknownNetwork

    def _from_file(self, settings: object) -> NetworkSettings:
        if not isinstance(settings, dict):
            raise UnknownNetwork
        stored = NetworkSettings.from_json(settings)
        # A network file given now replaces the stored copy of the same network: its seed
        # may have moved to another port since.
        if self.file is not None and self.file.name == stored.name:
            return self.file
        return stored
