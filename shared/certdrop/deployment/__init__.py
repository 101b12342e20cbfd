"""Pure: targets, places, succession, observations, and the one decision what a listener needs next."""
