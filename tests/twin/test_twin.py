"""The forensic twin in small: an erased home is that of a first start (security.md T-W1)."""

from pathlib import Path

import pytest

from tests.twin.canaries import FORMS, Canaries, found_in
from tests.twin.homes import differences, look_of
from tests.twin.twins import WAYS, Twins
from tests.twin.use import REAL_USE, Use
from tests.visitor import Visitor


@pytest.mark.parametrize("way", WAYS)
def test_an_erased_home_is_that_of_a_first_start_or_of_somebody_with_one_account(
    tmp_path: Path, way: str
) -> None:
    twins = Twins(tmp_path)

    canaries = twins.use_and_erase(WAYS[way])

    assert len(canaries) > 30
    assert twins.found(canaries) == {}
    assert twins.differences() == []


def test_without_an_erase_the_comparison_sees_the_use(tmp_path: Path) -> None:
    twins = Twins(tmp_path)
    twins.start_look_stop()
    use = Use(Visitor(twins.used))
    for step in REAL_USE:
        step(use)
    # As it lies on the disk while it runs.
    found = [name for names in twins.found(use.canaries).values() for name in names]
    assert any("salt of the vault" in name for name in found)
    use.visitor.kill()

    assert any("-wal" in line for line in twins.differences())


@pytest.mark.parametrize("form", FORMS)
def test_a_canary_is_found_in_every_form(tmp_path: Path, form: str) -> None:
    canaries = Canaries()
    secret = canaries.text("a name").encode()
    (tmp_path / "file").write_bytes(b"\0" * 999 + FORMS[form](secret) + b"\0")

    (names,) = found_in([tmp_path], canaries).values()

    # Two forms may be the same for this one.
    assert all(FORMS[name.partition(", ")[2]](secret) == FORMS[form](secret) for name in names)


def test_a_canary_in_the_name_of_a_file_is_found(tmp_path: Path) -> None:
    canaries = Canaries()
    (tmp_path / canaries.text("a name")).touch()

    assert len(found_in([tmp_path], canaries)) == 1


@pytest.mark.parametrize(
    ("content", "look"),
    [(bytes(64), "zeros"), (b"x" * 64, "short"), (b"Dear Sir, " * 999, "structured")],
)
def test_contents_are_told_apart_by_their_look(content: bytes, look: str) -> None:
    assert look_of(content) == look


def test_another_mode_or_size_or_name_is_a_difference(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        for file in ("same", "mode", "size"):
            (tmp_path / name / file).write_bytes(b"content")
    (tmp_path / "one" / "mode").chmod(0o640)
    (tmp_path / "one" / "size").write_bytes(b"more content")
    (tmp_path / "other" / "extra").touch()

    found = list(differences(tmp_path / "one", tmp_path / "other"))

    assert [line.partition(":")[0] for line in found] == ["extra", "mode", "size"]
