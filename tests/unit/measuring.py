"""What is measured where coverage is asked for: the product's imports, and the functions of tests with examples.

Python is half as fast while it is traced, in pytest and Hypothesis too. Fixtures are not measured: what they do is
asserted by nobody. Nor is what Hypothesis draws: a line that is reached by chance in one run is not in the next one.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
from coverage import Coverage

import certdrop


class Measuring:
    """A plugin that lets coverage trace each test's own function, and not what surrounds it."""

    def __init__(self, coverage: Coverage) -> None:
        for module in walk_packages(certdrop.__path__, "certdrop."):
            import_module(module.name)
        coverage.stop()
        self._coverage = coverage

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        """Trace the test's function, unless Hypothesis calls it."""
        if pyfuncitem.get_closest_marker("hypothesis"):
            return (yield)
        self._coverage.start()
        try:
            return (yield)
        finally:
            self._coverage.stop()
