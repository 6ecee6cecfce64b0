"""Any walk through adding, moving, erasing, locking and codes ends where a simple model ends."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from tests.services.lock_rig import Rig
from tests.services.pseudonym_actions import (
    NO_CODE,
    erase,
    handle_of,
    keep,
    move,
    names,
    names_behind,
)
from webapp.services import codes
from webapp.services.runtime import Runtime
from webapp.vault.codes import CodeKind
from webapp.vault.containers import CONTAINER_COUNT

STEPS = 30


@dataclass
class Model:
    """Which names each code opens, and which code is open; nothing is locked between steps."""

    spaces: dict[str, list[str]] = field(default_factory=lambda: {NO_CODE: ["Marit"]})
    code: str = NO_CODE

    @property
    def here(self) -> list[str]:
        return self.spaces[self.code]

    @property
    def others(self) -> list[str]:
        return [code for code in self.spaces if code != self.code]


class Walker:
    """Does the same to the app and to the model."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig = rig
        self.chance = random.Random(seed)
        self.numbers = count(1)
        self.model = Model()
        rig.make_account()
        self.runtime: Runtime = rig.start()

    def step(self) -> None:
        possible: list[Callable[[], None]] = [self.show, self.set_code]
        if sum(map(len, self.model.spaces.values())) < CONTAINER_COUNT:
            possible += [self.add, self.add]
        if len(self.model.here) > 1:
            possible.append(self.erase)
        if self.model.code != NO_CODE:
            possible += [self.change_space, self.restart]
            possible += [self.move, self.move] if len(self.model.here) > 1 else []
            possible += [] if self.model.others else [self.remove_code]
        self.chance.choice(possible)()
        assert names(self.runtime) == self.model.here

    def add(self) -> None:
        name = f"Account {next(self.numbers)}"
        self.keep_others()
        self.rig.add(self.runtime, name)
        self.model.here.append(name)

    def erase(self) -> None:
        name = self.chance.choice(self.model.here)
        erase(self.runtime, name, self.model.code)
        self.model.here.remove(name)

    def move(self) -> None:
        name, pin = self.chance.choice(self.model.here), self.new_pin()
        self.keep_others()
        move(self.runtime, name, pin, self.model.code)
        self.model.here.remove(name)
        self.model.spaces[pin] = [name]

    def show(self) -> None:
        self.runtime.show(handle_of(self.runtime, self.chance.choice(self.model.here)))

    def set_code(self) -> None:
        pin, before = self.new_pin(), self.model.code
        codes.set_code(self.runtime, kind="pin", text=pin, repeated=pin, current=before)
        self.model.spaces[pin] = self.model.spaces.pop(before)
        self.model.code = pin

    def remove_code(self) -> None:
        codes.remove_code(self.runtime, current=self.model.code)
        self.model.spaces[NO_CODE] = self.model.spaces.pop(self.model.code)
        self.model.code = NO_CODE

    def change_space(self) -> None:
        self.runtime.lock(depth=self.chance.choice(["deep", "light"]))  # type: ignore[arg-type]
        self.unlock()

    def restart(self) -> None:
        self.runtime = self.rig.start()
        self.unlock()

    def unlock(self) -> None:
        self.model.code = self.chance.choice(list(self.model.spaces))
        assert self.runtime.unlock(CodeKind.PIN, self.model.code).opened

    def keep_others(self) -> None:
        for code in self.model.others:
            keep(self.runtime, code)

    def new_pin(self) -> str:
        return f"{next(self.numbers) * 100_003 % 1_000_000:06}"


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_ends_where_the_model_ends(rig: Rig, seed: int) -> None:
    walker = Walker(rig, seed)

    for _ in range(STEPS):
        walker.step()

    walker.rig.end()
    for code, expected in walker.model.spaces.items():
        assert names_behind(rig, code) == expected
