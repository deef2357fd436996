"""Nobody ever holds more, or longer, than somebody lent them, whatever chain of steps led there.

The short profile plays the same few runs each time; ``PORTAL_CHAINS=long`` plays two thousand new ones of fifty
steps, and makes a failure small.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chains.machine import Chains
from tests.chains.reading import Everybody

LONG = os.environ.get("PORTAL_CHAINS") == "long"
RUNS, STEPS = (2_000, 50) if LONG else (3, 25)
# Making a failure small takes longer than a test may take; the long profile has the time
PHASES = tuple(Phase) if LONG else (Phase.explicit, Phase.generate)


@pytest.mark.trust("R7", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I12", "I15")
def test_portal_and_model_agree_after_every_step(cast, now):
    class ChainsOfTheCast(Chains):
        pass

    ChainsOfTheCast.cast, ChainsOfTheCast.began, ChainsOfTheCast.everybody = cast, now, Everybody(now)
    run_state_machine_as_test(
        ChainsOfTheCast,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
