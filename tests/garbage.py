"""How often garbage is collected: thousands of small Worlds come and go on top of large imports."""

import gc


def let_lie() -> None:
    """Never look at what is there by now, and seldom at the rest: the default thresholds cost a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
