"""run.py sets itself up: tried on copies of it, with real environments and no network."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import run

PROGRAM = """
import sys, os
def main(argv):
    print(os.getpid(), *argv)
    return 7
"""
# What pip may not reach for: whatever the computer offers, these tests install from a folder.
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
EMPTY_LOCK = "# nothing\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of run.py beside a program that tells its process id and arguments."""
    root = tmp_path / "checkout"
    (root / "webapp").mkdir(parents=True)
    (root / "webapp/__init__.py").touch()
    (root / "webapp/app.py").write_text(PROGRAM, encoding="utf-8")
    shutil.copy(run.ROOT / "run.py", root)
    (root / run.LOCK).write_text(EMPTY_LOCK, encoding="utf-8")
    (root / run.TEST_LOCK).write_text("# nothing for the tests\n", encoding="utf-8")
    return root


def start(
    root: Path, *arguments: str, wheels: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys._base_executable, str(root / "run.py"), *arguments],
        env={**os.environ, **OFFLINE, "PIP_FIND_LINKS": str(wheels or root)},
        capture_output=True,
        text=True,
        check=False,
    )


def installed(root: Path, lock: str) -> Path:
    """Make an environment that says the lock was installed to the end."""
    environment = root / ".venv"
    venv.create(environment)
    (environment / run.STAMP_NAME).write_text(run.stamp_for(root / lock), encoding="ascii")
    return environment


def loaded(root: Path) -> ModuleType:
    """Return the copy of run.py as a module, which looks at its own folder."""
    spec = importlib.util.spec_from_file_location("copied_run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path) -> str:
    """Write a wheel of the package ``orchid`` and return the lock line that asks for it."""
    folder.mkdir()
    path = folder / "orchid-1.0-py3-none-any.whl"
    info = "orchid-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orchid.py", "COLOUR = 'white'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: orchid\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "orchid.py,,\n")
    return f"orchid==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.parametrize("lock", [run.LOCK, run.TEST_LOCK])
def test_a_complete_environment_starts_the_program_with_its_arguments(
    checkout: Path, lock: str
) -> None:
    installed(checkout, lock)
    done = start(checkout, "--port", "80 80")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout.split(maxsplit=1)[1] == "--port 80 80\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot replace a running process")
def test_the_program_keeps_the_process_id_of_its_start(checkout: Path) -> None:
    installed(checkout, run.LOCK)
    process = subprocess.Popen(
        [sys._base_executable, str(checkout / "run.py")], stdout=subprocess.PIPE, text=True
    )
    told, _ = process.communicate()
    assert int(told) == process.pid


def test_the_first_start_installs_the_lock_and_the_second_starts_at_once(
    checkout: Path, tmp_path: Path
) -> None:
    (checkout / run.LOCK).write_text(wheel(tmp_path / "wheels"), encoding="utf-8")
    (checkout / "webapp/app.py").write_text("import orchid\n" + PROGRAM, encoding="utf-8")

    first = start(checkout, wheels=tmp_path / "wheels")
    second = start(checkout)

    assert (first.returncode, second.returncode) == (7, 7), first.stderr + second.stderr
    assert "Installing" in first.stderr
    assert second.stderr == ""


def test_a_package_with_another_hash_is_refused_and_nothing_stays(
    checkout: Path, tmp_path: Path
) -> None:
    line = wheel(tmp_path / "wheels")
    with zipfile.ZipFile(tmp_path / "wheels/orchid-1.0-py3-none-any.whl", "a") as archive:
        archive.writestr("evil.py", "")
    (checkout / run.LOCK).write_text(line, encoding="utf-8")

    done = start(checkout, wheels=tmp_path / "wheels")

    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (checkout / ".venv").exists()


def test_without_a_connection_a_sentence_says_so_and_nothing_stays(checkout: Path) -> None:
    (checkout / run.LOCK).write_text(f"orchid==1.0 --hash=sha256:{64 * '0'}\n", encoding="utf-8")

    done = start(checkout)

    assert (done.returncode, done.stdout) == (1, "")
    assert "Check the connection to the internet and start again." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv").exists()


def test_an_interrupted_installation_is_not_ready(checkout: Path) -> None:
    environment = installed(checkout, run.LOCK)
    assert loaded(checkout).is_ready(environment, run.LOCK)
    (environment / run.STAMP_NAME).unlink()
    assert not loaded(checkout).is_ready(environment, run.LOCK)


def test_an_older_lock_is_not_ready(checkout: Path) -> None:
    environment = installed(checkout, run.LOCK)
    (checkout / run.LOCK).write_text("# another one\n", encoding="utf-8")
    assert not loaded(checkout).is_ready(environment, run.LOCK)


def test_the_packages_of_the_program_are_not_enough_for_the_tests(checkout: Path) -> None:
    assert not loaded(checkout).is_ready(installed(checkout, run.LOCK), run.TEST_LOCK)


def test_an_environment_of_another_python_is_not_ready(checkout: Path) -> None:
    environment = installed(checkout, run.LOCK)
    (environment / run.STAMP_NAME).write_text(
        run.stamp_for(checkout / run.LOCK).replace("Python 3", "Python 2"), encoding="ascii"
    )
    assert not loaded(checkout).is_ready(environment, run.LOCK)


def test_the_stamp_does_not_depend_on_the_line_ends_of_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "unix").write_bytes(b"a\nb\n")
    (tmp_path / "windows").write_bytes(b"a\r\nb\r\n")
    assert run.stamp_for(tmp_path / "unix") == run.stamp_for(tmp_path / "windows")


def test_an_old_python_is_told_which_one_is_needed() -> None:
    assert run.too_old(3, 8).startswith("Safehouse needs Python 3.11 or newer; ")


def test_the_python_of_an_environment_has_its_place_on_each_system() -> None:
    assert run.python_of(Path("e"), windows=True) == Path("e/Scripts/python.exe")
    assert run.python_of(Path("e"), windows=False) == Path("e/bin/python")
