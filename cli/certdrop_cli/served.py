"""What `certdrop status` shows of the listeners: what they serve, for how long, and what was changed by hand."""

from collections.abc import Iterator, Sequence

from certdrop.bundle.codes import printable
from certdrop.views.attention import days_left, look_of_days, name_of
from certdrop.views.listeners import CertificateReport, DriftReport, ListenerReport
from certdrop.views.markup import look_of
from certdrop_cli.report import wrap
from certdrop_cli.style import Style
from certdrop_cli.tables import SHOWN_NAMES, explain, show_time


def render_listeners(listeners: Sequence[ListenerReport], style: Style) -> str:
    """Return a block for each listener; nothing without any."""
    return "".join("\n" + "\n".join(_render(one, style)) + "\n" for one in listeners)


def _render(listener: ListenerReport, style: Style) -> Iterator[str]:
    status = _paint(listener.status, look_of(listener.status), style)
    tail = printable(", ".join(listener.targets)), style.dim(f"seen {show_time(listener.surveyed)}")
    yield "  ".join([style.bold(printable(listener.listener)), status, *tail])
    if listener.trouble:
        yield from wrap(printable(listener.trouble), f"  {style.mark('✘', 'X')} ", style)
    for certificate in listener.certificates:
        yield _render_certificate(certificate, style)
    for drift in listener.drifts:
        yield from _render_drift(drift, style)


def _render_certificate(one: CertificateReport, style: Style) -> str:
    more = len(one.names) - SHOWN_NAMES
    shown = one.model_copy(update={"names": one.names[:SHOWN_NAMES]})
    names = printable(name_of(shown)) + (f" and {more} more" if more > 0 else "")
    where = one.slot + (f" {printable(one.domain)}" if one.domain else "")
    until = f"until {one.not_after:%Y-%m-%d}, " if one.not_after else "until "
    return f"  {where}  {names}  {until}{_paint(days_left(one.days_left), look_of_days(one.days_left), style)}"


def _render_drift(one: DriftReport, style: Style) -> Iterator[str]:
    sign = style.warn(style.mark("…", "..")) if one.heals else style.bad(style.mark("✘", "X "))
    yield f"  {sign} {printable(one.event)}  {style.dim(f'since {show_time(one.since)}')}"
    yield from explain(one.message, one.remedy, "", style)


def _paint(text: str, look: str, style: Style) -> str:
    return {"good": style.good, "open": style.warn}.get(look, style.bad)(text)
