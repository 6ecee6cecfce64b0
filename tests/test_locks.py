"""The lock files install what pyproject.toml asks for, and nothing that has no hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock")
HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}")


def entries(lock: str) -> list[str]:
    """Return what the lock says for each package, continued lines joined."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line.strip()]


def pins(lock: str) -> dict[str, Requirement]:
    requirements = [Requirement(HASH.sub("", entry).strip()) for entry in entries(lock)]
    return {canonicalize_name(each.name): each for each in requirements}


def asked_for(*, test: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + (project["optional-dependencies"]["test"] if test else [])
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_hashes(lock: str) -> None:
    for entry in entries(lock):
        assert HASH.search(entry), entry
        assert re.fullmatch(r"==[\w.+!]+", str(Requirement(HASH.sub("", entry)).specifier)), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_file(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|@|^\s*-[^-]|^\s*--(?!hash)", text, re.MULTILINE)


@pytest.mark.parametrize(("lock", "test"), [(LOCKS[0], False), (LOCKS[1], True)])
def test_a_lock_holds_what_the_project_asks_for(lock: str, test: bool) -> None:
    locked = pins(lock)
    for requirement in asked_for(test=test):
        pin = locked[canonicalize_name(requirement.name)]
        version = str(pin.specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{lock}: {pin}, asked for {requirement}"


def test_the_test_lock_holds_the_whole_other_lock() -> None:
    tests = pins(LOCKS[1])
    for name, pin in pins(LOCKS[0]).items():
        assert tests[name].specifier == pin.specifier
        # Installed wherever the program needs it; the tests may need it elsewhere too.
        assert tests[name].marker in {None, pin.marker}


def test_users_get_no_test_tools() -> None:
    program = pins(LOCKS[0])
    tools = {canonicalize_name(each.name) for each in asked_for(test=True)} - {
        canonicalize_name(each.name) for each in asked_for(test=False)
    }
    assert tools.isdisjoint(program)
