"""How the demo looks: on a terminal, and where it is no terminal."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest

from demo.screen import Screen, Tone, make_screen


class Terminal(TextIOWrapper):
    """A terminal that keeps what it is shown."""

    def isatty(self) -> bool:
        return True


def shown(screen: Screen, stream: StringIO, text: str, tone: Tone = "plain") -> list[str]:
    screen.event(12.34, "you", text, tone)
    return stream.getvalue().splitlines()


def test_an_event_is_one_line_of_time_name_and_text() -> None:
    stream = StringIO()

    assert shown(Screen(stream), stream, "PUT it") == ["  12.3 s  you                        PUT it"]


def test_long_texts_continue_below_themselves_within_100_columns() -> None:
    stream = StringIO()

    lines = shown(Screen(stream, unicode=True), stream, "word " * 40, "good")

    assert max(map(len, lines)) <= 100
    assert lines[0][37:].startswith("✓ word")
    assert all(line.startswith(" " * 39 + "word") for line in lines[1:])


def test_lines_stay_lines_and_names_stay_whole() -> None:
    stream, name = StringIO(), "certdrop-shop.example-" + "0" * 60

    lines = shown(Screen(stream), stream, f"one\nimported as {name}")

    assert [line[37:] for line in lines] == ["one", "imported as", name]


def test_without_unicode_only_ascii_is_written() -> None:
    stream = StringIO()
    screen = Screen(stream)

    screen.chapter("Heading")
    screen.good("well")
    screen.bad("wrong")

    assert stream.getvalue().isascii()
    assert "ok well" in stream.getvalue()
    assert "!! wrong" in stream.getvalue()


def test_a_chapter_is_as_wide_as_the_screen() -> None:
    stream = StringIO()

    Screen(stream, unicode=True, width=80).chapter("Heading")

    assert len(stream.getvalue().splitlines()[1]) == 80


def test_colours_never_change_the_text() -> None:
    plain, coloured = StringIO(), StringIO()
    for screen in (Screen(plain), Screen(coloured, colour=True)):
        screen.title("certdrop", "what it is")
        screen.event(1, "job-status-poller", "text", "quiet")
        screen.event(1, "you", "text", "bad")
        screen.fact("name", "value")
        screen.note("note")
        screen.row("on-cert-uploaded", "Upload", 3)

    text = coloured.getvalue()
    for code in ("1", "2", "33", "31;1", "36", "0"):
        text = text.replace(f"\x1b[{code}m", "")

    assert text == plain.getvalue()
    assert "\x1b[" in coloured.getvalue()


@pytest.mark.parametrize(
    ("variable", "value", "coloured"), [("TERM", "xterm", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)]
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, *, coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    terminal, pipe = (kind(BytesIO(), encoding="utf-8") for kind in (Terminal, TextIOWrapper))

    for stream in (terminal, pipe):
        make_screen(stream).good("well")

    written = [stream.buffer.getvalue().decode() for stream in (terminal, pipe)]  # type: ignore[attr-defined]
    assert ["\x1b[" in text for text in written] == [coloured, False]
    assert all("✓" in text for text in written)
