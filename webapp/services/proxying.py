"""The proxy through which an account goes. Once set, nothing of the account goes around it."""

from collections.abc import Mapping
from dataclasses import replace

from webapp.network import errors
from webapp.network.proxy import Proxy
from webapp.services.errors import InvalidProxy, InvalidProxyLogin, ProxyGivenAtStart
from webapp.services.open_account import OpenAccount
from webapp.storage import accounts

# Where the record of an account's network keeps it; without a proxy the entry is missing.
PROXY = "proxy"


def parse(text: str, *, username: str = "", password: str = "") -> Proxy:
    """Return the proxy that a form describes; without a login both fields are empty.

    Raises InvalidProxy, and InvalidProxyLogin if its address is not to blame.
    """
    try:
        proxy = Proxy.parse(text)
        if username or password:
            return replace(proxy, username=username or None, password=password or None)
    except errors.InvalidProxyLogin as error:
        raise InvalidProxyLogin(error.sentence) from error
    except errors.InvalidProxyAddress as error:
        raise InvalidProxy(error.sentence) from error
    return proxy


def stored_in(network: Mapping[str, object]) -> Proxy | None:
    """Return the proxy in the record of an account's network.

    Raises InvalidProxyAddress for one that cannot be read: that must not come to mean none.
    """
    return Proxy.from_json(network[PROXY]) if PROXY in network else None


def with_proxy(network: Mapping[str, object], proxy: Proxy | None) -> dict[str, object]:
    """Return the record of an account's network with this proxy, or without one."""
    rest = {key: value for key, value in network.items() if key != PROXY}
    return rest if proxy is None else {**rest, PROXY: proxy.to_json()}


def current(account: OpenAccount) -> Proxy | None:
    """Return the proxy that the account goes through at this moment."""
    return account.given_proxy or stored_in(accounts.load(account.database).network)


def change(account: OpenAccount, text: str, *, username: str = "", password: str = "") -> None:
    """Go through this proxy from now on. Connections that do not are closed at once.

    Raises InvalidProxy, ProxyGivenAtStart; then nothing has changed.
    """
    _take_on(account, parse(text, username=username, password=password))


def remove(account: OpenAccount) -> None:
    """Go straight from now on. Raises ProxyGivenAtStart."""
    _take_on(account, None)


def _take_on(account: OpenAccount, proxy: Proxy | None) -> None:
    if account.given_proxy is not None:
        raise ProxyGivenAtStart
    with account.changing_proxy:
        with account.database.write():
            network = accounts.load(account.database).network
            if proxy == stored_in(network):
                # Taking it on anew would end all connections and cost the guards their place.
                return
            accounts.set_network(account.database, with_proxy(network, proxy))
        account.network.use_proxy(proxy)
