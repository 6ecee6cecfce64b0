"""Where the browser of the browser tests is."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Where the systems without a search path for programs with windows keep it.
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
HOW_TO_INSTALL = (
    "No Chromium was found. Install it (Debian: apt install chromium; macOS: brew install "
    "chromium), or name one in the environment variable CHROMIUM."
)


def find_chromium() -> Path | None:
    """Return the Chromium of this computer: the one named in CHROMIUM, or a usual one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    return next(filter(Path.exists, map(Path, PLACES)), None)
