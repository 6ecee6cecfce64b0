"""What the user can do about the way into the network."""

from webapp.services.open_account import OpenAccount


def new_route(account: OpenAccount) -> None:
    """Go over other nodes from now on, behind the same first ones."""
    account.network.new_route()
