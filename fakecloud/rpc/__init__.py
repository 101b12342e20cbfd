"""fakecloud: rpc."""
