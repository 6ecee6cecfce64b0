"""What a tab wants to know again after a reload: where it was, and what was typed.

Browsers write the storage of a page and the state of its history to the disk (security.md W5), so
neither can hold it. The tab leaves it here instead, under a random name that it keeps in its
history. It is a text that only the tab understands, it goes back to the same session only, and it
is gone with it (decision 0015).
"""

import threading
from collections import OrderedDict

# More tabs than anybody finds again; past that the one that was left longest ago is forgotten.
MOST_TABS = 16
# The way through a long afternoon, with a few forms half filled in.
MOST_CHARACTERS = 16 * 1024


class TabMemory:
    """What the tabs of one session have left behind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()

    def keep(self, tab: str, text: str) -> None:
        """Remember ``text``, at most MOST_CHARACTERS long, in the place of what was there."""
        if len(text) > MOST_CHARACTERS:
            raise ValueError
        with self._lock:
            self._texts[tab] = text
            self._texts.move_to_end(tab)
            while len(self._texts) > MOST_TABS:
                self._texts.popitem(last=False)

    def recall(self, tab: str) -> str | None:
        """Return what ``tab`` has left, None if nothing is known of it."""
        with self._lock:
            return self._texts.get(tab)
