"""What all tests share: generated ones are few and may take their time, and garbage is let lie."""

import gc

from hypothesis import HealthCheck, settings

settings.register_profile("certdrop", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("certdrop")

# Thousands of small Worlds on top of large imports: the default thresholds cost a tenth of the time.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
