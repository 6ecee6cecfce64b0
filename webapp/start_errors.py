"""Why a start ended, in sentences for the terminal: what happened, and what is safe."""

from webapp.network.errors import InvalidProxyAddress, NetworkError
from webapp.storage import errors as storage
from webapp.web.errors import LaunchFolderUnusable, PortForbidden, PortTaken

DIRECTORY_REASONS = {
    "read_only": "it is on a disk that cannot be written to",
    "not_allowed": "this user may not write there",
    "no_space": "the disk is full",
    "not_a_directory": "there is something else in its place",
    "foreign_files": "it holds files that are not Safehouse's",
    "failed": "the disk refused",
}

SENTENCES: dict[type[Exception], str] = {
    storage.AlreadyRunning: (
        "Safehouse already runs on this data directory, but does not answer. "
        "End that process, then start again."
    ),
    storage.VaultDamaged: (
        "The vault in this data directory is damaged. Nothing was changed. "
        "If you have a copy of the directory, put it back; your recovery words work in any case."
    ),
    storage.VaultTooNew: (
        "A newer version of Safehouse wrote this data directory. Nothing was changed. "
        "Start that version."
    ),
    storage.DatabaseTooNew: (
        "A newer version of Safehouse wrote this account. Nothing was changed. Start that version."
    ),
    storage.DatabaseUnreadable: (
        "The account in this data directory is damaged. Nothing was changed. "
        "If you have a copy of the directory, put it back; your recovery words work in any case."
    ),
    storage.StorageError: "The data directory could not be read or written. Nothing was lost.",
    NetworkError: "The network file is not one that Safehouse understands. Nothing was changed.",
    InvalidProxyAddress: (
        "The proxy that this account keeps cannot be read, and nothing is sent without it. "
        "Nothing was changed. Give the proxy with --proxy."
    ),
    LaunchFolderUnusable: (
        "The folder for the launch file in your home directory is not private to you. "
        "Remove it, then start again. Nothing was changed."
    ),
}
START_ERRORS: tuple[type[Exception], ...] = (*SENTENCES, PortTaken, PortForbidden)


def sentence_of(error: Exception) -> str:
    """Return the sentence for ``error``, one of START_ERRORS."""
    match error:
        case PortTaken(address=address, port=port):
            return (
                f"Another program listens on {address} port {port}. Nothing was changed. "
                "Choose another with --port, or leave it out."
            )
        case PortForbidden(port=port):
            return f"This user may not listen on port {port}. Choose one above 1023."
        case storage.DataDirectoryUnusable(reason=reason):
            why = DIRECTORY_REASONS[reason]
            return f"The data directory cannot be used: {why}. Nothing was changed."
    kind = next(kind for kind in type(error).__mro__ if kind in SENTENCES)
    return SENTENCES[kind]
