"""The only place where the parts meet: one start, from the command line to the last socket."""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from webapp import handover
from webapp.clock import Clock, SystemClock
from webapp.config import Config, parse
from webapp.handover import Inheritance
from webapp.network.client import Network
from webapp.network.settings import NetworkSettings, load_network_file
from webapp.process import harden
from webapp.protocol.keys import Seed
from webapp.resources import static_dir, templates_dir
from webapp.services import preferences
from webapp.services.errors import NetworkUnavailable, NoAccount
from webapp.services.events import (
    AccountShown,
    CodeChanged,
    Erased,
    EraseFinished,
    Event,
    EventBus,
    Locked,
)
from webapp.services.networks import NetworkKind, Networks
from webapp.services.runtime import Runtime
from webapp.start_errors import START_ERRORS, sentence_of
from webapp.storage import errors as storage
from webapp.storage.data_directory import DataDirectory
from webapp.storage.files import RealFiles
from webapp.web.context import EXTENSION, RowConverter, asking_session
from webapp.web.door import Door, door_routes, knock
from webapp.web.error_texts import ERROR_TEXTS
from webapp.web.errors import NobodyAnswers, register_errors
from webapp.web.guards import Guard
from webapp.web.headers import SecureHeaders
from webapp.web.interface_language import InterfaceLanguage
from webapp.web.languages import Preference
from webapp.web.launch import Launcher, launch_routes
from webapp.web.live import Live
from webapp.web.push import Push
from webapp.web.server import Server
from webapp.web.sessions import HostKind, Sessions
from webapp.web.shutter import Shutter
from webapp.web.sockets import listen_on_loopback
from webapp.web.stylesheet import stylesheet_route
from webapp.web.templates import PlainEnvironment
from webapp.web.texts import use_texts
from webapp.web.unlock import unlock_routes
from webapp.web.views import (
    account,
    accounts,
    connection,
    conversations,
    drafts,
    emergency,
    emoji,
    erasing,
    help,
    listing,
    lock,
    log,
    messages,
    organising,
    removing,
    settings,
    start,
    tabs,
)
from webapp.web.visits import Visits

if TYPE_CHECKING:
    from webapp.localnet.network import PracticeNetwork

# Launch files live a minute; looking every few seconds costs nothing and is soon enough.
TIMER_S = 5.0
NETWORK_KINDS: dict[str, NetworkKind] = {
    "session": "session",
    "testnet": "testnet",
    "local": "practice",
    "file": "file",
}
BLUEPRINTS = (
    start,
    account,
    accounts,
    listing,
    conversations,
    log,
    organising,
    removing,
    messages,
    drafts,
    emoji,
    connection,
    settings,
    lock,
    emergency,
    erasing,
    help,
    tabs,
)


class Practice:
    """The practice network inside this process, started when somebody first needs it."""

    def __init__(self, clock: Clock, *, echo_seed: Callable[[], Seed]) -> None:
        self._clock = clock
        self._echo_seed = echo_seed
        self._lock = threading.Lock()
        self._network: PracticeNetwork | None = None

    def settings(self) -> NetworkSettings:
        """Return how to join it. Raises NetworkUnavailable."""
        with self._lock:
            if self._network is None:
                # Most starts never need it, and it takes a tenth of the start to load.
                from webapp.localnet.network import PracticeNetwork

                network = PracticeNetwork(clock=self._clock, echo_seed=self._echo_seed())
                try:
                    network.start()
                except OSError as error:
                    raise NetworkUnavailable from error
                self._network = network
            return NetworkSettings.from_json(self._network.network_file())

    def stop(self) -> None:
        """End it; what lay on it is gone, and the next one begins with nothing."""
        with self._lock:
            network, self._network = self._network, None
        if network is not None:
            network.stop()


