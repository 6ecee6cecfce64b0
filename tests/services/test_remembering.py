"""What the network has learned is there at the next start, if it still holds then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.polling import poll
from tests.network.socks_server import SocksServer, proxying
from tests.services.conftest import Start
from tests.services.correspondents import PracticeSwitch
from webapp.network.client import Remembered
from webapp.network.proxy import Proxy
from webapp.services.remembering import remember, remembered
from webapp.services.runtime import Runtime
from webapp.storage.database import AccountDatabase


@pytest.fixture
def server() -> Iterator[SocksServer]:
    with proxying(SocksServer()) as running:
        yield running


def kept(runtime: Runtime) -> Remembered:
    return remembered(runtime.account().database)


def poll_once(runtime: Runtime) -> None:
    account = runtime.account()
    poll(account.network, account.keys, {})


def test_a_new_account_keeps_the_list_and_the_guard_it_was_made_with(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="file")
    poll_once(runtime)
    assert len(kept(runtime).nodes) == 12
    assert kept(runtime).guards
    assert runtime.account().network.state().route[0] in kept(runtime).guards


def test_the_next_start_goes_by_the_same_guards_and_asks_no_seed(
    start: Start, practice: PracticeSwitch
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="file")
    poll_once(runtime)
    guards = kept(runtime).guards
    practice.has_seed = False

    runtime = start()
    poll_once(runtime)

    assert runtime.account().network.state().route[0] in guards


def test_a_practice_network_of_this_process_is_not_remembered(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    poll_once(runtime)
    assert kept(runtime) == Remembered()


def test_a_proxy_for_one_run_neither_uses_nor_replaces_the_guards(
    start: Start, server: SocksServer
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="file")
    poll_once(runtime)
    before = kept(runtime)

    runtime = start(Proxy("127.0.0.1", server.port))
    poll_once(runtime)

    assert server.requested
    assert kept(runtime) == before


def test_setting_a_proxy_forgets_the_guards_that_know_this_computer(
    start: Start, server: SocksServer
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="file")
    poll_once(runtime)
    runtime.account().network.use_proxy(Proxy("127.0.0.1", server.port))
    assert kept(runtime).guards == ()
    assert len(kept(runtime).nodes) == 12


def test_what_a_full_disk_does_not_take_is_left_for_the_next_time(
    tmp_path: Path,
) -> None:
    database = AccountDatabase.create(tmp_path / "container", key=bytes(32), salt=bytes(16))
    database.close()
    remember(database, Remembered(guards=(b"g" * 32,)))
