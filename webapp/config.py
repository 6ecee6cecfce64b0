"""The settings of one start, parsed from the command line and frozen."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from webapp.network.errors import InvalidProxyAddress
from webapp.network.proxy import Proxy
from webapp.vault.codes import PROFILE_1, Profile

APP_NAME = "safehouse"
# A folder that browsers in a sandbox may read: not hidden, under the home directory
# (security.md S6).
LAUNCH_FOLDER = "Safehouse launch"
HIGHEST_PORT = 65_535
NETWORK_WORDS = ("session", "testnet", "local")


@dataclass(frozen=True, slots=True)
class Config:
    """What a start was asked for; ``port`` 0 means any free one."""

    data_dir: Path
    launch_dir: Path
    port: int = 0
    network: str = "session"
    network_file: Path | None = None
    proxy: Proxy | None = None
    open_browser: bool = True
    announce: bool = False
    # How dear it is to try a code. Tests put a cheap one here; no option of the program does.
    profile: Profile = PROFILE_1


def default_data_dir() -> Path:
    """Return where this system keeps the data of a user's programs."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def parse(arguments: Sequence[str] | None = None) -> Config:
    """Return the settings in ``arguments``; end the program with a sentence if they are wrong."""
    parser = argparse.ArgumentParser(
        prog=APP_NAME, description="A private messenger, used in your own browser."
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep everything in DIR")
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="listen on port N (default: a free one)"
    )
    parser.add_argument(
        "--network",
        default="session",
        metavar="NAME|FILE.json",
        help="network of new accounts: session, testnet, local (practice) or a network file",
    )
    parser.add_argument(
        "--proxy",
        type=_proxy,
        metavar="ADDRESS",
        help="send everything through this SOCKS5 proxy, such as socks5h://127.0.0.1:9050",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    parser.add_argument("--announce", action="store_true", help="print one line of JSON when ready")
    given = parser.parse_args(arguments)
    network_file = None
    if given.network not in NETWORK_WORDS:
        network_file = Path(given.network)
        if not network_file.is_file():
            parser.error(f"--network: {given.network} is neither a known name nor a file")
    return Config(
        data_dir=(given.data_dir or default_data_dir()).absolute(),
        launch_dir=Path.home() / LAUNCH_FOLDER,
        port=given.port,
        network="file" if network_file else given.network,
        network_file=network_file,
        proxy=given.proxy,
        open_browser=not given.no_browser,
        announce=given.announce,
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a port lies between 0 and {HIGHEST_PORT}")
    return number


def _proxy(text: str) -> Proxy:
    try:
        proxy = Proxy.parse(text)
    except InvalidProxyAddress as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if proxy.username is not None:
        raise argparse.ArgumentTypeError(
            "no login here: other users of this computer can read it. "
            "Leave it out and give it on the page of the proxy"
        )
    return proxy
