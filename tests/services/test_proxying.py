"""The proxy of an account: set, kept, changed, removed, and never gone around."""

from collections.abc import Iterator

import pytest

from tests.network.polling import poll
from tests.network.socks_server import SocksServer, proxying
from tests.services.conftest import Start
from webapp.network.errors import InvalidProxyAddress
from webapp.network.proxy import Proxy
from webapp.services import proxying as service
from webapp.services import reading
from webapp.services.errors import InvalidProxy, NetworkUnreachable, ProxyGivenAtStart
from webapp.services.runtime import Runtime
from webapp.storage import accounts


@pytest.fixture
def server() -> Iterator[SocksServer]:
    with proxying(SocksServer()) as running:
        yield running


def at(server: SocksServer) -> Proxy:
    return Proxy("127.0.0.1", server.port)


def dead() -> Proxy:
    return Proxy("127.0.0.1", 1)


def stored(runtime: Runtime) -> object:
    return accounts.load(runtime.account().database).network.get("proxy")


def test_a_new_account_goes_through_its_proxy_and_keeps_it(
    start: Start, server: SocksServer
) -> None:
    runtime = start()

    runtime.create_account("Marit", network="practice", proxy=at(server))

    assert server.requested
    assert service.current(runtime.account()) == at(server)
    asked = len(server.requested)
    again = start()
    assert service.current(again.account()) == at(server)
    reading.connection(again.account())
    poll(again.account().network, again.account().keys, {})
    assert len(server.requested) > asked


def test_words_bring_an_account_back_through_a_proxy(start: Start, server: SocksServer) -> None:
    words = "amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed"
    runtime = start()

    runtime.restore_account(words, name="Marit", network="practice", proxy=at(server))

    assert server.requested
    assert service.current(runtime.account()) == at(server)


def test_with_a_dead_proxy_no_account_is_made(start: Start) -> None:
    runtime = start()

    with pytest.raises(NetworkUnreachable) as refused:
        runtime.create_account("Marit", network="practice", proxy=dead())

    assert runtime.state == "fresh"
    assert str(refused.value) == (
        "The proxy at 127.0.0.1:1 does not answer. Nothing is sent without it, as you chose."
    )


def test_without_a_proxy_the_record_of_the_network_stays_as_it_was(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    assert service.current(runtime.account()) is None
    assert accounts.load(runtime.account().database).network == {"kind": "practice"}


def test_a_proxy_is_set_while_the_account_is_open(start: Start, server: SocksServer) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    service.change(runtime.account(), f"socks5h://{server.address}", username="", password="")

    poll(runtime.account().network, runtime.account().keys, {})
    assert server.requested
    assert service.current(start().account()) == at(server)


def test_saving_the_same_proxy_again_ends_nothing(start: Start, server: SocksServer) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice", proxy=at(server))
    network, keys = runtime.account().network, runtime.account().keys
    poll(network, keys, {})
    guard = network.state().route[0]

    service.change(runtime.account(), server.address)

    poll(network, keys, {})
    assert network.state().route[0] == guard


def test_a_login_is_stored_with_the_proxy(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")

    service.change(runtime.account(), "127.0.0.1:1080", username="marit", password="secret")

    proxy = Proxy("127.0.0.1", 1080, "marit", "secret")
    assert stored(runtime) == proxy.to_json()
    assert service.current(start().account()) == proxy


def test_a_proxy_is_removed(start: Start, server: SocksServer) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice", proxy=at(server))
    server.die()

    service.remove(runtime.account())

    assert service.current(runtime.account()) is None
    assert stored(runtime) is None
    poll(runtime.account().network, runtime.account().keys, {})


@pytest.mark.parametrize(
    ("text", "username", "password"),
    [
        ("", "", ""),
        ("http://127.0.0.1:8080", "", ""),
        ("127.0.0.1:9050", "marit", ""),
        ("127.0.0.1:9050", "", "secret"),
        ("127.0.0.1:9050", "u" * 256, "secret"),
    ],
)
def test_what_is_no_proxy_changes_nothing(
    start: Start, server: SocksServer, text: str, username: str, password: str
) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice", proxy=at(server))

    with pytest.raises(InvalidProxy) as refused:
        service.change(runtime.account(), text, username=username, password=password)

    assert str(refused.value.reason).endswith(".")
    assert stored(runtime) == at(server).to_json()


def test_the_proxy_of_the_command_line_wins_and_is_kept_by_new_accounts_only(
    start: Start, server: SocksServer
) -> None:
    start().create_account("Marit", network="practice", proxy=at(server))
    other = Proxy("127.0.0.1", 1)

    runtime = start(other)

    assert service.current(runtime.account()) == other
    assert stored(runtime) == at(server).to_json()


def test_an_account_made_under_a_given_proxy_keeps_it(start: Start, server: SocksServer) -> None:
    runtime = start(at(server))

    runtime.create_account("Marit", network="practice", proxy=dead())

    assert service.current(start().account()) == at(server)


def test_the_proxy_of_the_command_line_cannot_be_changed_from_inside(
    start: Start, server: SocksServer
) -> None:
    runtime = start(at(server))
    runtime.create_account("Marit", network="practice")

    with pytest.raises(ProxyGivenAtStart):
        service.change(runtime.account(), "127.0.0.1:1", username="", password="")
    with pytest.raises(ProxyGivenAtStart):
        service.remove(runtime.account())

    assert service.current(runtime.account()) == at(server)
    assert stored(runtime) == at(server).to_json()


def test_a_stored_proxy_that_cannot_be_read_does_not_come_to_mean_none(start: Start) -> None:
    runtime = start()
    runtime.create_account("Marit", network="practice")
    database = runtime.account().database
    accounts.set_network(database, {"kind": "practice", "proxy": {"host": "127.0.0.1"}})

    with pytest.raises(InvalidProxyAddress):
        start()
