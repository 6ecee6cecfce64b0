"""The state of the whole app: one data directory, and the account that is open in it.

Theory of operation. There is one vault and, until codes exist, one space that
opens without asking. The app is `fresh` while that space holds no account,
`open` from the first account on, and `closed` once it has been stopped.

    state    event     next
    fresh    opened    open      an account was made, brought back or found at start
    fresh    stopped   closed
    open     stopped   closed    threads ended, database closed, keys dropped
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from webapp.clock import Clock
from webapp.network.client import NOTHING, Network, Remembered
from webapp.network.errors import NetworkError, ProxyFailed
from webapp.network.proxy import Proxy
from webapp.network.settings import NetworkSettings
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import proxying
from webapp.services.errors import (
    AccountExists,
    NetworkUnreachable,
    NoAccount,
    ProtectedByCode,
    ProxyUnusable,
)
from webapp.services.events import ConnectionChanged, EventBus
from webapp.services.names import require_name
from webapp.services.networks import Networks
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.services.remembering import remember, remembered
from webapp.services.restoring import seed_of
from webapp.services.sending import Sender
from webapp.storage import accounts
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.database import AccountDatabase

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("fresh", "opened"): "open",
    ("fresh", "stopped"): "closed",
    ("open", "stopped"): "closed",
}


class NetworkFactory(Protocol):
    """Makes the network of an account, which goes its way from its first request on."""

    def __call__(
        self, settings: NetworkSettings, *, proxy: Proxy | None, remembered: Remembered
    ) -> Network: ...


@dataclass(frozen=True, slots=True)
class _Running:
    """An open account and its two threads."""

    account: OpenAccount
    sender: Sender
    receiver: Receiver

    def start(self) -> None:
        self.sender.start()
        self.receiver.start()

    def stop(self) -> None:
        """End the threads, then the network they wait for, then the database they write to."""
        self.sender.stop()
        self.receiver.stop()
        self.account.network.close()
        self.sender.join()
        self.receiver.join()
        self.account.database.close()


class Runtime:
    """Opens, makes and closes the account of a data directory."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        networks: Networks,
        make_network: NetworkFactory,
        clock: Clock,
        events: EventBus,
        proxy: Proxy | None = None,
    ) -> None:
        """``proxy`` is the one of the command line: all accounts use it while this runs."""
        self.networks = networks
        self.clock = clock
        self.events = events
        self._directory = directory
        self._make_network = make_network
        self._given_proxy = proxy
        # Held while an account is made or closed, so that a double click cannot make two.
        self._changing = threading.Lock()
        self._state = "fresh"
        self._running: _Running | None = None

    @property
    def state(self) -> str:
        """Whether the app is ``fresh``, ``open`` or ``closed``."""
        return self._state

    def account(self) -> OpenAccount:
        """Return the open account. Raises NoAccount."""
        running = self._running
        if running is None:
            raise NoAccount
        return running.account

    def start(self) -> None:
        """Open the account of the directory, if there is one.

        Raises ProtectedByCode, InvalidProxyAddress if a stored proxy cannot be read, and
        what the storage raises about a damaged directory.
        """
        with self._changing:
            space = self._space()
            if space.entries:
                database = self._directory.open_container(space.entries[0])
                record = accounts.load(database).network
                known = remembered(database) if self._is_worth_remembering(record) else NOTHING
                self._open(database, self._network_of(record, remembered=known))

    def create_account(self, name: str, *, network: str, proxy: Proxy | None = None) -> None:
        """Make an account called ``name`` on the chosen network and open it.

        It goes through ``proxy`` from its first request on, and keeps it.
        Raises NameMissing, NameTooLong, UnknownNetwork, NetworkUnavailable,
        NetworkUnreachable, AccountExists; then nothing has changed.
        """
        seed = Seed.generate()
        self._add(seed, name=name, network=network, proxy=proxy, words_confirmed=False)

    def restore_account(
        self, words: str, *, name: str, network: str, proxy: Proxy | None = None
    ) -> None:
        """Open the account that ``words`` spell.

        Whoever has typed the words has them: no reminder to write them down.
        Raises RecoveryPasswordError and what ``create_account`` raises.
        """
        seed = seed_of(words)
        self._add(seed, name=name, network=network, proxy=proxy, words_confirmed=True)

    def close(self) -> None:
        """Close the account and stop; a second call does nothing."""
        with self._changing:
            if self._state == "closed":
                return
            running, self._running = self._running, None
            if running is not None:
                running.stop()
            self._enter("stopped")

    def _add(
        self, seed: Seed, *, name: str, network: str, proxy: Proxy | None, words_confirmed: bool
    ) -> None:
        record = AccountRecord(
            seed=seed,
            name=require_name(name),
            profile_updated_s=self.clock.now_ms() // 1000,
            network=proxying.with_proxy(self.networks.record(network), self._given_proxy or proxy),
            words_confirmed=words_confirmed,
        )

        def fill(database: AccountDatabase) -> None:
            accounts.create(database, record)

        reached = self._reach(record.network)
        try:
            with self._changing:
                if self._state != "fresh":
                    raise AccountExists
                _, entry = self._directory.create_container(self._space(), fill=fill)
                self._open(self._directory.open_container(entry), reached)
        except BaseException:
            reached.close()
            raise

    def _network_of(
        self, record: Mapping[str, object], *, remembered: Remembered = NOTHING
    ) -> Network:
        proxy = self._given_proxy or proxying.stored_in(record)
        settings = self.networks.settings(record)
        return self._make_network(settings, proxy=proxy, remembered=remembered)

    def _is_worth_remembering(self, record: Mapping[str, object]) -> bool:
        """Say whether what the network of this account learns holds for its next start.

        A practice network of this process is gone by then. And a proxy for this run only
        must not lead to the guards that know this computer's own address, or leave its own.
        """
        return record.get("kind") != "practice" and self._given_proxy in (
            None,
            proxying.stored_in(record),
        )

    def _reach(self, record: Mapping[str, object]) -> Network:
        """Return the network of a new account, found to answer. Raises NetworkUnreachable.

        Asked before anything is written, for an account that nobody has: the answer is
        thrown away, the path that was found is kept.
        """
        network = self._network_of(record)
        try:
            network.poll(AccountKeys.from_seed(Seed.generate()), {}, take=lambda _: None)
        except ProxyFailed as error:
            network.close()
            raise ProxyUnusable(error.sentence) from error
        except NetworkError as error:
            network.close()
            raise NetworkUnreachable from error
        return network

    def _space(self) -> Space:
        space = self._directory.read_space()
        if space is None:
            raise ProtectedByCode
        return space

    def _open(self, database: AccountDatabase, network: Network) -> None:
        record = accounts.load(database)
        account = OpenAccount(
            database=database,
            keys=AccountKeys.from_seed(record.seed),
            network=network,
            clock=self.clock,
            events=self.events,
            given_proxy=self._given_proxy,
        )
        sender = Sender(account)
        network.on_state(lambda _state: self.events.publish(ConnectionChanged()))
        network.on_state(sender.watch)
        if self._is_worth_remembering(record.network):
            network.on_learned(lambda learned: remember(database, learned))
        self._running = _Running(account, sender, Receiver(account))
        self._running.start()
        self._enter("opened")

    def _enter(self, event: str) -> None:
        self._state = TRANSITIONS[self._state, event]
