"""fakecloud: alb."""
