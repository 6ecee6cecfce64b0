"""Why a node does not do what it was asked."""


class LocalnetError(Exception):
    """Anything that goes wrong in the practice network."""


class Refused(LocalnetError):
    """A request is answered with a status other than 200 (storage-rpc.md §11)."""

    def __init__(self, status: int, body: str | dict[str, object]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class InvalidRequest(Refused):
    """A parameter cannot be read; found before any other check is made."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, f"invalid request: {detail}")


class InvalidSetting(Refused):
    """A command of the control interface cannot be read; the text says what would be right."""

    def __init__(self, text: str) -> None:
        super().__init__(400, text)


class StoreFailed(LocalnetError):
    """The database of a node does not take a message; the text is the database's."""


class StoreFull(StoreFailed):
    """A node has no room for another message."""

    def __init__(self) -> None:
        super().__init__("database or disk is full")


class OwnerForgotten(StoreFailed):
    """Real nodes forget an owner with the last message, before they keep the next (§17.12)."""

    def __init__(self) -> None:
        super().__init__("FOREIGN KEY constraint failed")


class FileRefused(LocalnetError):
    """The file server answers with a code other than 200."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class HungUp(LocalnetError):
    """A connection ends without an answer; the caller cannot know what became of the request."""


class MalformedHttp(LocalnetError):
    """What arrived on a connection is not an HTTP request this server reads."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
