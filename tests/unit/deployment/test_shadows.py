"""Names that another certificate of the same listener has too are told, and are no reason to doubt."""

from dataclasses import replace

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension, HandshakeSeen
from certdrop.deployment.shadows import find_rivals, find_shadowed, note_shadowed
from tests.unit.deployment.builders import NOW, facts, listener, seen, shown, work

SHOP = facts("shop.example", "www.shop.example", serial="a")
BESIDE = facts("www.shop.example", "blog.example", serial="b")
EC = facts("www.shop.example", serial="c", key_kind="ec")


def test_a_rival_has_the_very_name_and_the_same_kind_of_key_and_is_there() -> None:
    view = seen(listener(SHOP, BESIDE, EC), SHOP)

    assert [one.label for one in find_rivals("www.shop.example", work(SHOP), view)] == [BESIDE.cas_name]
    assert find_rivals("shop.example", work(SHOP), view) == []
    assert find_rivals("www.shop.example", work(BESIDE, slot="additional"), seen(listener(SHOP, BESIDE), BESIDE)) == []
    late = replace(listener(SHOP), additional=(shown(BESIDE, status="associating"),))
    assert find_rivals("www.shop.example", work(SHOP), seen(late, SHOP)) == []


def test_a_default_that_is_proved_tells_the_names_that_additional_ones_show() -> None:
    wanted = work(SHOP)
    view = seen(listener(SHOP, BESIDE), SHOP, handshakes={wanted.deployment: HandshakeSeen("ours")})

    [end] = decide([wanted], None, view, NOW).ends

    assert (end.end, end.code) == ("served", "names-shadowed")
    assert f"www.shop.example ({BESIDE.cas_name})" in end.message


def test_a_domain_extension_shadows_a_name_of_the_default() -> None:
    extension = Extension("de-1", "www.shop.example", shown(BESIDE))

    assert find_shadowed(work(SHOP, service="clb"), seen(listener(SHOP, extensions=(extension,)), SHOP)) == [
        f"www.shop.example ({BESIDE.cas_name})"
    ]


def test_of_many_names_some_are_said() -> None:
    [note] = note_shadowed(f"{number}.example (x)" for number in range(12))

    assert note.message.endswith("9.example (x) and 2 more")
    assert note_shadowed([]) == []


def test_where_there_is_no_listener_there_is_no_rival() -> None:
    assert find_rivals("shop.example", work(SHOP), seen(None, SHOP)) == []
