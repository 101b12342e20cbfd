"""How a World stands, but for its time and for the names it drew: Worlds that stand alike go on alike."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache, partial, singledispatch
from hashlib import blake2b
from operator import attrgetter
from types import BuiltinMethodType, FunctionType, MethodType

from fakecloud.agenda import Entry
from fakecloud.alb.limits import Limits
from fakecloud.alb.resources import SecurityPolicy
from fakecloud.certificates import Chain
from fakecloud.clb.settings import SettingsRules
from fakecloud.fc.executions import Executions
from fakecloud.fc.function import Function
from fakecloud.mns.attributes import QueueAttributes
from fakecloud.mns.messages import Message
from fakecloud.mns.models import Queue
from fakecloud.oss.notifications import Subscription
from fakecloud.oss.objects import Bucket, StoredObject
from fakecloud.persistence import SERVICES
from fakecloud.world import World

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
TOLD = re.compile(r'"(?:message|remedy|fix)": ?"(?:[^"\\]|\\.)*"')
DRAWN = re.compile(r"((?<![0-9A-Za-z-])(?=[A-Za-z-]*\d)[0-9A-Za-z-]{12,})")  # or hashed: a long name with digits in it
LEAST_DRAWN = 1_000_000  # an id that is a number
PLAIN = (int, str, bytes, bool, type(None), Enum)
PASSED_OVER = (float, date, timedelta, World, Executions, BuiltinMethodType)
STANDING = (Function, Subscription, Limits, SecurityPolicy, SettingsRules, QueueAttributes)  # nobody changes them


def take_picture(world: World) -> str:
    """Return a digest of what the services hold and of what is to happen, the same for Worlds that stand alike.

    Moments and seconds are left out, and what documents tell people, since nothing is decided by it. Names that were
    drawn or hashed count by the order in which they appear. What tasks are doing is not in the picture: it is taken
    while nothing runs.
    """
    camera = _Camera()
    for name in SERVICES:
        camera.look(getattr(world, name))
    for entry in sorted(world.agenda.pending(), key=lambda one: one.label):
        camera.look(entry)
    return camera.develop()


class _Camera:
    """Goes through everything that hangs together, each object once."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._names: dict[object, int] = {}
        self._seen: dict[int, tuple[int, object]] = {}  # by identity; the object is held so that no id comes twice

    def develop(self) -> str:
        """Return the digest of all that was seen."""
        return blake2b("\n".join(self._texts).encode(), digest_size=16).hexdigest()

    def look(self, one: object) -> None:
        """See an object and what it holds."""
        if isinstance(one, PLAIN):
            self._look_at_plain(one)
        elif not isinstance(one, (*PASSED_OVER, *STANDING)):
            seen = self._seen.get(id(one))
            if seen is not None:
                self._texts.append(f"={seen[0]}")
                return
            self._seen[id(one)] = len(self._seen), one
            self._texts.append(type(one).__name__)
            for part in _parts_of(one):
                self.look(part)
            self._texts.append(".")

    def _look_at_plain(self, one: object) -> None:
        if isinstance(one, str | bytes):
            text, names = _shape(one)
            self._texts.append(text)
            self._texts += [self._count(name) for name in names]
        elif isinstance(one, int) and one >= LEAST_DRAWN:
            self._texts.append(self._count(one))
        else:
            self._texts.append(repr(one))

    def _count(self, name: object) -> str:
        return f"#{self._names.setdefault(name, len(self._names))}"


@singledispatch
def _parts_of(one: object) -> Iterable[object]:
    """Return what an object holds, as far as it is the World's."""
    return vars(one).values() if type(one).__module__.startswith("fakecloud.") else ()


@_parts_of.register(list)
@_parts_of.register(tuple)
@_parts_of.register(deque)
def _(one: Iterable[object]) -> Iterable[object]:
    return one


@_parts_of.register(set)
@_parts_of.register(frozenset)
def _(one: Iterable[object]) -> Iterable[object]:
    return sorted(one, key=repr)


@_parts_of.register
def _(one: Mapping) -> Iterable[object]:  # type: ignore[type-arg]  # it is registered for what is written here
    return (part for pair in one.items() for part in pair)


@_parts_of.register
def _(one: Chain) -> Iterable[object]:
    return (one.leaf.sha256,)


@_parts_of.register
def _(one: StoredObject) -> Iterable[object]:
    told = one.key.endswith(".html")  # a page for people: nobody reads it back
    return one.key, b"" if told else one.body, one.properties


@_parts_of.register
def _(one: Bucket) -> Iterable[object]:  # listings are in the order of keys, whenever the objects came
    return one.name, one.versioning, sorted(one.objects.items())


@_parts_of.register
def _(one: Queue) -> Iterable[object]:  # the numbers of messages are their order
    return one.name, one.attributes, *sorted(one.messages.values(), key=attrgetter("rank")), *one.on_visible


@_parts_of.register
def _(one: Message) -> Iterable[object]:
    return (value for name, value in vars(one).items() if name != "number")


@_parts_of.register
def _(one: Entry) -> Iterable[object]:
    return one.label, one.cancelled, one.action


@_parts_of.register
def _(one: partial) -> Iterable[object]:  # type: ignore[type-arg]
    return one.func, *one.args


@_parts_of.register
def _(one: MethodType) -> Iterable[object]:
    return one.__func__.__qualname__, one.__self__


@_parts_of.register
def _(one: FunctionType) -> Iterable[object]:
    return one.__qualname__, *(cell.cell_contents for cell in one.__closure__ or ())


@lru_cache(maxsize=4096)
def _shape(text: str | bytes) -> tuple[str, tuple[str, ...]]:
    """Return a text without moments, what is told and drawn names; and those names."""
    known = text if isinstance(text, str) else text.decode("latin-1")
    if len(known) < 12:
        return known, ()
    parts = DRAWN.split(MOMENT.sub("", TOLD.sub("", known)))
    return "#".join(parts[::2]), tuple(parts[1::2])
