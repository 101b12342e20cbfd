"""fakecloud: clb."""
