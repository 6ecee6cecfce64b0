"""Where the Firefox of the browser tests is, and how Playwright drives it.

Playwright's own Firefox is a build of its own, downloaded from its maker. What people have is the
one of their system, and Playwright speaks to it too, over WebDriver BiDi (decision 0016).
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright

PROJECT = Path(__file__).parents[1]
NAMES = ("firefox-esr", "firefox")
HOW_TO_INSTALL = (
    "No Firefox was found. Install it (Debian: apt install firefox-esr), or name one in the "
    "environment variable FIREFOX."
)
# Firefox has many reasons to call its maker. Here nothing but this computer can be reached: port 9
# of it answers nobody.
NOTHING_LEAVES: dict[str, str | float | bool] = {
    "network.proxy.type": 1,
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_port": 9,
    "network.proxy.socks_remote_dns": True,
    "network.proxy.no_proxies_on": "127.0.0.1,.localhost",
    "network.proxy.failover_direct": False,
    "network.dns.disablePrefetch": True,
    "network.http.speculative-parallel-limit": 0,
}
# What Playwright would emulate for one page if this Firefox could do it: 0 is dark, 1 is light.
COLOUR_SETTING = "layout.css.prefers-color-scheme.content-override"


def find_firefox() -> Path | None:
    """Return the Firefox of this computer: the one named in FIREFOX, or a usual one."""
    named = os.environ.get("FIREFOX")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch_firefox(
    playwright: Playwright, firefox: Path, *, folder: Path, light: bool = False
) -> Browser:
    """Start ``firefox`` behind its relay, which is written into ``folder`` as a program."""
    program = folder / "firefox"
    program.write_text(
        f'#!/bin/sh\ncd "{PROJECT}"\n'
        f'exec "{sys.executable}" -m tests.firefox_relay "{firefox}" "$@"\n'
    )
    program.chmod(0o700)
    return playwright.firefox.launch(
        executable_path=str(program),
        channel="moz-firefox",
        firefox_user_prefs={**NOTHING_LEAVES, COLOUR_SETTING: int(light)},
    )
