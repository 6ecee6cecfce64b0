"""The lock files install what pyproject.toml asks for, and nothing that has no hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
# The lock of the program, and those that hold it and what an extra asks for.
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-fuzz.lock")
EXTRAS = {"requirements-test.lock": "test", "requirements-fuzz.lock": "fuzz"}
HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> list[str]:
    """Return what the lock says for each package, continued lines joined."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line.strip()]


def pins(lock: str) -> dict[str, Requirement]:
    requirements = [Requirement(HASH.sub("", entry).strip()) for entry in entries(lock)]
    return {canonicalize_name(each.name): each for each in requirements}


def asked_for(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"][EXTRAS[lock]] if lock in EXTRAS else []
    return [Requirement(line) for line in project["dependencies"] + extra]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_hashes(lock: str) -> None:
    for entry in entries(lock):
        assert HASH.search(entry), entry
        assert re.fullmatch(r"==[\w.+!]+", str(Requirement(HASH.sub("", entry)).specifier)), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_file(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|@|^\s*-[^-]|^\s*--(?!hash)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock: str) -> None:
    locked = pins(lock)
    for requirement in asked_for(lock):
        pin = locked[canonicalize_name(requirement.name)]
        version = str(pin.specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{lock}: {pin}, asked for {requirement}"


@pytest.mark.parametrize("lock", EXTRAS)
def test_the_lock_of_an_extra_holds_the_whole_lock_of_the_program(lock: str) -> None:
    extended = pins(lock)
    for name, pin in pins(LOCKS[0]).items():
        assert extended[name].specifier == pin.specifier
        # Installed wherever the program needs it; the extra may need it elsewhere too.
        assert extended[name].marker in {None, pin.marker}


@pytest.mark.parametrize("lock", EXTRAS)
def test_users_get_no_tools(lock: str) -> None:
    tools = {canonicalize_name(each.name) for each in asked_for(lock)} - {
        canonicalize_name(each.name) for each in asked_for(LOCKS[0])
    }
    assert tools
    assert tools.isdisjoint(pins(LOCKS[0]))
