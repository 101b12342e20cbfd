"""Settings of a listener are put right by work that is open for them, once, before it is proved again."""

from dataclasses import replace

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import HandshakeSeen, Observation
from certdrop.deployment.operations import LastOperation, OperationEnd, StepKind
from certdrop.deployment.work import SeenWork
from tests.unit.deployment.builders import NOW, facts, listener, minutes, operated, seen, work

SHOP = facts()
CHANGED = "IdleTimeout is 42, not 15"


def wanted(*, settings: bool = True) -> SeenWork:
    made = work(SHOP, heals=True)
    return replace(made, work=made.work.model_copy(update={"settings": settings}))


def view(changed: str = CHANGED, **fields: object) -> Observation:
    return replace(seen(listener(SHOP), SHOP), changed_settings=changed, **fields)  # type: ignore[arg-type]


def set_before(*, code: str = "", failures: int = 0, number: int = 1) -> LastOperation:
    made = wanted()
    return operated(
        StepKind.SET_ATTRIBUTES,
        made,
        certificates=(),
        end=OperationEnd(code=code),
        failures={made.deployment: failures} if failures else {},
        number=number,
        ended=NOW,
    )


def test_what_differs_is_set_and_the_end_will_say_so() -> None:
    decision = decide([wanted()], None, view(), NOW)

    assert (decision.step.kind, decision.step.certificates) == (StepKind.SET_ATTRIBUTES, ())
    assert [(note.code, note.message) for note in decision.notes.values()] == [
        ("settings-restored", f"put right at the listener: {CHANGED}")
    ]
    assert decision.ends == ()


def test_work_that_is_not_open_for_settings_or_finds_none_changed_is_only_proved() -> None:
    assert decide([wanted(settings=False)], None, view(), NOW).step.kind is StepKind.VERIFY
    assert decide([wanted()], None, view(""), NOW).step.kind is StepKind.VERIFY


def test_a_certificate_comes_before_the_settings() -> None:
    other = facts("other.example", serial="e")
    shown = replace(view(), listener=listener(other))

    assert decide([wanted()], None, shown, NOW).step.kind is StepKind.REPLACE_DEFAULT


def test_what_was_set_is_proved_and_ends_with_what_was_put_right() -> None:
    last = set_before()
    note = decide([wanted()], None, view(), NOW).notes
    last = replace(last, operation=last.operation.model_copy(update={"notes": note}))
    proof = {wanted().deployment: HandshakeSeen("ours")}

    [end] = decide([wanted()], last, view("", handshakes=proof), NOW).ends

    assert (end.end, end.code) == ("served", "settings-restored")
    assert CHANGED in end.message


def test_settings_that_do_not_stay_set_stall_at_the_third_time() -> None:
    again = decide([wanted()], set_before(failures=1), view(), NOW + minutes(1))
    tired = decide([wanted()], set_before(failures=2), view(), NOW + minutes(1))

    assert again.step.kind is StepKind.SET_ATTRIBUTES
    assert (tired.step.kind, [stall.code for stall in tired.stalls]) == (StepKind.STALL, ["NoEffect"])
