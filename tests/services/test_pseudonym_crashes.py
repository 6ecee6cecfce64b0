"""Adding, moving, erasing an account when power or disk fail: the old state or the new one."""

import contextlib
import errno
from collections.abc import Callable

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import THIRD_PIN, add_apart, erase, keep, move, names
from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from webapp.services.runtime import Runtime
from webapp.storage import accounts
from webapp.storage.data_directory import DataDirectory
from webapp.storage.errors import DataDirectoryUnusable, FsyncFailed
from webapp.storage.files import RealFiles
from webapp.vault.codes import CodeKind

EVERY_LOSS = [Loss.NOTHING, Loss.CONTENT, Loss.NAMES, Loss.CONTENT | Loss.NAMES]
Action = Callable[[Rig, Runtime], object]
Found = dict[str, list[str]]


def adding(rig: Rig, runtime: Runtime) -> None:
    rig.add(runtime, "Noor")


def adding_apart(rig: Rig, runtime: Runtime) -> None:
    add_apart(rig, runtime)


def moving(rig: Rig, runtime: Runtime) -> None:
    move(runtime)


def erasing(rig: Rig, runtime: Runtime) -> None:
    erase(runtime)


def erasing_the_last(rig: Rig, runtime: Runtime) -> None:
    keep(runtime, THIRD_PIN)
    erase(runtime, "Marit")


BOTH = {PIN: ["Marit", "Ilse"]}
OLD_AND_NEW: dict[Action, tuple[Found, Found]] = {
    adding: (BOTH, {PIN: ["Marit", "Ilse", "Noor"]}),
    adding_apart: (BOTH, BOTH | {OTHER_PIN: ["Noor"]}),
    moving: (BOTH, {PIN: ["Marit"], OTHER_PIN: ["Ilse"]}),
    erasing: (BOTH, {PIN: ["Marit"]}),
    erasing_the_last: ({PIN: ["Marit"], THIRD_PIN: ["Ilse"]}, {THIRD_PIN: ["Ilse"]}),
}


class Computer:
    """Runs an action with a power cut, and looks at what every code opens then."""

    def __init__(self, rig: Rig, runtime: Runtime, action: Action) -> None:
        self.rig = rig
        self.action = action
        if action is erasing_the_last:
            move(runtime, text=THIRD_PIN)
        rig.end()
        self.before = rig.snapshot()

    def restore(self) -> None:
        for name in self.rig.snapshot().keys() - self.before.keys():
            (self.rig.path / name).unlink()
        for name, content in self.before.items():
            (self.rig.path / name).write_bytes(content)

    def start(self, files: FaultFiles) -> Runtime:
        self.restore()
        runtime = self.rig.start(files)
        assert runtime.unlock(CodeKind.PIN, PIN).opened
        return runtime

    def operations(self) -> int:
        files = FaultFiles(self.rig.path.parent)
        runtime = self.start(files)
        before = len(files.operations)
        self.action(self.rig, runtime)
        self.rig.end()
        return len(files.operations) - before

    def what_opens(self) -> Found:
        """Look into the directory as the next start finds it."""
        directory = DataDirectory(self.rig.path, RealFiles())
        directory.lock()
        directory.prepare()
        try:
            return {
                pin: found
                for pin in (PIN, OTHER_PIN, THIRD_PIN)
                if (found := self._names(directory, pin)) is not None
            }
        finally:
            directory.release()

    def _names(self, directory: DataDirectory, pin: str) -> list[str] | None:
        space = directory.open_space(self.rig.root(pin))
        if space is None:
            return None
        names = []
        for entry in space.entries:
            database = directory.open_container(entry)
            names.append(accounts.load(database).name)
            database.close()
        return names


@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_a_power_cut_anywhere_leaves_the_old_state_or_the_new_one(
    rig: Rig, runtime: Runtime, action: Action, loss: Loss
) -> None:
    computer = Computer(rig, runtime, action)
    points = computer.operations()
    seen = []
    for after in range(points):
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        ending = list(runtime._open._running)
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            action(rig, runtime)
        for running in {*ending, *runtime._open._running}:
            running.stop()
        rig.forget()
        found = computer.what_opens()
        assert found in OLD_AND_NEW[action]
        if found not in seen:
            seen.append(found)
    assert points >= 8
    assert len(seen) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_a_disk_that_fails_anywhere_leaves_a_state_that_the_app_knows(
    rig: Rig, runtime: Runtime, action: Action, number: int
) -> None:
    """What is open is what the code opens afterwards."""
    computer = Computer(rig, runtime, action)
    for after in range(computer.operations()):
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.fail_after(after, OSError(number, "broken"))
        with contextlib.suppress(DataDirectoryUnusable):
            action(rig, runtime)
        opened = None if runtime.state == "locked" else names(runtime)
        rig.end()
        found = computer.what_opens()
        assert found in OLD_AND_NEW[action]
        assert found.get(PIN) == opened


@pytest.mark.parametrize("action", OLD_AND_NEW, ids=lambda action: action.__name__)
def test_an_unconfirmed_write_anywhere_leaves_the_old_state_or_the_new_one(
    rig: Rig, runtime: Runtime, action: Action
) -> None:
    computer = Computer(rig, runtime, action)
    for after in range(computer.operations()):
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.fail_after(after, FsyncFailed("content"))
        with contextlib.suppress(FsyncFailed, DataDirectoryUnusable):
            action(rig, runtime)
        rig.end()
        assert computer.what_opens() in OLD_AND_NEW[action]