class App:
    """One running Safehouse."""

    def __init__(
        self,
        config: Config,
        directory: DataDirectory,
        *,
        listeners: Sequence[socket.socket],
        file_network: NetworkSettings | None,
        clock: Clock,
        inherited: Inheritance | None = None,
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._inherited = inherited
        self._listeners = tuple(listeners)
        self._stopping = threading.Event()
        # Set when the memory of this process has to go; ``hand_over`` says what must not.
        self.is_to_be_replaced = False
        self._practice = Practice(clock, echo_seed=directory.practice_seed)
        self.port: int = listeners[0].getsockname()[1]
        self.runtime = self._make_runtime(config, file_network)
        self.sessions = Sessions(
            port=self.port, clock=clock, label=inherited.label if inherited else None
        )
        self._language = InterfaceLanguage(self._preferred_language)
        self.launcher = Launcher(
            config.launch_dir,
            sessions=self.sessions,
            clock=clock,
            language=self._language.of_tabs,
        )
        self._door = Door(
            port=self.port, open_launch=self.launcher.create, write=directory.write_door
        )
        self.flask = self._make_flask()
        shutter = Shutter(self.runtime)
        self._live = Live(
            self.flask,
            sessions=self.sessions,
            shutter=shutter,
            clock=clock,
            on_tabs=self.runtime.idle.tabs_open,
        )
        self.runtime.events.subscribe(self._close_shutter)
        self.runtime.events.subscribe(
            Push(
                self.flask,
                live=self._live,
                runtime=self.runtime,
                language=self._language.of_tabs,
            )
        )
        guard = Guard(self.flask, sessions=self.sessions, shutter=shutter)
        self._visits = Visits(SecureHeaders(self._language.layer(guard)), clock=clock)
        self._server = Server(self._visits, listeners, admit=guard.admit, clock=clock)

    @property
    def url(self) -> str:
        return self.sessions.hosts.origin(HostKind.LABEL) + "/"

    def start(self) -> None:
        """Open the account, then the doors. Raises StorageError."""
        inherited = self._inherited
        self.runtime.start(inherited.opened_by if inherited else None)
        if inherited:
            self.sessions.inherit(inherited.heirs, generation=self.runtime.generation)
        self._live.start()
        self._server.start()

    def run(self, stopping: threading.Event) -> None:
        """Do what is due from time to time until ``stopping`` is set."""
        self._stopping = stopping
        while not self._clock.wait(stopping, timeout_s=TIMER_S):
            self.launcher.expire()
            self.runtime.tick()

    def stop(self) -> None:
        """Close everything; afterwards no thread, socket or side file is left.

        Keys and database go first: whoever ends the session of the computer waits two seconds
        at most, and then kills (security.md C5).
        """
        self._stopping.set()
        self._live.drop_all()
        self.runtime.close()
        self._server.connections.await_last_words()
        self._server.stop()
        self._live.stop()
        self._practice.stop()
        self.launcher.close()
        self._door.close()
        self._directory.release()

    def hand_over(self) -> Inheritance:
        """Close everything but what the process that goes on is to have, and return that.

        The listening sockets stay open: whoever asks meanwhile waits for that process.
        """
        listeners = handover.duplicates(self._listeners)
        self._server.stop()
        inheritance = Inheritance(
            lock=self._directory.leave(),
            listeners=listeners,
            label=self.sessions.hosts.label,
            heirs=tuple(self.sessions.heirs(generation=self.runtime.generation)),
            opened_by=self.runtime.opened_by,
        )
        self.runtime.close()
        self.launcher.close()
        return inheritance

    def _close_shutter(self, event: Event) -> None:
        """Let nothing private stay in any tab that may not show it any more."""
        match event:
            case Locked():
                self.sessions.forget_tabs()
                self._live.drop_locked()
            case CodeChanged():
                self._live.drop_locked()
            case AccountShown():
                # Where the tabs were is a place in the account before.
                self.sessions.forget_tabs()
                self._live.ask_to_switch()
            case Erased():
                self.sessions.begin_anew(asking_session())
                self._live.start_over()
                self._visits.count_anew()
            case EraseFinished():
                self._make_way()

    def _make_way(self) -> None:
        """See to it that nothing of before stays in memory, once the page has been loaded."""
        if self.runtime.state == "fresh":
            # Its nodes hold messages, and Echo is made of the old vault.
            self._practice.stop()
        if not handover.IS_POSSIBLE:
            return
        self._visits.await_pause(self._stopping)
        self.is_to_be_replaced = not self._stopping.is_set()
        self._stopping.set()

    def _preferred_language(self) -> Preference:
        """Return the language that the open account wants; the browser decides where none is."""
        try:
            return preferences.load(self.runtime.account()).language
        except NoAccount:
            return "auto"

    def _make_runtime(self, config: Config, file_network: NetworkSettings | None) -> Runtime:
        return Runtime(
            self._directory,
            networks=Networks(
                preselected=NETWORK_KINDS[config.network],
                practice=self._practice.settings,
                file=file_network,
            ),
            make_network=partial(Network, clock=self._clock),
            clock=self._clock,
            events=EventBus(),
            proxy=config.proxy,
            profile=config.profile,
        )

    def _make_flask(self) -> Flask:
        flask = Flask(
            "webapp", template_folder=str(templates_dir()), static_folder=str(static_dir())
        )
        flask.extensions[EXTENSION] = self.runtime
        flask.jinja_environment = PlainEnvironment
        use_texts(flask.jinja_env)
        flask.before_request(self._language.remember)
        flask.url_map.converters["row"] = RowConverter
        for view in BLUEPRINTS:
            flask.register_blueprint(view.blueprint)
        flask.register_blueprint(stylesheet_route(static_dir()))
        flask.register_blueprint(launch_routes(self.launcher, sessions=self.sessions))
        flask.register_blueprint(door_routes(self._door))
        flask.register_blueprint(unlock_routes(self.runtime, sessions=self.sessions))
        register_errors(flask, ERROR_TEXTS)
        return flask


def create_app(
    config: Config, *, clock: Clock | None = None, inherited: Inheritance | None = None
) -> App:
    """Return the app of ``config``, wired and holding its data directory, not yet started.

    With ``inherited`` it goes on where the process before has stopped.
    Raises AlreadyRunning, DataDirectoryUnusable, VaultDamaged, VaultTooNew,
    PortTaken, NetworkError for a network file that makes no sense.
    """
    file_network = load_network_file(config.network_file) if config.network_file else None
    directory = DataDirectory(config.data_dir, RealFiles())
    with contextlib.ExitStack() as undo:
        # First of all: with the lock taken this start may look for a port of its own; without,
        # the process that has the lock is asked to open the browser.
        directory.adopt(inherited.lock) if inherited else directory.lock()
        undo.callback(directory.release)
        listeners = inherited.sockets() if inherited else listen_on_loopback(config.port)
        for listener in listeners:
            undo.callback(listener.close)
        directory.prepare()
        app = App(
            config,
            directory,
            listeners=listeners,
            file_network=file_network,
            clock=clock or SystemClock(),
            inherited=inherited,
        )
        undo.pop_all()
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run Safehouse until it is told to stop; return the exit code of the process."""
    harden()
    inherited = handover.receive()
    config = parse(arguments)
    try:
        app = create_app(config, inherited=inherited)
    except storage.AlreadyRunning:
        return _open_running(config)
    except START_ERRORS as error:
        return _refuse(error)
    stopping, told_to_end = threading.Event(), threading.Event()

    def end(*_signal: object) -> None:
        told_to_end.set()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        app.start()
        # What the imports have made stays until the end; the collector need not walk through it
        # again and again while a backlog comes in.
        gc.freeze()
        if inherited is None:
            _announce(config, app.launcher.create(), url=app.url)
        app.run(stopping)
        if app.is_to_be_replaced and not told_to_end.is_set():
            left = app.hand_over()
            if not told_to_end.is_set():
                handover.leave(left)
    except START_ERRORS as error:
        return _refuse(error)
    finally:
        app.stop()
    return 0


def _open_running(config: Config) -> int:
    """Let the process that has this data directory make another launch file, and open that."""
    directory = DataDirectory(config.data_dir, RealFiles())
    try:
        _announce(config, knock(directory.read_door()), url=None)
    except (NobodyAnswers, storage.StorageError):
        return _refuse(storage.AlreadyRunning())
    return 0


def _announce(config: Config, launch: Path, *, url: str | None) -> None:
    if config.announce:
        line = {"url": url, "launch": str(launch), "network": config.network, "pid": os.getpid()}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    if config.open_browser and not webbrowser.open(launch.as_uri()):
        sys.stderr.write(f"Open this file in your browser within a minute: {launch}\n")


def _refuse(error: Exception) -> int:
    sys.stderr.write(sentence_of(error) + "\n")
    return 1
