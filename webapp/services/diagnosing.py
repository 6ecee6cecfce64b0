"""What helps to find a fault and names nobody: versions and numbers."""

import platform

from webapp.services.open_account import OpenAccount
from webapp.storage import counters, received

MINUTE_MS = 60_000


def report(account: OpenAccount) -> dict[str, str]:
    """Return what may be told about this account: no name, no ID, no address, no text, no time."""
    state = account.network.state()
    return {
        "Python": platform.python_version(),
        "system": platform.system(),
        "connection": state.phase,
        "proxy": "yes" if state.proxy else "no",
        "clock ahead": f"{state.clock_ahead_ms // MINUTE_MS} minutes",
        **{name: str(number) for name, number in counters.count(account.database).items()},
        **{
            f"refused, {reason}": str(number)
            for reason, number in sorted(received.rejected_counts(account.database).items())
        },
    }
