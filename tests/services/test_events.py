"""Who hears of an event, and whom a deaf subscriber disturbs."""

from webapp.services.events import ConnectionChanged, Event, EventBus
from webapp.storage.errors import DatabaseClosed


def test_every_subscriber_hears_every_event() -> None:
    bus = EventBus()
    heard: list[tuple[str, Event]] = []
    bus.subscribe(lambda event: heard.append(("first", event)))
    bus.subscribe(lambda event: heard.append(("second", event)))

    bus.publish(ConnectionChanged())

    assert heard == [("first", ConnectionChanged()), ("second", ConnectionChanged())]


def test_a_subscriber_whose_database_has_failed_disturbs_nobody() -> None:
    bus = EventBus()
    heard: list[Event] = []

    def deaf(event: Event) -> None:
        raise DatabaseClosed

    bus.subscribe(deaf)
    bus.subscribe(heard.append)

    bus.publish(ConnectionChanged())

    assert heard == [ConnectionChanged()]
