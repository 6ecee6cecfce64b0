"""A storage node: its keys, its clock and the messages it keeps. No sockets here."""

import base64

from webapp.clock import Clock
from webapp.localnet.faults import Faults, Lie
from webapp.localnet.owners import Credentials, Owner, Right
from webapp.localnet.revocations import Revocations
from webapp.localnet.store import MessageStore
from webapp.protocol.keys import AccountKeys

# What the practice nodes say they are (storage-rpc.md §5 `info`, §17).
VERSION = (2, 8, 0)
HARD_FORK = (19, 4)

BASE32Z_ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769"


class StorageNode:
    """One member of the network. ``keys.x25519`` is the conversion of ``keys.ed25519``,
    as on the real network, where clients rely on it (storage-rpc.md §16)."""

    ip = "127.0.0.1"

    def __init__(self, keys: AccountKeys, *, swarm_id: int, clock: Clock) -> None:
        self.keys = keys
        self.swarm_id = swarm_id
        self.store = MessageStore()
        self.revocations = Revocations()
        # Both are the network's to set, as it starts and stops the node.
        self.port = 0
        self.running = False
        self.clock = clock
        self.faults = Faults()

    @property
    def ed25519(self) -> bytes:
        return self.keys.ed25519

    @property
    def name(self) -> str:
        """The node's Ed25519 key in hex, which is what others call it."""
        return self.keys.ed25519.hex()

    def now_ms(self) -> int:
        return self.clock.now_ms() + self.faults.clock_offset_ms

    def admits(self, credentials: Credentials, owner: Owner, text: bytes, *, right: Right) -> bool:
        """Return whether ``text`` is signed by someone who has ``right`` as far as we know."""
        revoked = self.revocations.of(owner)
        return credentials.prove(owner, text, right=right, revoked=revoked)

    def sign_b64(self, text: bytes) -> str:
        if Lie.SIGNATURES in self.faults.lies:
            text += b"."
        return base64.b64encode(self.keys.sign(text)).decode()

    def contact_details(self) -> dict[str, object]:
        """Return the node as `get_swarm` lists it (storage-rpc.md §8)."""
        return {
            "address": f"{_base32z(self.ed25519)}.snode",
            "ip": self.ip,
            "port": str(self.port),
            "port_https": self.port,
            # There is neither OxenMQ nor QUIC here; clients that use HTTPS never look.
            "port_omq": 0,
            "port_quic": 0,
            "pubkey_ed25519": self.name,
            "pubkey_legacy": self.name,
            "pubkey_x25519": self.keys.x25519.hex(),
        }

    def chain_state(self) -> dict[str, object]:
        """Return the node as the chain lists it (onion.md §1)."""
        return {
            "public_ip": self.ip,
            "pubkey_ed25519": self.name,
            "pubkey_x25519": self.keys.x25519.hex(),
            "requested_unlock_height": 0,
            "storage_lmq_port": 0,
            "storage_port": self.port,
            "storage_server_version": list(VERSION),
            "swarm_id": self.swarm_id,
        }


def _base32z(raw: bytes) -> str:
    """Return ``raw`` in z-base-32, most significant bit first, the last digit zero-filled."""
    digits = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (digits * 5 - len(raw) * 8)
    return "".join(
        BASE32Z_ALPHABET[number >> shift & 31] for shift in range((digits - 1) * 5, -1, -5)
    )
