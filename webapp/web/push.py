"""Live updates: what the services tell becomes HTML in every open tab.

The same partials draw the page, the answer to an action and the push (R27).
Rendering happens on the thread that published the event, after its commit.
"""

import threading
from collections.abc import Callable

from flask import Flask

from webapp.services import reading
from webapp.services.errors import ServiceError
from webapp.services.events import (
    AccountChanged,
    AccountEvent,
    BlockingChanged,
    CodeChanged,
    ConnectionChanged,
    ConversationChanged,
    ConversationCleared,
    ConversationRemoved,
    Event,
    LockSettingsChanged,
    MessageChanged,
    MessagesAdded,
    MessagesRemoved,
    OfAccount,
    PreferencesChanged,
)
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.web.languages import Language
from webapp.web.live import Live
from webapp.web.texts import speaking
from webapp.web.views import screens


class Push:
    """Subscribes to the event bus and sends patches to all tabs."""

    def __init__(
        self, app: Flask, *, live: Live, runtime: Runtime, language: Callable[[], Language]
    ) -> None:
        self._app = app
        self._language = language
        # Two threads that draw one message must push in the order in which they read it, or an
        # old state would arrive last and stay.
        self._in_order = threading.Lock()
        self._live = live
        self._runtime = runtime

    def __call__(self, event: Event) -> None:
        if not self._live.has_listeners():
            return
        # Asked before anything is drawn: what is shown meanwhile is another account's.
        view = self._runtime.view
        if _is_flood(event, view[1]):
            # A page holds no more than that: the rest is loaded by scrolling up.
            self._live.ask_to_refresh()
            return
        with self._app.app_context(), speaking(self._language()), self._in_order:
            try:
                self._live.push(self._render(event, shown=view[1]), view=view)
            except ServiceError:
                return  # The account has been closed since: there is nobody to tell.

    def _render(self, event: Event, *, shown: str) -> str:
        match event:
            case OfAccount(handle, inner) if handle == shown:
                return self._of_shown(self._runtime.account(handle), inner)
            case OfAccount(_, MessagesAdded() | ConversationChanged() | AccountChanged()):
                return screens.switcher()
            case OfAccount(_, ConversationCleared() | ConversationRemoved() | MessagesRemoved()):
                return screens.switcher()
            case CodeChanged():
                account = self._runtime.account()
                return screens.look(account) + screens.warnings(account)
            case _:
                return ""

    def _of_shown(self, account: OpenAccount, event: AccountEvent) -> str:
        match event:
            case MessagesAdded(conversation_id, message_ids):
                return screens.messages_and_row(account, conversation_id, message_ids)
            case MessageChanged(conversation_id, message_id):
                return screens.messages_and_row(account, conversation_id, (message_id,))
            case MessagesRemoved(conversation_id, message_ids):
                return screens.removed_messages(
                    account, message_ids, conversations=(conversation_id,)
                )
            case ConversationChanged(conversation_id):
                return screens.messages_and_row(account, conversation_id, ())
            case ConversationCleared(conversation_id):
                return screens.redrawn(account, conversation_id)
            case BlockingChanged(conversation_id):
                return screens.redrawn(account, conversation_id) + screens.blocked(account)
            case ConversationRemoved(conversation_id):
                return screens.removed(account, conversation_id)
            case ConnectionChanged():
                return screens.connection(account)
            case AccountChanged():
                return screens.account_names(account)
            case PreferencesChanged() | LockSettingsChanged():
                return screens.look(account) + screens.warnings(account)


def _is_flood(event: Event, shown: str) -> bool:
    match event:
        case OfAccount(handle, MessagesAdded(message_ids=message_ids)):
            return handle == shown and len(message_ids) > reading.PAGE_LIMIT
        case _:
            return False
