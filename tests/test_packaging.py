"""The wheel holds the whole program, and finds its files once it is installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from webapp import resources

ROOT = Path(__file__).parents[1]
# Nothing may be downloaded: the tool that builds is in the lock of the tests.
BUILD = ("pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as an installation would."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", *BUILD, "-w", str(folder), str(ROOT)], check=True)
    with zipfile.ZipFile(next(folder.glob("safehouse-*.whl"))) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def files_below(root: Path, place: str = "") -> set[str]:
    """Return the names of the files below ``root`` as if it lay at ``place``."""
    return {
        (place / path.relative_to(root)).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_the_wheel_holds_the_program_with_its_templates_and_static_files(installed: Path) -> None:
    assert files_below(installed / "webapp") == (
        files_below(ROOT / "webapp")
        | files_below(ROOT / "templates", "templates")
        | files_below(ROOT / "static", "static")
    )


def test_the_wheel_brings_nothing_but_the_program_and_its_description(installed: Path) -> None:
    assert sorted(path.name.partition("-")[0] for path in installed.iterdir()) == [
        "safehouse",
        "webapp",
    ]


def test_the_wheel_brings_the_command_and_the_licence(installed: Path) -> None:
    (information,) = installed.glob("*.dist-info")
    commands = (information / "entry_points.txt").read_text(encoding="utf-8")
    assert "safehouse = webapp.app:main" in commands
    assert (information / "licenses/LICENSE").is_file()


def test_an_installed_program_finds_its_own_files(installed: Path) -> None:
    probe = "from webapp import resources as r; print(r.templates_dir()); print(r.static_dir())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [Path(line) for line in done.stdout.splitlines()]
    assert found == [installed / "webapp/templates", installed / "webapp/static"]
    assert all(folder.is_dir() for folder in found)


def test_a_checkout_finds_the_files_at_its_top() -> None:
    assert resources.templates_dir() == ROOT / "templates"
    assert resources.static_dir() == ROOT / "static"
