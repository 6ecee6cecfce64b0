"""What the owner of the account has set, as names and texts; ``services`` knows what they mean."""

from webapp.storage.database import AccountDatabase


def load(database: AccountDatabase) -> dict[str, str]:
    """Return every setting that was ever changed; the others have their default."""
    with database.read() as connection:
        return dict(connection.execute("SELECT name, value FROM setting").fetchall())


def store(database: AccountDatabase, name: str, value: str) -> None:
    """Remember the value of one setting."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
