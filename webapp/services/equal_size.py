"""Keeping all containers at one size and time, whenever all of them are closed.

Nothing on the disk says that the owner wants it but the sizes themselves (storage/equal_size.py):
so it holds for every code, also for those that nobody has typed since, and an erase ends it.
The process remembers it as well, for those in use may outgrow whatever says it.
"""

import threading

from webapp.services.errors import NotEnoughRoom
from webapp.storage.data_directory import DataDirectory
from webapp.storage.errors import StorageError


class EqualSize:
    """Pads containers aside, piece by piece, until they are to be opened."""

    def __init__(self, directory: DataDirectory) -> None:
        self._directory = directory
        self._is_on = False
        self._is_running = False
        # Held for one piece: whoever stops it waits for no more than that.
        self._turn = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether the containers are kept at one size. Raises DataDirectoryUnusable."""
        return self._is_on or self._directory.are_containers_equal()

    def switch_on(self) -> None:
        """Want it from now on. Raises NotEnoughRoom and DataDirectoryUnusable."""
        missing, free = self._directory.room()
        if missing > free:
            raise NotEnoughRoom
        self._is_on = True

    def begin(self) -> None:
        """Go to work aside, if it is wanted: all containers are closed."""
        if self._start():
            threading.Thread(target=self._work, name="padding", daemon=True).start()

    def finish(self) -> None:
        """Do all the work that is left, if it is wanted: the program ends."""
        if self._start():
            self._work()

    def pause(self) -> None:
        """Write nothing any more: containers are about to be opened."""
        with self._turn:
            self._is_running = False
            self._remember()

    def forget(self) -> None:
        """Want it no longer, and write nothing any more: everything is being erased."""
        with self._turn:
            self._is_on = self._is_running = False

    def _start(self) -> bool:
        with self._turn:
            self._remember()
            self._is_running = self._is_on
            return self._is_running

    def _remember(self) -> None:
        try:
            self._is_on = self.is_on
        except StorageError:
            return  # Who cannot even look cannot write either. The next lock tries again.

    def _work(self) -> None:
        while self._go_on():
            pass

    def _go_on(self) -> bool:
        """Write a piece; return whether there is more to do."""
        with self._turn:
            try:
                self._is_running = self._is_running and self._directory.pad_once()
            except StorageError:
                # A full disk, say. What is open again is not a bit the safer for an error.
                self._is_running = False
            return self._is_running
