"""From the state of the connection to the words and stops of the route view.

A stop is drawn in one of three ways, each a shape and a colour of its own, and says in words
which: it works, it does not answer at the moment, or it is not known yet whether it does.
"""

from dataclasses import dataclass
from typing import Literal

from webapp.services.reading import ConnectionState, Proxy

NODE_KEY_SHOWN = 8
MINUTE_MS = 60_000
MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
# From here on the larger unit is clear enough: "90 minutes" says more than "1 hour".
UNITS_BEFORE_LARGER = 2

StopState = Literal["works", "silent", "tried", "sought", "waits"]

LABELS = {"connected": "Connected", "connecting": "Connecting", "offline": "Offline"}
STATE_WORDS: dict[StopState, str] = {
    "works": "works",
    "silent": "not answering at the moment",
    "tried": "being tried",
    "sought": "being looked for",
    "waits": "waits for the proxy",
}
NODE_NAMES = ("First node", "Second node", "Third node")
CONNECTED = (
    "Each message passes three nodes. Every node knows only the one before and the one after it."
)
CONNECTING = "Looking for nodes that answer, to build a route of three."
STILL_TRYING = "Safehouse goes on trying, and what you write is kept."
# What is believed as long as nothing more precise is known.
NOBODY_ANSWERS = "No node answers."
SEEN_DIRECTLY = (
    "The first node sees your network address, but not whom you write to. "
    "Use a proxy if that is a risk."
)
SEEN_THROUGH_PROXY = (
    "The proxy sees your network address, the first node only that of the proxy. "
    "Neither sees whom you write to."
)


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop of the route."""

    name: str
    place: str
    state: StopState
    words: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The one banner that the connection may need; the icon is a name of icons.svg."""

    icon: str
    title: str
    text: str
    offers_proxy: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """The connection button, its banner and the route."""

    phase: str
    label: str
    sentence: str
    stops: tuple[StopView, ...]
    problem: str
    seen: str
    clock: str
    notice: NoticeView | None


@dataclass(frozen=True, slots=True)
class ProxyView:
    """The proxy that is set; the password never leaves the services."""

    address: str
    username: str


def present_proxy(proxy: Proxy | None) -> ProxyView | None:
    return ProxyView(proxy.text, proxy.username or "") if proxy else None


def present_connection(state: ConnectionState, *, now_ms: int) -> ConnectionView:
    return ConnectionView(
        phase=state.phase,
        label=LABELS[state.phase],
        sentence=_sentence(state),
        stops=tuple(_stops(state)),
        problem=_problem(state, now_ms),
        seen=SEEN_THROUGH_PROXY if state.proxy else SEEN_DIRECTLY,
        clock=_clock(state.clock_ahead_ms),
        notice=_notice(state),
    )


def _sentence(state: ConnectionState) -> str:
    """Return what the connection does at this moment."""
    if state.phase == "offline":
        return _offline(state)
    return CONNECTED if state.phase == "connected" else CONNECTING


def _offline(state: ConnectionState) -> str:
    """Return what keeps us from the network, and what that means for what is written."""
    if state.has_proxy_failed and state.last_error:
        return state.last_error
    return f"{state.last_error or NOBODY_ANSWERS} {STILL_TRYING}"


def _stops(state: ConnectionState) -> list[StopView]:
    stops = [_stop("You", "works", "this computer")]
    if state.proxy:
        stops.append(_proxy(state, state.proxy))
    stops += [_node(name, position, state) for position, name in enumerate(NODE_NAMES)]
    return [*stops, _swarm(state)]


def _proxy(state: ConnectionState, address: str) -> StopView:
    if state.has_proxy_failed:
        return _stop("Proxy", "silent", address)
    return _stop("Proxy", "works" if state.phase == "connected" else "tried", address)


def _node(name: str, position: int, state: ConnectionState) -> StopView:
    if state.has_proxy_failed:
        return _stop(name, "waits")
    if position >= len(state.route):
        return _stop(name, "sought")
    ed25519 = state.route[position]
    key = ed25519.hex()[:NODE_KEY_SHOWN]
    if ed25519 in state.suspects:
        return _stop(name, "silent", key)
    if state.phase != "connected" or ed25519 not in state.proven:
        return _stop(name, "tried", key)
    delay = state.guard_delay_ms if position == 0 else None
    return _stop(name, "works", f"{key} · about {delay} ms" if delay else key)


def _swarm(state: ConnectionState) -> StopView:
    if state.has_proxy_failed:
        return _stop("Swarm", "waits")
    if state.phase != "connected":
        return _stop("Swarm", "sought")
    nodes = "1 node" if state.swarm_size == 1 else f"{state.swarm_size} nodes"
    return _stop("Swarm", "works", f"yours: {nodes}" if state.swarm_size else "")


def _stop(name: str, state: StopState, place: str = "") -> StopView:
    return StopView(name, place, state, STATE_WORDS[state])


def _problem(state: ConnectionState, now_ms: int) -> str:
    if not state.last_error:
        return ""
    when = _ago(now_ms - state.last_error_at_ms)
    if state.phase == "offline":
        # The sentence above says already why.
        return f"The last try failed {when}."
    return f"Last problem, {when}: {state.last_error}"


def _notice(state: ConnectionState) -> NoticeView | None:
    """Return what the sidebar says; being offline comes before a wrong clock."""
    if state.phase == "offline":
        return NoticeView(
            "offline", "No connection", _offline(state), offers_proxy=state.has_proxy_failed
        )
    if state.clock_ahead_ms:
        return NoticeView("clock", "Check the clock", _clock(state.clock_ahead_ms))
    return None


def _clock(ahead_ms: int) -> str:
    if not ahead_ms:
        return ""
    direction = "ahead" if ahead_ms > 0 else "behind"
    return (
        f"This computer's clock is {_span(abs(ahead_ms))} {direction}. "
        "Messages carry the network's time. Set the clock."
    )


def _ago(passed_ms: int) -> str:
    return "just now" if passed_ms < MINUTE_MS else f"{_span(passed_ms)} ago"


def _span(length_ms: int) -> str:
    """Return a length of at least a minute in one unit."""
    minutes = length_ms // MINUTE_MS
    hours = minutes // MINUTES_PER_HOUR
    days = hours // HOURS_PER_DAY
    if hours < UNITS_BEFORE_LARGER:
        return f"{minutes} minute" + ("s" if minutes > 1 else "")
    return f"{days} days" if days >= UNITS_BEFORE_LARGER else f"{hours} hours"
