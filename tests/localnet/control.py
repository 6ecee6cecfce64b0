"""A client for the control interface of ``python -m webapp.localnet``."""

import json
from collections.abc import Mapping
from typing import Literal, Self

import urllib3

TIMEOUT_S = 20.0

# Hashes by account, by namespace, in order of arrival.
Contents = dict[str, dict[str, list[str]]]


class ControlError(Exception):
    """The network did not do it; the text says why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status
        self.text = text


class Control:
    """Breaks and mends a practice network in another process.

    ``announced`` is the line that the network printed when it was ready. Nodes are called
    by their numbers, as ``nodes`` lists them.
    """

    def __init__(self, announced: Mapping[str, object]) -> None:
        control = announced["control"]
        assert isinstance(control, dict)
        self._url = control["url"]
        self._headers = {"Authorization": f"Bearer {control['token']}"}
        self._pool = urllib3.PoolManager(
            cert_reqs="CERT_NONE",
            assert_fingerprint=control["cert_sha256"],
            retries=False,
            timeout=TIMEOUT_S,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.clear()

    def nodes(self) -> list[dict]:
        """Return each node with its key, swarm, port, faults, and what it was asked so far."""
        return self._order("nodes")["nodes"]

    def stored(self) -> list[Contents]:
        """Return what is on each node."""
        return self._order("stored")["stored"]

    def stop(self, node: int) -> None:
        self._order("stop", node=node)

    def start(self, node: int) -> None:
        self._order("start", node=node)

    def move(self, node: int, swarm: str) -> None:
        """Make a node a member of the swarm with this id in hex, which may be new."""
        self._order("move", node=node, swarm=swarm)

    def set_faults(self, node: int | Literal["all"], **faults: object) -> None:
        """Set the named faults (docs/reference.md); those that are not named stay."""
        self._order("faults", node=node, faults=faults)

    def clear_faults(self, node: int | Literal["all"] = "all") -> None:
        self._order("clear", node=node)

    def _order(self, command: str, **fields: object) -> dict:
        answer = self._pool.request(
            "POST", f"{self._url}/{command}", body=json.dumps(fields), headers=self._headers
        )
        reply = json.loads(answer.data)
        if answer.status != 200:
            raise ControlError(answer.status, reply["error"])
        return reply
