"""The whole app, wired as a start wires it, doing what it is told on stdin.

    {"create": name}    make an account on the network of the command line
    {"write": text}     write to its first contact, Echo, and wait for the answer
    {"lose": text}      write, and wait until the app says that it is offline

Each is answered with all that Python did to sockets since the last. The arguments are those
of the app.
"""

# Before anything of ours is imported, so that an import cannot be missed.
from tests.network import audit

SEEN = audit.begin()

import json  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Callable  # noqa: E402

from tests.virtual_clock import PATIENCE_S  # noqa: E402
from webapp.app import App, create_app  # noqa: E402
from webapp.config import parse  # noqa: E402
from webapp.services import messaging, reading  # noqa: E402


class Interface:
    """Does what the pages do, through the same services, and waits as they do: for events."""

    def __init__(self, app: App) -> None:
        self._runtime = app.runtime
        self._happened = threading.Condition()
        self._runtime.events.subscribe(self._notice)

    def obey(self, order: dict[str, str]) -> dict[str, object]:
        match order:
            case {"create": name}:
                self._runtime.create_account(name, network="file")
            case {"write": text}:
                answers = self._write(text)
                self._await(lambda: len(self._answers()) > answers)
            case {"lose": text}:
                self._write(text)
                self._await(lambda: reading.connection(self._account).phase == "offline")
        state = reading.connection(self._account)
        return {
            "phase": state.phase,
            "error": state.last_error and str(state.last_error),
            "answers": self._answers(),
        }

    @property
    def _account(self):  # type: ignore[no-untyped-def]
        return self._runtime.account()

    def _write(self, text: str) -> int:
        network = self._runtime.networks.file
        assert network is not None
        assert network.echo is not None
        conversation = messaging.start_conversation(self._account, network.echo)
        answers = len(self._answers())
        messaging.send_text(self._account, conversation, text)
        return answers

    def _answers(self) -> list[str]:
        return [
            message.body
            for conversation in reading.first_conversations(self._account).rows
            for message in reading.latest(self._account, conversation.id).messages
            if not message.outgoing
        ]

    def _notice(self, _event: object) -> None:
        with self._happened:
            self._happened.notify_all()

    def _await(self, is_so: Callable[[], bool]) -> None:
        with self._happened:
            assert self._happened.wait_for(is_so, PATIENCE_S)


def main() -> None:
    app = create_app(parse(sys.argv[1:]))
    app.start()
    try:
        interface = Interface(app)
        for line in sys.stdin:
            report = {**interface.obey(json.loads(line)), **SEEN.taken()}
            sys.stdout.write(json.dumps(report) + "\n")
            sys.stdout.flush()
    finally:
        app.stop()


if __name__ == "__main__":
    main()
