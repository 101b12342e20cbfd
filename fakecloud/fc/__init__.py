"""fakecloud: fc."""
