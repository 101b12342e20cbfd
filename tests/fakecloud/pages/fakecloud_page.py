"""Renders the generated parts of docs/fakecloud.md: what raises each code of the five pages, and the rate limits."""

from pathlib import Path

from fakecloud.rates import MINUTE, OF_ACTION, OF_READS, OF_WRITES, Rate
from tests.fakecloud.pages.page import PAGES, Page

FILE = Path(__file__).parents[3] / "docs" / "fakecloud.md"


def render_file(text: str) -> str:
    """Return *text* with its generated parts as they should be; each stands between two comments with its name."""
    for name, part in (("codes", render_codes()), ("rates", render_rates())):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        assert after, f"no place for {name}"
        text = f"{before}{begin}{part}{end}{after}"
    return text


def render_codes() -> str:
    """Return a table of codes for each page."""
    return "".join(_render_page(page) for page in PAGES)


def _render_page(page: Page) -> str:
    real = sum(bool(code.cause) for code in page.codes.values())
    head = f"\n### {page.action} ({page.product.upper()})\n\n{real} of {len(page.codes)} by their real cause.\n\n"
    rows = "".join(
        f"| {code.status} | `{code.name}` | {code.cause or f'*injection*: {code.why}'} |\n"
        for code in sorted(page.codes.values(), key=lambda code: (not code.cause, code.name))
    )
    return f"{head}| HTTP | code | raised by |\n|---|---|---|\n{rows}"


def render_rates() -> str:
    """Return a table of the rate limits."""
    rates = [
        *((f"{service.upper()}, actions that change something", rate) for service, rate in OF_WRITES.items()),
        *((f"{service.upper()}, actions that only read", rate) for service, rate in OF_READS.items()),
        *((f"{service.upper()} {action}", rate) for (service, action), rate in OF_ACTION.items()),
    ]
    rows = "".join(f"| {what} | {_render_rate(rate)} |\n" for what, rate in sorted(rates))
    return f"| what | calls of one action in one region |\n|---|---|\n{rows}"


def _render_rate(rate: Rate) -> str:
    return f"{rate.calls} a {'minute' if rate.seconds == MINUTE else 'second'}"


if __name__ == "__main__":
    FILE.write_text(render_file(FILE.read_text("utf-8")), "utf-8")
