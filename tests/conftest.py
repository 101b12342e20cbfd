"""What all tests share: generated ones are few, and may take their time, for the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile("certdrop", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("certdrop")
