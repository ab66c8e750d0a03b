"""How Hypothesis works everywhere: no clock decides about a test, and CI tries the same examples each time."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy, as guard.cli does: more threads only wait

from hypothesis import HealthCheck, settings

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("here", deadline=None, suppress_health_check=_CALM)
settings.register_profile("ci", deadline=None, suppress_health_check=_CALM, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
