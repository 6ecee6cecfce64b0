"""From the state of the connection to the words and stops of the route view.

A stop is drawn in one of three ways, each a shape and a colour of its own, and says in words
which: it works, it does not answer at the moment, or it is not known yet whether it does.
"""

from dataclasses import dataclass
from typing import Literal

from webapp.sentence import Sentence
from webapp.services.reading import ConnectionState, Proxy
from webapp.web.texts import Counted, count, gettext, mark, ngettext, say

NODE_KEY_SHOWN = 8
MINUTE_MS = 60_000
MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
# From here on the larger unit is clear enough: "90 minutes" says more than "1 hour".
UNITS_BEFORE_LARGER = 2

Unit = Literal["minutes", "hours", "days"]
StopState = Literal["works", "silent", "tried", "sought", "waits"]

LABELS = {
    "connected": mark("Connected"),
    "connecting": mark("Connecting"),
    "offline": mark("Offline"),
}
STATE_WORDS: dict[StopState, str] = {
    "works": mark("works"),
    "silent": mark("not answering at the moment"),
    "tried": mark("being tried"),
    "sought": mark("being looked for"),
    "waits": mark("waits for the proxy"),
}
NODE_NAMES = (mark("First node"), mark("Second node"), mark("Third node"))
SWARM = mark("Swarm")
CONNECTED = mark(
    "Each message passes three nodes. Every node knows only the one before and the one after it."
)
CONNECTING = mark("Looking for nodes that answer, to build a route of three.")
STILL_TRYING = mark("Safehouse goes on trying. What you write now goes out when somebody answers.")
# What is believed as long as nothing more precise is known.
NOBODY_ANSWERS = Sentence(mark("No node answers."))
SEEN_DIRECTLY = mark(
    "The first node sees your network address, but not whom you write to. "
    "Use a proxy if that is a risk."
)
SEEN_THROUGH_PROXY = mark(
    "The proxy sees your network address, the first node only that of the proxy. "
    "Neither sees whom you write to."
)

AGO: dict[Unit, Counted] = {
    "minutes": Counted("%(num)s minute ago", "%(num)s minutes ago"),
    "hours": Counted("%(num)s hour ago", "%(num)s hours ago"),
    "days": Counted("%(num)s day ago", "%(num)s days ago"),
}
CLOCK_AHEAD: dict[Unit, Counted] = {
    "minutes": Counted(
        "This computer's clock is %(num)s minute ahead.",
        "This computer's clock is %(num)s minutes ahead.",
    ),
    "hours": Counted(
        "This computer's clock is %(num)s hour ahead.",
        "This computer's clock is %(num)s hours ahead.",
    ),
    "days": Counted(
        "This computer's clock is %(num)s day ahead.",
        "This computer's clock is %(num)s days ahead.",
    ),
}
CLOCK_BEHIND: dict[Unit, Counted] = {
    "minutes": Counted(
        "This computer's clock is %(num)s minute behind.",
        "This computer's clock is %(num)s minutes behind.",
    ),
    "hours": Counted(
        "This computer's clock is %(num)s hour behind.",
        "This computer's clock is %(num)s hours behind.",
    ),
    "days": Counted(
        "This computer's clock is %(num)s day behind.",
        "This computer's clock is %(num)s days behind.",
    ),
}
CLOCK_ADVICE = mark("Messages carry the network's time. Set the clock.")


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
        label=gettext(LABELS[state.phase]),
        sentence=_sentence(state),
        stops=tuple(_stops(state)),
        problem=_problem(state, now_ms),
        seen=gettext(SEEN_THROUGH_PROXY if state.proxy else SEEN_DIRECTLY),
        clock=_clock(state.clock_ahead_ms),
        notice=_notice(state),
    )


def _sentence(state: ConnectionState) -> str:
    """Return what the connection does at this moment."""
    if state.phase == "offline":
        return _offline(state)
    is_connected = state.phase == "connected"
    return gettext(CONNECTED if is_connected else CONNECTING)


def _offline(state: ConnectionState) -> str:
    """Return what keeps us from the network, and what that means for what is written."""
    if state.has_proxy_failed and state.last_error:
        return say(state.last_error)
    return f"{say(state.last_error or NOBODY_ANSWERS)} {gettext(STILL_TRYING)}"


def _stops(state: ConnectionState) -> list[StopView]:
    stops = [_stop(mark("You"), "works", gettext("this computer"))]
    if state.proxy:
        stops.append(_proxy(state, state.proxy))
    stops += [_node(name, position, state) for position, name in enumerate(NODE_NAMES)]
    return [*stops, _swarm(state)]


def _proxy(state: ConnectionState, address: str) -> StopView:
    if state.has_proxy_failed:
        return _stop(mark("Proxy"), "silent", address)
    return _stop(mark("Proxy"), "works" if state.phase == "connected" else "tried", address)


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
    if not delay:
        return _stop(name, "works", key)
    about = gettext("%(key)s · about %(delay)s ms", key=key, delay=count(delay))
    return _stop(name, "works", about)


def _swarm(state: ConnectionState) -> StopView:
    if state.has_proxy_failed:
        return _stop(SWARM, "waits")
    if state.phase != "connected":
        return _stop(SWARM, "sought")
    if not state.swarm_size:
        return _stop(SWARM, "works")
    size = ngettext("yours: %(num)s node", "yours: %(num)s nodes", state.swarm_size)
    return _stop(SWARM, "works", size)


def _stop(name: str, state: StopState, place: str = "") -> StopView:
    return StopView(gettext(name), place, state, gettext(STATE_WORDS[state]))


def _problem(state: ConnectionState, now_ms: int) -> str:
    if not state.last_error:
        return ""
    when = _ago(now_ms - state.last_error_at_ms)
    if state.phase == "offline":
        # The sentence above says already why.
        return gettext("The last try failed %(when)s.", when=when)
    return gettext("Last problem, %(when)s: %(problem)s", when=when, problem=say(state.last_error))


def _notice(state: ConnectionState) -> NoticeView | None:
    """Return what the sidebar says; being offline comes before a wrong clock."""
    if state.phase == "offline":
        return NoticeView(
            "offline",
            gettext("No connection"),
            _offline(state),
            offers_proxy=state.has_proxy_failed,
        )
    if state.clock_ahead_ms:
        return NoticeView("clock", gettext("Check the clock"), _clock(state.clock_ahead_ms))
    return None


def _clock(ahead_ms: int) -> str:
    if not ahead_ms:
        return ""
    unit, number = _in_one_unit(abs(ahead_ms))
    direction = CLOCK_AHEAD if ahead_ms > 0 else CLOCK_BEHIND
    return f"{direction[unit].of(number)} {gettext(CLOCK_ADVICE)}"


def _ago(passed_ms: int) -> str:
    if passed_ms < MINUTE_MS:
        return gettext("just now")
    unit, number = _in_one_unit(passed_ms)
    return AGO[unit].of(number)


def _in_one_unit(length_ms: int) -> tuple[Unit, int]:
    """Return the unit in which a length of at least a minute is told, and how many of it."""
    minutes = length_ms // MINUTE_MS
    hours = minutes // MINUTES_PER_HOUR
    days = hours // HOURS_PER_DAY
    if hours < UNITS_BEFORE_LARGER:
        return "minutes", minutes
    return ("days", days) if days >= UNITS_BEFORE_LARGER else ("hours", hours)
