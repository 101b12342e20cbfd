"""What the demo can fail with."""


class DemoError(Exception):
    """Something is not as the demo promises; the message is one sentence for the person who watches."""
