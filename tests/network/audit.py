"""A spy below every library: what a process does with sockets, as Python itself sees it."""

import ipaddress
import os
import sys
from dataclasses import dataclass, field


@dataclass
class Seen:
    """What was done since the last look."""

    connected: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    # Files that hold logins, and whatever else could carry bytes away.
    others: list[str] = field(default_factory=list)

    def spy(self, event: str, arguments: tuple[object, ...]) -> None:
        match event:
            case "socket.connect":
                host, port = arguments[1][:2]  # type: ignore[index]
                self.connected.append(f"{host}:{port}")
            case "socket.bind":
                self.bound.append(str(arguments[1][0]))  # type: ignore[index]
            case "socket.getaddrinfo":
                if not _is_address(arguments[0]):
                    self.looked_up.append(str(arguments[0]))
            case "socket.getnameinfo" if _is_loopback(arguments[0]):
                # waitress writes the address of its own listener as text; nobody is asked.
                pass
            case "socket.gethostbyname" | "socket.gethostbyaddr" | "socket.getnameinfo":
                self.looked_up.append(f"{event} {arguments[0]}")
            case "socket.sendto" | "socket.sendmsg" | "os.system" | "subprocess.Popen":
                self.others.append(event)
            case "urllib.Request" | "ftplib.connect" | "smtplib.connect":
                self.others.append(event)
            case "open" if os.path.basename(str(arguments[0])) in (".netrc", "_netrc"):
                self.others.append(f"open {arguments[0]}")

    def taken(self) -> dict[str, list[str]]:
        """Return all of it, and begin anew."""
        report = {name: list(values) for name, values in vars(self).items()}
        for values in vars(self).values():
            values.clear()
        return report


def begin() -> Seen:
    """Watch this process until it ends: an audit hook cannot be taken away again."""
    seen = Seen()
    sys.addaudithook(seen.spy)
    return seen


def _is_loopback(address: object) -> bool:
    return ipaddress.ip_address(address[0]).is_loopback  # type: ignore[index]


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
