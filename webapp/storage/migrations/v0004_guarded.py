"""Step 4: the rows whose age is checked against the vault (vault/freshness.py)."""

STATEMENTS = (
    # What decides about security, such as when the app locks by itself.
    """
    CREATE TABLE guarded (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # One row: the counter of the chain, its digest, and that of the step before.
    """
    CREATE TABLE freshness (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        counter INTEGER NOT NULL,
        previous BLOB NOT NULL CHECK (length(previous) = 12),
        digest BLOB NOT NULL CHECK (length(digest) = 12)
    ) STRICT
    """,
    "INSERT INTO freshness VALUES (1, 0, zeroblob(12), zeroblob(12))",
)
