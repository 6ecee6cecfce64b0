"""The whole app in the process of a test, where trying a code costs nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.lock_rig import CHEAP
from webapp.app import App, create_app
from webapp.clock import Clock
from webapp.config import Config


def make_app(folder: Path, *, clock: Clock | None = None) -> App:
    """Return the app on a data directory of its own, not yet started."""
    config = Config(
        data_dir=folder / "data", launch_dir=folder / "launch", network="local", profile=CHEAP
    )
    return create_app(config, clock=clock)


@contextmanager
def running(folder: Path, *, clock: Clock | None = None, owner: str = "") -> Iterator[App]:
    """Have it started, with the account of ``owner`` if there is one, and stopped behind."""
    app = make_app(folder, clock=clock)
    app.start()
    if owner:
        app.runtime.create_account(owner, network="practice")
    yield app
    app.stop()
