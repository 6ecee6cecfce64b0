"""What the user can do about the way into the network."""

from webapp.services.open_account import OpenAccount


def new_route(account: OpenAccount) -> None:
    """Have a route through other nodes built, behind the same first one; do not wait for it."""
    account.network.new_route()  # type: ignore[attr-defined]
