"""What is said in which language, and how regions write numbers and dates."""

import json
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, timedelta
from wsgiref.types import WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from webapp.network.errors import ProxyFailed
from webapp.services.errors import MessageTooLong, ProxyUnusable
from webapp.web.error_texts import ERROR_TEXTS
from webapp.web.errors import error_body
from webapp.web.interface_language import InterfaceLanguage
from webapp.web.languages import CODES, Language, Preference, language, language_for
from webapp.web.presenters import Calendar
from webapp.web.texts import (
    Counted,
    count,
    gettext,
    ngettext,
    say,
    speaking,
    spoken,
    use_texts,
)

GERMAN = language("de")
NOON = datetime(2026, 11, 18, 12, 5).astimezone()


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("accepted", "preference", "tag"),
    [
        (["de-DE", "de", "en"], "auto", "de-DE"),
        (["de"], "auto", "de"),
        (["de-AT"], "auto", "de-AT"),
        (["de-XX"], "auto", "de"),
        (["DE-ch"], "auto", "de-CH"),
        (["fr-FR", "nl", "en-US"], "auto", "en-US"),
        (["nl", "de"], "auto", "de"),
        (["fr"], "auto", "en-GB"),
        ([], "auto", "en-GB"),
        (["*"], "auto", "en-GB"),
        (["en-Dsrt-US", "de"], "auto", "en"),
        (["en-US"], "de", "de"),
        (["en-US", "de-CH"], "de", "de-CH"),
        (["de-DE", "en-AU"], "en", "en-AU"),
        (["de-DE"], "en", "en-GB"),
    ],
)
def test_the_language_is_the_chosen_one_in_the_region_of_the_browser(
    accepted: list[str], preference: Preference, tag: str
) -> None:
    assert language_for(accepted, preference).tag == tag


@given(st.lists(st.text(max_size=12), max_size=5), st.sampled_from(["auto", "en", "de"]))
def test_whatever_a_browser_accepts_there_is_a_language(
    accepted: list[str], preference: Preference
) -> None:
    found = language_for(accepted, preference)

    assert found.code in CODES
    assert preference in ("auto", found.code)


def test_without_anybody_to_ask_english_is_spoken() -> None:
    assert spoken().tag == "en-GB"
    assert gettext("Yesterday") == "Yesterday"


def test_a_sentence_is_said_in_the_language_of_the_block() -> None:
    with speaking(GERMAN):
        assert gettext("Yesterday") == "Gestern"

    assert gettext("Yesterday") == "Yesterday"


def test_what_nobody_has_translated_is_said_in_english() -> None:
    with speaking(GERMAN):
        assert gettext("A sentence of this test.") == "A sentence of this test."


@pytest.mark.parametrize(
    ("tag", "number", "said"),
    [
        ("en-GB", 1, "1 minute ago"),
        ("en-GB", 0, "0 minutes ago"),
        ("en-US", 1234, "1,234 minutes ago"),
        ("de", 1, "vor 1 Minute"),
        ("de", 1234, "vor 1.234 Minuten"),
        ("de-CH", 1234, "vor 1’234 Minuten"),
    ],
)
def test_numbers_are_counted_and_written_as_the_region_does(
    tag: str, number: int, said: str
) -> None:
    with speaking(language(tag)):
        assert ngettext("%(num)s minute ago", "%(num)s minutes ago", number) == said
        assert Counted("%(num)s minute ago", "%(num)s minutes ago").of(number) == said


def test_what_a_lower_layer_has_to_tell_is_said_with_its_values() -> None:
    with speaking(GERMAN):
        assert say(ProxyFailed("127.0.0.1:9050").sentence) == (
            "Der Proxy unter 127.0.0.1:9050 antwortet nicht. "
            "Ohne ihn wird nichts gesendet, wie du es gewählt hast."
        )


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MessageTooLong(1), "Diese Nachricht ist 1 Zeichen zu lang."),
        (MessageTooLong(2000), "Diese Nachricht ist 2.000 Zeichen zu lang."),
        (
            ProxyUnusable(ProxyFailed("[::1]:9050").sentence),
            "Der Proxy unter [::1]:9050 antwortet nicht. "
            "Ohne ihn wird nichts gesendet, wie du es gewählt hast.",
        ),
    ],
)
def test_an_error_is_told_in_the_language_of_the_reader(error: Exception, message: str) -> None:
    with speaking(GERMAN):
        body = error_body(ERROR_TEXTS[type(error)], error)

    assert json.loads(body)["error"]["message"] == message


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", ERROR_TEXTS, ids=lambda kind: kind.__name__)
def test_every_error_can_be_told_in_every_language(kind: type[Exception], code: str) -> None:
    text = ERROR_TEXTS[kind]
    names = ("count", "length", "longest", "nearest", "position", "reason", "shortest", "word")
    error = Exception()
    vars(error).update({**dict.fromkeys(names, "7"), "over": 7, "seconds": 7})

    with speaking(language(code)):
        message, hint = text.said(error)

    assert message
    assert "%" not in message + hint


