"""fakecloud: oss."""
