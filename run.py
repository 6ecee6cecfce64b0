"""Start Safehouse from a checkout, installing what it needs the first time.

Uses the standard library only, in a form that an old Python can read far enough to refuse.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
LOCK = "requirements.lock"
# Holds everything in LOCK at the same versions (tests/test_locks.py), and the test tools.
TEST_LOCK = "requirements-test.lock"
# Written last, so an environment that has it was installed to the end.
STAMP_NAME = "installed-lock"


class SetupFailed(Exception):
    """The program cannot start; the message is for the user."""


def main() -> int:
    """Run the program with our packages; return 1 after telling why that cannot be."""
    environment = ROOT / ".venv"
    try:
        prepare(environment, LOCK)
    except SetupFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    if not is_inside(environment):
        return _start_again(python_of(environment))
    from webapp.app import main as start

    return start(sys.argv[1:])


def prepare(environment: Path, lock_name: str) -> None:
    """Make ``environment`` hold exactly the packages of the lock, unless it does already.

    It is built from nothing, whatever an interrupted start or an older lock left there.
    Raises SetupFailed, and then nothing half-made is left.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(too_old(*sys.version_info[:2]))
    if is_ready(environment, lock_name):
        return
    if is_inside(environment):
        raise SetupFailed("The packages have changed. Start with the Python of your system.")
    sys.stderr.write("Installing the packages of Safehouse. This happens once.\n")
    try:
        _install(environment, ROOT / lock_name)
    except BaseException:
        shutil.rmtree(environment, ignore_errors=True)
        raise
    (environment / STAMP_NAME).write_text(stamp_for(ROOT / lock_name), encoding="ascii")


def is_ready(environment: Path, lock_name: str) -> bool:
    """Tell whether a finished installation of the lock, or of the larger test lock, is there."""
    try:
        stamp = (environment / STAMP_NAME).read_text(encoding="ascii")
    except (OSError, ValueError):
        return False
    stamps = [stamp_for(ROOT / name) for name in (lock_name, TEST_LOCK)]
    return stamp in stamps and python_of(environment).exists()


def stamp_for(lock: Path) -> str:
    """Return what the stamp says once ``lock`` is installed for the running Python."""
    # As text, because a checkout on Windows may have other line ends.
    digest = hashlib.sha256(lock.read_text(encoding="utf-8").encode()).hexdigest()
    return f"{digest} for Python {sys.version_info[0]}.{sys.version_info[1]}"


def is_inside(environment: Path) -> bool:
    """Tell whether this process runs on the packages of ``environment``."""
    return Path(sys.prefix).resolve() == environment.resolve()


def too_old(major: int, minor: int) -> str:
    """Return the sentence for a Python that is older than this program."""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return f"Safehouse needs Python {oldest} or newer; {sys.executable} is {major}.{minor}."


def python_of(environment: Path, *, windows: bool = os.name == "nt") -> Path:
    """Return where a virtual environment has its Python."""
    return environment / ("Scripts/python.exe" if windows else "bin/python")


def _install(environment: Path, lock: Path) -> None:
    try:
        venv.create(environment, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        advice = "On Debian and Ubuntu install python3-venv first."
        raise SetupFailed(f"Python could not make the folder {environment}. {advice}") from error
    # Wheels only: building one would fetch and run tools that no hash vouches for.
    pip = [str(python_of(environment)), "-m", "pip", "install", "--quiet", "--require-hashes"]
    pip += ["--only-binary", ":all:", "--requirement", str(lock)]
    if subprocess.run(pip, check=False).returncode != 0:  # noqa: S603 - our own arguments
        raise SetupFailed(
            "The packages of Safehouse could not be installed; the reason is above. "
            "Nothing was left behind. Check the connection to the internet and start again."
        )


def _start_again(python: Path) -> int:
    command = [str(python), str(ROOT / "run.py"), *sys.argv[1:]]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - keeps the process id for whoever started us
    # Windows has no exec: the shell would take the end of this process for the end of ours.
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own arguments


if __name__ == "__main__":
    sys.exit(main())
