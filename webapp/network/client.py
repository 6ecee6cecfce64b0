"""The network as an account sees it: store, poll, what time it is, how it is going."""

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from webapp.clock import Clock
from webapp.network.connection_state import ConnectionState, StateWatch
from webapp.network.errors import ClockRefused, NetworkClosed, NetworkError
from webapp.network.https_transport import HttpsTransport
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.network.settings import NetworkSettings
from webapp.network.swarm_poll import Cursors, Polled, SwarmPoll
from webapp.network.swarm_store import Stored, SwarmStore
from webapp.network.swarms import Swarms
from webapp.network.transport import Transport
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.protocol.replies import parse_info
from webapp.protocol.requests import info

__all__ = ["ConnectionState", "Cursors", "Network", "Polled", "Stored"]

# One fetches beside the poller, one looks for a spare path meanwhile.
HELPER_THREADS: Final = 2

T = TypeVar("T")


class Network:
    """One account's way into its network. Any number of threads may use it at once.

    Nothing is sent before the first ``store`` or ``poll``. Each account has its own,
    so that no two share a guard's connection (security.md X2). The lock protects
    the helper threads: whether there are any, and whether there may be.
    """

    def __init__(
        self, settings: NetworkSettings, *, clock: Clock, transport: Transport | None = None
    ) -> None:
        """Prepare; the network takes over ``transport`` and closes it in ``close``."""
        self.settings = settings
        source = secrets.SystemRandom()
        self._transport = transport or HttpsTransport(clock=clock)
        self._network_clock = NetworkClock(clock)
        self._watch = StateWatch()
        self._builder = PathBuilder(settings, transport=self._transport, clock=clock, source=source)
        self._caller = OnionCaller(self._builder, self._transport)
        self._swarms = Swarms(
            self._builder,
            self._caller,
            network_clock=self._network_clock,
            clock=clock,
        )
        self._store = SwarmStore(self._swarms, self._caller, network_clock=self._network_clock)
        self._poll = SwarmPoll(
            self._swarms, self._caller, network_clock=self._network_clock, submit=self._submit
        )
        self._lock = threading.Lock()
        self._helpers: ThreadPoolExecutor | None = None
        self._spare: Future[None] | None = None
        self._is_closed = False

    def now_ms(self) -> int:
        """Return the time as the network sees it."""
        return self._network_clock.now_ms()

    def store(self, recipient: AccountId, data: bytes, *, ttl_ms: int) -> Stored:
        """Store ``data`` as a direct message; return once the recipient's swarm has it.

        Storing the same bytes again is harmless. The time to live counts from now,
        not from when the message was written (messages.md §6). Raises NoRoute,
        NodeFailed or ClockRefused, after which another try makes sense, Rejected,
        after which it does not, and NetworkClosed.
        """
        with self._reporting():
            stored = self._store.store(recipient, data, ttl_ms=ttl_ms)
        self._watch.succeeded(route=self._route())
        return stored

    def poll(self, keys: AccountKeys, cursors: Cursors) -> Polled:
        """Return the direct messages of an account that lie behind ``cursors``.

        Two nodes of its swarm are asked; one that fails is tolerated. If there is
        more, poll again at once, with the returned cursors. Raises what ``store`` does.
        """
        with self._reporting():
            polled = self._poll.poll(keys, cursors)
        self._watch.succeeded(route=self._route(), swarm_size=self._swarms.size(keys.account_id))
        self._prepare_spare_path()
        return polled

    def state(self) -> ConnectionState:
        """Return how the connection is doing."""
        return self._watch.state()

    def on_state(self, callback: Callable[[ConnectionState], None]) -> None:
        """Call ``callback`` after each change of ``state``, in the thread that caused it."""
        self._watch.on_change(callback)

    def close(self) -> None:
        """Hang up. Calls under way fail with NetworkClosed, and so do all later ones."""
        with self._lock:
            self._is_closed = True
            helpers, self._helpers = self._helpers, None
        self._transport.close()
        if helpers is not None:
            helpers.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Show failures in the state, and ask for the time if ours is refused."""
        try:
            yield
        except NetworkClosed:
            raise
        except NetworkError as error:
            self._watch.failed(error, route=self._route())
            if isinstance(error, ClockRefused):
                self._ask_the_time()
            raise

    def _ask_the_time(self) -> None:
        """Replace what we believe the time is by what a random node says (onion.md §8)."""
        self._network_clock.forget()
        try:
            node = self._builder.easiest_first(self._builder.nodes())[0]
            self._network_clock.learn(self._caller.call(node, info(), parse_info).t_ms)
        except NetworkError:
            # The next reply to anything will tell.
            return

    def _prepare_spare_path(self) -> None:
        """Let a helper build a second path while the poller has nothing to do."""
        with self._lock:
            is_under_way = self._spare is not None and not self._spare.done()
        if self._builder.needs_spare_path() and not is_under_way:
            self._spare = self._submit(self._builder.add_spare_path)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._is_closed:
                raise NetworkClosed("The connection is closed.")
            if self._helpers is None:
                self._helpers = ThreadPoolExecutor(HELPER_THREADS, thread_name_prefix="network")
            return self._helpers.submit(work)

    def _route(self) -> tuple[bytes, ...]:
        return next((path.keys for path in self._builder.paths.all()), ())
