"""How often garbage is collected: thousands of small Worlds come and go on top of large imports."""

import gc


def let_lie() -> None:
    """Never look at what is there by now, and seldom at the rest: the default thresholds cost a tenth of the time.

    With a higher one the garbage of ten Worlds has left the processor's caches when it is looked at: twice as slow.
    """
    gc.freeze()
    gc.set_threshold(5_000, 50, 100)
