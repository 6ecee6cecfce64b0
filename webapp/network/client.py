"""The network as an account sees it: store, poll, what time it is, how it is going."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from webapp.clock import Clock
from webapp.network.agreement import renew_list
from webapp.network.background import Background
from webapp.network.connection_state import ConnectionState, StateWatch
from webapp.network.errors import NetworkClosed, NetworkError
from webapp.network.https_transport import HttpsTransport
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.network.proxy import Proxy
from webapp.network.remembered import NOTHING, Remembered
from webapp.network.settings import NetworkSettings
from webapp.network.swarm_delete import DeletedAt, SwarmDelete
from webapp.network.swarm_poll import Cursors, Polled, SwarmPoll, Take
from webapp.network.swarm_store import Stored, SwarmStore
from webapp.network.swarms import Swarms
from webapp.network.time_keeper import TimeKeeper
from webapp.network.transport import Transport
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.protocol.replies import parse_info
from webapp.protocol.requests import info

__all__ = [
    "NOTHING",
    "ConnectionState",
    "Cursors",
    "DeletedAt",
    "Network",
    "Polled",
    "Remembered",
    "Stored",
]


class Network:
    """One account's way into its network. Any number of threads may use it at once.

    Nothing is sent before the first ``store`` or ``poll``. Each account has its own,
    so that no two share a guard's connection (security.md X2). The lock protects
    what is told to whom, and whether upkeep is under way.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        clock: Clock,
        proxy: Proxy | None = None,
        transport: Transport | None = None,
        remembered: Remembered = NOTHING,
    ) -> None:
        """Prepare; the network takes over ``transport`` and closes it in ``close``."""
        self.settings = settings
        self._transport = transport or HttpsTransport(clock=clock, proxy=proxy)
        self._network_clock = NetworkClock(clock)
        self._watch = StateWatch(clock)
        self._watch.proxy_is(proxy.text if proxy else None)
        self._background = Background()
        self._builder = PathBuilder(
            settings, transport=self._transport, clock=clock, source=secrets.SystemRandom()
        )
        self._builder.restore(remembered)
        self._caller = OnionCaller(self._builder, self._transport)
        self._wire(clock)
        self._lock = threading.Lock()
        self._upkeep: Future[None] | None = None
        self._learners: list[Callable[[Remembered], None]] = []
        self._told = self._builder.version()

    def _wire(self, clock: Clock) -> None:
        time_keeper = TimeKeeper(
            self._builder,
            self._caller,
            network_clock=self._network_clock,
            background=self._background,
        )
        self._swarms = Swarms(
            self._builder,
            self._caller,
            network_clock=self._network_clock,
            clock=clock,
            background=self._background,
        )
        self._store = SwarmStore(
            self._swarms,
            self._caller,
            network_clock=self._network_clock,
            time_keeper=time_keeper,
            clock=clock,
        )
        self._delete = SwarmDelete(
            self._swarms,
            self._caller,
            network_clock=self._network_clock,
            time_keeper=time_keeper,
            clock=clock,
        )
        self._poll = SwarmPoll(
            self._swarms,
            self._caller,
            network_clock=self._network_clock,
            time_keeper=time_keeper,
            clock=clock,
            background=self._background,
        )

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
        self._show()
        self._tell_learners()
        return stored

    def poll(self, keys: AccountKeys, cursors: Cursors, *, take: Take) -> bool:
        """Hand the direct messages of an account that lie behind ``cursors`` to ``take``.

        Two nodes of its swarm are asked; one that fails is tolerated. ``take`` is called
        in this thread, once for each that gives something, while the other may still be
        answering. Returns whether there is more; then poll again at once. Raises what
        ``store`` and ``take`` do.
        """
        with self._reporting():
            more = self._poll.poll(keys, cursors, take=take)
        swarm_size = len(self._swarms.keys(keys.account_id))
        self._watch.succeeded(route=self._route(), swarm_size=swarm_size)
        self._show()
        self._tell_learners()
        self._keep_up()
        return more

    def delete_all(self, keys: AccountKeys) -> DeletedAt:
        """Delete all that an account has in its swarm; return which members have signed for it.

        Asking again is harmless. Takes 30 s at most. Raises what ``store`` raises if no member
        did it.
        """
        with self._reporting():
            return self._delete.delete_all(keys)

    def new_route(self) -> None:
        """Put other nodes behind the first ones, which stay (security.md X1).

        Returns at once; whether they work is tried aside. Raises NetworkClosed.
        """
        self._builder.exchange_all()
        self._show()
        self._do_aside(self._try_route)

    def state(self) -> ConnectionState:
        """Return how the connection is doing."""
        return self._watch.state()

    def on_state(self, callback: Callable[[ConnectionState], None]) -> None:
        """Call ``callback`` after each change of ``state``, in the thread that caused it."""
        self._watch.on_change(callback)

    def on_learned(self, callback: Callable[[Remembered], None]) -> None:
        """Call ``callback`` with what should be remembered, now and whenever it changes."""
        with self._lock:
            self._learners.append(callback)
        callback(self._builder.remembered())

    def use_proxy(self, proxy: Proxy | None) -> None:
        """Send everything through ``proxy`` from now on; None means straight.

        The guards are new ones then: the old ones would see one person come from two
        addresses. Calls under way may fail with NoRoute.
        """
        self._transport.use_proxy(proxy)
        self._builder.leave_guards()
        self._watch.proxy_is(proxy.text if proxy else None)
        self._show()
        self._tell_learners()

    def close(self) -> None:
        """Hang up. Calls under way fail with NetworkClosed, and so do all later ones."""
        self._background.close()
        self._transport.close()

    @contextlib.contextmanager
    def _reporting(self) -> Iterator[None]:
        """Show failures in the state."""
        try:
            yield
        except NetworkClosed:
            raise
        except NetworkError as error:
            self._watch.failed(error, route=self._route())
            self._show()
            raise

    def _show(self) -> None:
        """Let the state say who is on the route, who of them may have failed, and the time."""
        path = next(iter(self._builder.paths.all()), None)
        if path is None:
            self._watch.route_is(())
        else:
            self._watch.route_is(
                path.keys,
                suspects=self._builder.suspects_on(path),
                guard_delay_ms=self._builder.delay_ms(path.guard),
            )
        self._watch.clock_is(self._network_clock.ahead_ms())

    def _try_route(self) -> None:
        """Ask anybody anything over the present route."""
        with contextlib.suppress(NetworkError), self._reporting():
            node = self._builder.easiest_first(self._builder.nodes())[0]
            self._caller.call(node, info(), parse_info)
            self._watch.succeeded(route=self._route())
            self._show()

    def _tell_learners(self) -> None:
        version = self._builder.version()
        with self._lock:
            if version == self._told:
                return
            self._told = version
            learners = tuple(self._learners)
        for learner in learners:
            learner(self._builder.remembered())

    def _keep_up(self) -> None:
        """See to a second path and to the node list while the poller has nothing to do."""
        if self._builder.needs_spare_path():
            self._do_aside(self._builder.add_spare_path)
        elif self._builder.list.is_due():
            self._do_aside(lambda: renew_list(self._builder, self._caller))

    def _do_aside(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._upkeep is None or self._upkeep.done():
                self._upkeep = self._background.submit(work)

    def _route(self) -> tuple[bytes, ...]:
        return next((path.keys for path in self._builder.paths.all()), ())
