"""fakecloud: mns."""
