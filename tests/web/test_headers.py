"""Every answer carries exactly the headers of security.md S7, whoever gives it."""

import pytest

from tests.web.raw_client import LIVE_TARGET, Answer, exchange, handshake_headers
from tests.web.stack import Stack, cookie
from webapp.web.sessions import HostKind

EXPECTED = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
FORBIDDEN = ("server", "via", "x-powered-by")


def assert_secured(answer: Answer) -> None:
    for name, value in EXPECTED.items():
        assert answer.all(name) == [value]
    (policy,) = answer.all("permissions-policy")
    assert "camera=()" in policy
    assert "microphone=()" in policy
    names = [name for name, _ in answer.headers]
    assert not [name for name in names if name in FORBIDDEN or name.startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/private", 200),
        ("/static/module.js", 200),
        ("/static/missing.js", 404),
        ("/launch.js", 200),
        ("/missing", 404),
        ("/no/such/route", 404),
        ("/sabotage", 500),
        ("/generous", 200),
        ("/launch", 405),
        ("/a//b", 400),
        ("/socket.io/?EIO=4&transport=polling", 400),
    ],
)
def test_every_route_and_status_is_secured(stack: Stack, path: str, status: int) -> None:
    session = stack.enter()
    headers = stack.headers(session)
    if path.startswith("/socket.io"):
        headers["Origin"] = f"http://{stack.host()}"
    answer = stack.ask("GET", path, headers)
    assert answer.status == status
    assert_secured(answer)


def test_refusals_of_strangers_are_secured(stack: Stack) -> None:
    for headers in ({"Host": stack.host()}, {"Host": "evil.example"}, {}):
        assert_secured(stack.ask("GET", "/", headers))


def test_what_the_server_itself_refuses_is_secured(stack: Stack) -> None:
    for request in (b"garbage\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"):
        assert_secured(exchange(stack.port, request))


def test_rate_and_size_refusals_are_secured(stack: Stack) -> None:
    session = stack.enter()
    large = stack.headers(session, **{"Content-Length": "999999"})
    assert_secured(stack.ask("POST", "/echo", large))
    while session.allowance.take():
        pass
    assert_secured(stack.get("/private", session))


def test_a_refused_handshake_is_secured(stack: Stack) -> None:
    stranger = handshake_headers(stack.host())
    assert_secured(stack.ask("GET", LIVE_TARGET, stranger))
    broken = handshake_headers(stack.host(), Cookie=cookie(stack.enter()))
    assert_secured(stack.ask("GET", "/socket.io/?EIO=4", broken))


def test_launch_and_door_are_secured(stack: Stack) -> None:
    home = {"Host": stack.host(HostKind.LOOPBACK)}
    assert_secured(stack.ask("POST", "/launch", {**home, "Origin": "null"}, b"secret=a.b"))
    assert_secured(stack.ask("POST", "/door", home, b"knock"))
