"""From starting the program to a browser that is let in (security.md S6).

Neither an address nor a command line may carry the secret: both can be read by others and stay in
histories. So a file of ours, which only this user can read, posts it. The browser is told the
path of that file.

Life of a launch:

    waiting --right secret--> redeemed --the same secret again--> all sessions end
       |---- 60 s pass / five wrong secrets ----> void

A secret that comes twice has been read by a second person, who may have been the first to use it.
The file is deleted as soon as it is of no further use.
"""

import contextlib
import os
import secrets
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.clock import Clock
from webapp.web.errors import LaunchFolderUnusable, LaunchRefused, LaunchReused
from webapp.web.guards import LAUNCH_PATH, LAUNCH_SCRIPT_PATH
from webapp.web.languages import Language
from webapp.web.refusals import FOREIGN
from webapp.web.secret import Secret
from webapp.web.sessions import HostKind, Session, Sessions, set_cookie
from webapp.web.texts import speaking, spoken, use_texts

# Long enough for a browser to start on a slow machine.
LIFE_S = 60.0
MOST_WRONG = 5
# Redeemed launches are remembered to notice a second redemption; one is a second start.
MOST_REMEMBERED = 64
ID_BYTES = 8
SECRET_FIELD = "secret"  # noqa: S105  # the name of a field
FOLDER_MODE = 0o700
FILE_MODE = 0o600
FILE_PATTERN = "start-*.html"
_PAGES = Path(__file__).with_name("pages")


@dataclass
class _Launch:
    path: Path
    expires_at_s: float
    secret: Secret = field(default_factory=Secret)
    wrong: int = 0
    redeemed: bool = False


class Launcher:
    """Writes launch files into ``folder`` and redeems their secrets."""

    def __init__(
        self,
        folder: Path,
        *,
        sessions: Sessions,
        clock: Clock,
        language: Callable[[], Language] = spoken,
    ) -> None:
        self._folder = folder
        self._language = language
        self._sessions = sessions
        self._clock = clock
        self._lock = threading.Lock()
        self._launches: dict[str, _Launch] = {}
        self._latest: _Launch | None = None
        self._warn_next = False

    def create(self) -> Path:
        """Write a new launch file and return its path.

        The file opens the page by itself, unless the one before it has led nowhere. Then the
        browser may not know our name, and whoever started us again chooses a button. (Going back
        to the first file is no way out: browsers skip a page that moved on without a click.)

        Raises LaunchFolderUnusable, or OSError when the disk refuses.
        """
        self._prepare_folder()
        number = secrets.token_hex(ID_BYTES)
        path = self._folder / FILE_PATTERN.replace("*", secrets.token_hex(ID_BYTES))
        launch = _Launch(path, expires_at_s=self._clock.monotonic_s() + LIFE_S)
        with speaking(self._language()):
            page = _launch_page(
                self._sessions,
                f"{number}.{launch.secret.reveal()}",
                hurries=self._latest is None or self._latest.redeemed,
            )
        _write_private(path, page.encode())
        with self._lock:
            self._launches[number] = self._latest = launch
            self._forget_oldest()
        return path

    def redeem(self, offered: str, kind: HostKind) -> tuple[Session, bool]:
        """Return a new session, and whether the user must be told of a launch used twice.

        Raises LaunchRefused, or LaunchReused after ending all sessions.
        """
        self.expire()
        number, _, secret = offered.partition(".")
        with self._lock:
            reused = self._judge(number, secret)
            warn, self._warn_next = self._warn_next and not reused, reused
        if reused:
            self._sessions.end_all()
            raise LaunchReused
        return self._sessions.begin(kind), warn

    def expire(self) -> None:
        """Void the launches whose time is over; called by the app's timer and before each use."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            for number, launch in list(self._launches.items()):
                if not launch.redeemed and now_s >= launch.expires_at_s:
                    self._void(number)

    def close(self) -> None:
        """Delete what is left of our launch files, and the folder if nothing else is in it."""
        with self._lock:
            for number in list(self._launches):
                self._void(number)
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def _judge(self, number: str, secret: str) -> bool:
        """Redeem a launch; return True if it had been redeemed before. Raises LaunchRefused."""
        launch = self._launches.get(number)
        if launch is None:
            raise LaunchRefused
        if not launch.secret.matches(secret):
            launch.wrong += 1
            if launch.wrong >= MOST_WRONG and not launch.redeemed:
                self._void(number)
            raise LaunchRefused
        reused, launch.redeemed = launch.redeemed, True
        launch.path.unlink(missing_ok=True)
        return reused

    def _void(self, number: str) -> None:
        self._launches.pop(number).path.unlink(missing_ok=True)

    def _forget_oldest(self) -> None:
        while len(self._launches) > MOST_REMEMBERED:
            self._void(next(iter(self._launches)))

    def _prepare_folder(self) -> None:
        """Make the folder, or check that it is ours alone; delete what a killed process left."""
        with contextlib.suppress(FileExistsError):
            self._folder.mkdir(mode=FOLDER_MODE)
        found = self._folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or not _is_ours(found):
            raise LaunchFolderUnusable
        self._folder.chmod(FOLDER_MODE)
        oldest_s = self._clock.now_ms() / 1000 - LIFE_S
        for path in self._folder.glob(FILE_PATTERN):
            # Another running instance may keep its files here, so only dead ones are deleted.
            with contextlib.suppress(FileNotFoundError):
                if path.lstat().st_mtime < oldest_s:
                    path.unlink()


def launch_routes(launcher: Launcher, *, sessions: Sessions) -> Blueprint:
    """Return the routes that a launch file leads to."""
    routes = Blueprint("launch", __name__, template_folder=str(_PAGES))

    @routes.post(LAUNCH_PATH)
    def redeem() -> ResponseReturnValue:
        kind = sessions.hosts.kind_of(request.environ["HTTP_HOST"]) or HostKind.LABEL
        try:
            session, warn = launcher.redeem(request.form.get(SECRET_FIELD, ""), kind)
        except LaunchRefused:
            return FOREIGN.response()
        except LaunchReused:
            return Response(render_template("launch_reused.html"), FOREIGN.status)
        # Not a redirect: after one, a browser that came from a file leaves the Strict cookie out.
        answer = Response(render_template("launched.html", tab=session.tab, warn=warn))
        answer.headers["Set-Cookie"] = set_cookie(session)
        return answer

    @routes.get(LAUNCH_SCRIPT_PATH)
    def script() -> ResponseReturnValue:
        return send_file(_PAGES / "launch.js", mimetype="text/javascript")

    return routes


def _launch_page(sessions: Sessions, secret: str, *, hurries: bool) -> str:
    pages = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    use_texts(pages)
    return pages.get_template("launch_file.html").render(
        secret=secret,
        hurries=hurries,
        field=SECRET_FIELD,
        address=sessions.hosts.origin(HostKind.LABEL) + LAUNCH_PATH,
        fallback_address=sessions.hosts.origin(HostKind.LOOPBACK) + LAUNCH_PATH,
    )


def _write_private(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, FILE_MODE), "wb") as file:
        file.write(content)


def _is_ours(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()
