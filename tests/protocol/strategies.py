"""What strangers might send: made-up values for the property tests."""

from hypothesis import strategies as st

from webapp.protocol.content import (
    BODY_LIMIT,
    Content,
    Expiration,
    ExpirationKind,
    MessageRequestResponse,
    Profile,
    VisibleMessage,
    clean_name,
)
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS

keys32 = st.binary(min_size=32, max_size=32)
account_ids = keys32.map(AccountId)
timestamps_ms = st.integers(min_value=1, max_value=MAX_TIMESTAMP_MS)
hash_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
message_hashes = st.text(hash_letters, min_size=43, max_size=43).map(MessageHash)

# Any document, and documents that look more like a reply.
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=BODY_LIMIT)
names = texts.map(clean_name).map(lambda name: name or None)
pictures = st.none() | st.tuples(
    st.text("abc/:.é", min_size=1, max_size=100), st.binary(min_size=32, max_size=32)
)
expirations = st.builds(
    Expiration,
    st.sampled_from(ExpirationKind),
    timer_s=st.integers(min_value=1, max_value=2**32 - 1),
)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    url, key = draw(pictures) or (None, None)
    updated_s = draw(st.integers(min_value=0, max_value=MAX_TIMESTAMP_MS // 1000))
    return Profile(draw(names), picture_url=url, picture_key=key, updated_s=updated_s)


visible_messages = st.builds(
    VisibleMessage,
    texts,
    profile=st.none() | profiles(),
    sync_target=st.none() | account_ids,
    expiration=st.none() | expirations,
)
responses = st.builds(MessageRequestResponse, st.booleans(), profile=st.none() | profiles())
contents = st.builds(Content, timestamps_ms, message=visible_messages | responses)
