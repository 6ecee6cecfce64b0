"""Step 2: what is remembered of the network, so that a start need not ask anew."""

STATEMENTS = (
    # The storage nodes of this account's network. Each is in the list or is not; what
    # became of it in use is forgotten with the process.
    """
    CREATE TABLE node (
        ed25519 BLOB PRIMARY KEY CHECK (length(ed25519) = 32),
        x25519 BLOB NOT NULL CHECK (length(x25519) = 32),
        ip TEXT NOT NULL,
        port INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # One row: when the list was made, by the clock of this computer.
    """
    CREATE TABLE node_list (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        listed_at_ms INTEGER NOT NULL
    ) STRICT
    """,
    # The nodes that see this computer's address, the one that worked last at place 0.
    """
    CREATE TABLE guard (
        place INTEGER PRIMARY KEY,
        ed25519 BLOB NOT NULL CHECK (length(ed25519) = 32)
    ) STRICT
    """,
)
