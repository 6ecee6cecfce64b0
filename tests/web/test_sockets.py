"""One port on both loopback addresses, or none."""

import socket
from contextlib import closing

import pytest

from webapp.web.errors import PortTaken
from webapp.web.sockets import listen_on_loopback

needs_v6 = pytest.mark.skipif(
    not socket.has_ipv6, reason="this host has no IPv6, so there is no second address"
)


def close_all(listeners: tuple[socket.socket, ...]) -> None:
    for listener in listeners:
        listener.close()


def test_all_listeners_share_one_port_and_none_is_reachable_from_outside() -> None:
    listeners = listen_on_loopback()
    names = [listener.getsockname()[:2] for listener in listeners]
    close_all(listeners)
    assert {address for address, _ in names} <= {"127.0.0.1", "::1"}
    assert len({port for _, port in names}) == 1


@needs_v6
def test_both_addresses_are_taken_where_the_host_has_both() -> None:
    listeners = listen_on_loopback()
    close_all(listeners)
    assert [listener.family for listener in listeners] == [socket.AF_INET, socket.AF_INET6]


def test_a_port_of_ours_can_be_taken_again_at_once() -> None:
    first = listen_on_loopback()
    port = first[0].getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    accepted, _ = first[0].accept()
    accepted.close()  # The server's side closes first, so the port lingers.
    client.close()
    close_all(first)
    second = listen_on_loopback(port)
    close_all(second)
    assert second[0].fileno() == -1


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        pytest.param(socket.AF_INET6, "::1", marks=needs_v6),
    ],
)
def test_a_port_taken_on_either_address_is_refused_by_name(
    family: socket.AddressFamily, address: str
) -> None:
    with closing(socket.socket(family)) as squatter:
        squatter.bind((address, 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            listen_on_loopback(port)
    assert (refused.value.address, refused.value.port) == (address, port)


@needs_v6
def test_a_refused_port_leaves_nothing_open() -> None:
    with closing(socket.socket(socket.AF_INET6)) as squatter:
        squatter.bind(("::1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(PortTaken):
            listen_on_loopback(port)
    close_all(listen_on_loopback(port))
