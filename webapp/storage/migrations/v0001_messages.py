"""Step 1: one account, the people it knows, conversations, messages, and what is due.

Ids of people are 33 bytes, hashes of stored messages 43 characters (the form in which
nodes give them), times are Unix milliseconds unless the name says otherwise.
"""

STATEMENTS = (
    # The one row that makes a container an account.
    """
    CREATE TABLE account (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seed BLOB NOT NULL CHECK (length(seed) = 16),
        name TEXT NOT NULL,
        profile_updated_s INTEGER NOT NULL,
        network TEXT NOT NULL,
        words_confirmed INTEGER NOT NULL
    ) STRICT
    """,
    # A person, and who of the two has accepted the other.
    """
    CREATE TABLE contact (
        account_id BLOB PRIMARY KEY CHECK (length(account_id) = 33),
        name TEXT,
        profile_updated_s INTEGER NOT NULL DEFAULT 0,
        approved INTEGER NOT NULL DEFAULT 0,
        approved_me INTEGER NOT NULL DEFAULT 0,
        blocked INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID
    """,
    # The last five columns repeat what the messages say: grouping a million of them
    # for every look at the list would take a quarter of a second.
    """
    CREATE TABLE conversation (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        account_id BLOB NOT NULL UNIQUE CHECK (length(account_id) = 33),
        last_activity_ms INTEGER NOT NULL,
        snippet TEXT NOT NULL DEFAULT '',
        last_state TEXT,
        last_outgoing INTEGER NOT NULL DEFAULT 0,
        unread INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    # The same author and time is the same message, however often it arrives.
    """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        conversation_id INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
        author BLOB NOT NULL CHECK (length(author) = 33),
        outgoing INTEGER NOT NULL,
        body TEXT NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        sort_ms INTEGER NOT NULL,
        state TEXT NOT NULL,
        hash TEXT,
        UNIQUE (author, sent_at_ms)
    ) STRICT
    """,
    "CREATE INDEX message_page ON message (conversation_id, sort_ms, id)",
    # For the newest time this account has used; two messages must never share one.
    "CREATE INDEX message_outgoing ON message (sent_at_ms) WHERE outgoing = 1",
    # What is still to be stored on the network, byte for byte as it will be sent.
    """
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message_id INTEGER REFERENCES message ON DELETE CASCADE,
        kind TEXT NOT NULL,
        conversation_id INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
        recipient BLOB NOT NULL CHECK (length(recipient) = 33),
        data BLOB NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        ttl_ms INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_attempt_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX outbox_conversation ON outbox (conversation_id, id)",
    "CREATE INDEX outbox_message ON outbox (message_id)",
    # Stored items this account has dealt with, until the network forgets them too. Only
    # the first 22 characters of a hash are kept.
    """
    CREATE TABLE received (
        hash TEXT PRIMARY KEY,
        expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # The last item fetched, for each node and namespace.
    """
    CREATE TABLE cursor (
        node BLOB NOT NULL CHECK (length(node) = 32),
        namespace INTEGER NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (node, namespace)
    ) STRICT, WITHOUT ROWID
    """,
    # How many items were refused, and why.
    """
    CREATE TABLE rejected (
        reason TEXT PRIMARY KEY,
        count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
