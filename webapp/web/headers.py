"""The headers of every answer: pages, errors, static files, ``/socket.io/`` (security.md S7).

They are set in the outermost WSGI layer, because what Flask adds does not reach the answers of
Socket.IO or of the server itself. The one exception is ``101 Switching Protocols``: it carries no
document, and the WebSocket library writes it.
"""

from collections.abc import Iterable, Sequence
from types import TracebackType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

# Copying one's own Account ID is the only feature in use; a later one is added here.
_DENIED_FEATURES = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(
    (*(f"{feature}=()" for feature in _DENIED_FEATURES), "clipboard-write=(self)")
)

SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", PERMISSIONS_POLICY),
    # Static files too: the host name is new at every start, so a cached copy would never be used
    # again, yet would lie on the disk and tell that this program was here (security.md W5).
    ("Cache-Control", "no-store"),
)

# Tells a browser to forget what it keeps of us: "cookies" would take the session along.
CLEAR_SITE_DATA = ("Clear-Site-Data", '"cache", "storage"')

_SET_BY_US = frozenset(name.lower() for name, _ in SECURITY_HEADERS)
# Banners, and the permissions for other origins that the Socket.IO library likes to give.
_NEVER_SENT = frozenset({"server", "via", "x-powered-by"})
_NEVER_SENT_PREFIX = "access-control-"


def secured(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return ``headers`` with ours in place of whatever they said about the same matters."""
    kept = [(name, value) for name, value in headers if _is_left_to_app(name.lower())]
    return [*kept, *SECURITY_HEADERS]


class SecureHeaders:
    """The outermost WSGI layer: every answer of ``app`` leaves with the security headers."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str,
            headers: Sequence[tuple[str, str]],
            exc_info: tuple[type[BaseException], BaseException, TracebackType]
            | tuple[None, None, None]
            | None = None,
            /,
        ) -> object:
            return start_response(status, secured(headers), exc_info)

        return self._app(environ, start)  # type: ignore[arg-type]  # its write() is the server's


def _is_left_to_app(name: str) -> bool:
    return (
        name not in _SET_BY_US
        and name not in _NEVER_SENT
        and not name.startswith(_NEVER_SENT_PREFIX)
    )
