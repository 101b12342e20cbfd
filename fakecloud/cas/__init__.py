"""fakecloud: cas."""
