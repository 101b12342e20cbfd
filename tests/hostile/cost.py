"""What judging costs in a warm process: CPU time, which a busy machine does not stretch, and growth of memory."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CPU_SECONDS = 0.25
GROWTH = 64 << 20

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"  # proc(5): the peak becomes what is resident now


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all threads, and by how many bytes the process was larger at its peak than before."""

    seconds: float
    growth: int

    @property
    def is_bounded(self) -> bool:
        """Whether it is within what is promised."""
        return self.seconds <= CPU_SECONDS and self.growth <= GROWTH


def measure(act: Callable[[], object]) -> Cost:
    """Return what *act* costs."""
    gc.collect()
    _PROCESS.joinpath("clear_refs").write_text(_RESET_PEAK)
    before = _read("VmRSS")
    started = time.process_time()
    act()
    seconds = time.process_time() - started
    return Cost(seconds, _read("VmHWM") - before)


def _read(name: str) -> int:
    lines = _PROCESS.joinpath("status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024
