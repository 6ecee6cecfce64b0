"""The way of an account into its network: which one, through what, and whether it answers."""

from collections.abc import Mapping
from typing import Protocol

from webapp.network.client import NOTHING, Network, Remembered
from webapp.network.errors import NetworkError, ProxyFailed
from webapp.network.proxy import Proxy
from webapp.network.settings import NetworkSettings
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import proxying
from webapp.services.errors import NetworkUnreachable, ProxyUnusable
from webapp.services.networks import Networks


class NetworkFactory(Protocol):
    """Makes the network of an account, which goes its way from its first request on."""

    def __call__(
        self, settings: NetworkSettings, *, proxy: Proxy | None, remembered: Remembered
    ) -> Network: ...


class Ways:
    """Makes the network that the record of an account asks for."""

    def __init__(self, networks: Networks, *, make: NetworkFactory, given: Proxy | None) -> None:
        """``given`` is the proxy of the command line: all accounts use it while this runs."""
        self.given = given
        self._networks = networks
        self._make = make

    def record(self, network: str, proxy: Proxy | None) -> dict[str, object]:
        """Return what a new account on this network keeps of it. Raises UnknownNetwork."""
        return proxying.with_proxy(self._networks.record(network), self.given or proxy)

    def network_of(
        self, record: Mapping[str, object], *, remembered: Remembered = NOTHING
    ) -> Network:
        """Return the network of this record. Nothing is sent yet."""
        proxy = self.given or proxying.stored_in(record)
        return self._make(self._networks.settings(record), proxy=proxy, remembered=remembered)

    def is_worth_remembering(self, record: Mapping[str, object]) -> bool:
        """Say whether what the network of this account learns holds for its next start.

        A practice network of this process is gone by then. And a proxy for this run only
        must not lead to the guards that know this computer's own address, or leave its own.
        """
        return record.get("kind") != "practice" and self.given in (
            None,
            proxying.stored_in(record),
        )

    def reach(self, record: Mapping[str, object]) -> Network:
        """Return the network of a new account, found to answer. Raises NetworkUnreachable.

        Asked before anything is written, for an account that nobody has: the answer is
        thrown away, the path that was found is kept.
        """
        network = self.network_of(record)
        try:
            network.poll(AccountKeys.from_seed(Seed.generate()), {}, take=lambda _: None)
        except ProxyFailed as error:
            network.close()
            raise ProxyUnusable(error.sentence) from error
        except NetworkError as error:
            network.close()
            raise NetworkUnreachable from error
        return network
