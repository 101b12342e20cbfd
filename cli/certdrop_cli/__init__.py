"""The certdrop command; never part of a deployed function."""
