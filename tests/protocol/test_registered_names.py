"""Names on the network; wrong names and values are in the vectors."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import BOB
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.registered_names import name_hash, open_old_registration, open_registration

NONCE = bytes(range(24))
VALUE = bytes.fromhex(
    "0dde54f15736db225a7fb75c3977e9c7153ac8b68ba9ab684de0ae64ecedc1516bc85a5c2eaafeaee146133d1ede04559f"
)


def test_the_worked_name_leads_to_its_account() -> None:
    assert open_registration(VALUE, name="jeff", nonce=NONCE) == BOB.account_id
    assert b64encode(name_hash("jeff")) == b"KkH/jI7BXQ3hjk+30iS3mPI+P8IADymtQ/85xqc5jJ8="


@given(st.binary(max_size=60) | st.binary(min_size=49, max_size=49), st.binary(max_size=30))
def test_any_value_and_nonce_are_refused(value: bytes, nonce: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        open_registration(value, name="jeff", nonce=nonce)


@pytest.mark.parametrize("size", [0, 48, 50, 1_000_000])
def test_an_old_value_of_the_wrong_size_is_refused_before_it_costs_anything(size: int) -> None:
    with pytest.raises(RemoteProtocolError, match="49 bytes"):
        open_old_registration(bytes(size), name="jeff")