def test_a_template_says_sentences_and_escapes_values() -> None:
    environment = Environment(autoescape=True)
    use_texts(environment)
    page = environment.from_string(
        '{{ _("Everything goes through <bdi>%(proxy)s</bdi>", proxy=proxy) }}'
        ' {{ ngettext("%(num)s minute ago", "%(num)s minutes ago", 1500) }} {{ count(1500) }}'
    )

    with speaking(GERMAN):
        assert page.render(proxy="<b>") == (
            "Alles geht über <bdi>&lt;b&gt;</bdi> vor 1.500 Minuten 1.500"
        )


def test_a_template_drawn_in_two_languages_keeps_none_of_them() -> None:
    environment = Environment(autoescape=True)
    use_texts(environment)
    page = environment.from_string('{{ _("Yesterday") }}')

    with speaking(GERMAN):
        first = page.render()

    assert (first, page.render()) == ("Gestern", "Yesterday")


@pytest.mark.parametrize(
    ("tag", "earlier", "row"),
    [
        ("en-GB", timedelta(), "12:05"),
        ("en-US", timedelta(), "12:05\u202fPM"),
        ("de", timedelta(), "12:05"),
        ("de", timedelta(minutes=-5), "12:10"),
        ("de", timedelta(days=1), "Gestern"),
        ("de", timedelta(days=2), "Mo"),
        ("en-GB", timedelta(days=6), "Thu"),
        ("de", timedelta(days=7), "11. Nov."),
        ("en-US", timedelta(days=7), "Nov 11"),
        ("de", timedelta(days=365), "18. Nov. 2025"),
        ("en-US", timedelta(days=365), "Nov 18, 2025"),
    ],
)
def test_a_row_tells_its_time_as_the_region_does(tag: str, earlier: timedelta, row: str) -> None:
    with speaking(language(tag)):
        assert Calendar(ms(NOON)).short(ms(NOON - earlier)) == row


@pytest.mark.parametrize(
    ("tag", "full"),
    [
        ("en-GB", "Wednesday, 18 November 2026, 12:05"),
        ("en-US", "Wednesday, November 18, 2026, 12:05\u202fPM"),
        ("de", "Mittwoch, 18. November 2026, 12:05"),
    ],
)
def test_nothing_of_a_time_is_left_out_where_all_is_asked_for(tag: str, full: str) -> None:
    with speaking(language(tag)):
        assert Calendar(ms(NOON)).full(ms(NOON)) == full


def test_a_page_carries_for_its_scripts_what_they_say_and_no_more() -> None:
    texts = GERMAN.script_texts

    assert texts["Yesterday"] == "Gestern"
    assert "Your 13 recovery words" not in texts
    assert language("en-US").script_texts == {}


Ask = Callable[[WSGIEnvironment], str]


@pytest.fixture
def ask() -> tuple[Ask, list[Preference]]:
    """An app that says one word, and what the account prefers."""
    preferred: list[Preference] = ["auto"]
    interface = InterfaceLanguage(lambda: preferred[-1])
    app = interface.layer(lambda _environ, _start: [count(1000).encode()])
    # In a context of its own, as each thread of the server has one.
    context = copy_context()
    return lambda environ: context.run(
        lambda: b"".join(app(environ, lambda *_: print)).decode()
    ), preferred


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "1.000"),
        ("en;q=0.5,de-CH;q=0.9", "1’000"),
        ("de;q=0,en", "1,000"),
        ("", "1,000"),
        ("\xff;q=x,,;;", "1,000"),
    ],
)
def test_a_request_is_answered_in_the_language_that_it_asks_for(
    ask: tuple[Ask, list[Preference]], header: str, said: str
) -> None:
    assert ask[0]({"HTTP_ACCEPT_LANGUAGE": header}) == said


def test_what_the_account_prefers_comes_before_the_browser(
    ask: tuple[Ask, list[Preference]],
) -> None:
    answer, preferred = ask
    preferred.append("en")

    assert answer({"HTTP_ACCEPT_LANGUAGE": "de"}) == "1,000"


def test_one_answer_says_nothing_of_the_language_of_the_next(
    ask: tuple[Ask, list[Preference]],
) -> None:
    assert ask[0]({"HTTP_ACCEPT_LANGUAGE": "de"}) == "1.000"
    assert ask[0]({}) == "1,000"


def test_a_computer_in_german_is_spoken_to_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_MESSAGES", "de_AT.UTF-8")
    monkeypatch.delenv("LANGUAGE", raising=False)

    assert InterfaceLanguage(lambda: "auto").of_tabs().tag == "de-AT"
    assert InterfaceLanguage(lambda: "en").of_tabs().tag == "en-GB"


def test_a_tag_is_the_same_language_every_time() -> None:
    assert language_for(["de-AT"], "auto") is language("de-AT")
    assert isinstance(language("de-AT"), Language)
