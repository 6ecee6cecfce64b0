"""Erasing by the menu: the code, the moment of the answer, and what is left."""

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, PIN, Rig
from tests.services.test_erasing import check_first_start, finished
from tests.virtual_clock import JumpingClock
from webapp.services import everything, lock_settings
from webapp.services.errors import AppLocked, NoAccount, WrongCode
from webapp.services.runtime import Runtime


def test_the_menu_asks_for_the_code_and_counts_a_wrong_one(rig: Rig, opened: Runtime) -> None:
    with pytest.raises(WrongCode):
        everything.erase(opened, current="000000")

    assert opened.state == "open"
    assert rig.throttle().count == 1


def test_the_menu_erases_with_the_code_and_answers_at_the_moment_of_every_code(
    rig: Rig, opened: Runtime, clock: JumpingClock
) -> None:
    begun_s = clock.monotonic_s()

    everything.erase(opened, current=PIN)

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S
    finished(opened)
    check_first_start(rig, opened)


def test_without_a_code_the_menu_erases_at_once(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    everything.erase(runtime, current="")

    finished(runtime)
    check_first_start(rig, runtime)


def test_behind_the_lock_and_without_an_account_the_menu_erases_nothing(rig: Rig) -> None:
    runtime = rig.locked()
    before = rig.snapshot()

    with pytest.raises(AppLocked):
        everything.erase(runtime, current=PIN)
    assert rig.snapshot() == before

    runtime.erase()
    finished(runtime)
    with pytest.raises(NoAccount):
        everything.erase(runtime, current="")
    with pytest.raises(NoAccount):
        everything.delete_on_network(runtime, confirmed=runtime.generation)


def test_it_is_said_how_much_there_is(opened: Runtime) -> None:
    found = everything.of(opened.accounts())
    assert (found.conversations, found.messages, found.unsent) == (0, 0, 0)


def test_settings_of_the_lock_do_not_survive(rig: Rig, opened: Runtime) -> None:
    lock_settings.change(opened.accounts(), "idle_minutes", "60")
    opened.erase()
    finished(opened)

    opened._ways.reach = opened._ways.network_of  # type: ignore[method-assign]
    opened.create_account("Ilse", network="practice")

    assert lock_settings.load(*opened.accounts()).idle_minutes == 5
