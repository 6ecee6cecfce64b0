"""What our sockets do that the library's do not. Deadlines themselves: test_https_transport."""

import gc
import socket
import struct

import pytest

from tests.virtual_clock import PATIENCE_S
from webapp.network.deadlines import DeadlineSocket, TlsDeadlineSocket
from webapp.network.https_transport import tls_context

HANG_UP_AT_ONCE = struct.pack("ii", 1, 0)


def test_a_server_that_resets_before_tls_begins_leaves_no_socket_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = DeadlineSocket()
        ours.settimeout(PATIENCE_S)
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_AT_ONCE)
        theirs.close()
        with pytest.raises(OSError, match="reset"):
            tls_context().wrap_socket(ours)
        ours.close()
    # A socket that is collected open warns, and a warning is an error in these tests.
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing) is TlsDeadlineSocket]
