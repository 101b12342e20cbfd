"""Look at a drop, look at a listener; make the one next operation."""
