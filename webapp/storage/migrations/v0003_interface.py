"""Step 3: what the interface keeps of its own: pins, drafts, nicknames, settings;
and what deleting a message leaves behind.

``priority`` has the meaning it has in the config messages (config.md): 0 is an ordinary
conversation, more stands above it, less is hidden.
"""

STATEMENTS = (
    "ALTER TABLE conversation ADD COLUMN priority INTEGER NOT NULL DEFAULT 0",
    # Set by hand, and gone when the conversation is opened.
    "ALTER TABLE conversation ADD COLUMN marked_unread INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversation ADD COLUMN draft TEXT NOT NULL DEFAULT ''",
    # A message that has come in and has not been seen. Counted by the index, and gone from it
    # when the message is read or deleted, so that the number cannot go wrong.
    "ALTER TABLE message ADD COLUMN unread INTEGER NOT NULL DEFAULT 0",
    """
    CREATE INDEX message_unread ON message (conversation_id, sort_ms, id) WHERE unread = 1
    """,
    # So far only their number was known: the newest ones it must have been.
    """
    UPDATE message SET unread = 1 WHERE id IN (
        SELECT id FROM (
            SELECT message.id, conversation.unread, row_number() OVER (
                PARTITION BY conversation_id ORDER BY sort_ms DESC, message.id DESC
            ) AS place
            FROM message JOIN conversation ON conversation.id = conversation_id
            WHERE outgoing = 0 AND conversation.unread > 0
        ) WHERE place <= unread
    )
    """,
    # A page of the list is read from this index, in the order of the list.
    """
    CREATE INDEX conversation_list
    ON conversation (priority DESC, last_activity_ms DESC, id DESC)
    """,
    # One row: the highest number that a conversation has had. None is given twice, because a
    # page may still show the conversation that was deleted.
    """
    CREATE TABLE conversation_number (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        last INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO conversation_number SELECT 1, coalesce(max(id), 0) FROM conversation",
    # The name that only the owner of this account sees.
    "ALTER TABLE contact ADD COLUMN nickname TEXT",
    # What is not set has the default that the program says.
    """
    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # One row: the highest number and the latest own sent time that deleted messages had. No
    # later message may take them over: open pages still know the number, and the other side
    # takes a second message of the same time for the first.
    """
    CREATE TABLE deleted_mark (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        message_id INTEGER NOT NULL,
        sent_at_ms INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO deleted_mark VALUES (1, 0, 0)",
    # A trigger, so that it holds for every way of deleting, with a whole conversation too.
    """
    CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
        UPDATE deleted_mark SET message_id = max(message_id, old.id),
            sent_at_ms = max(sent_at_ms, iif(old.outgoing, old.sent_at_ms, 0));
    END
    """,
    # The orders to send that this run of the program has carried out.
    """
    CREATE TABLE send_key (
        key TEXT PRIMARY KEY,
        message_id INTEGER REFERENCES message ON DELETE SET NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX send_key_message ON send_key (message_id)",
)
