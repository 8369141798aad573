"""Power by simulation: 20 sample sizes, 1,000 replications each, a model of 16 items."""

from __future__ import annotations

import resource
import time

from benchmarks.table import markdown
from benchmarks.timing import told
from tam.planning.plan import make_plan
from tam.planning.population_values import NamedNumbers, read_assignments
from tam.planning.power import power_at
from tam.planning.power_scenario import make_scenario

PATHS = ("PU~PEOU=.4", "ATT~PU=.4", "ATT~PEOU=.2", "PI~ATT=.3", "PI~PU=.2")
SIZES = tuple(range(50, 1050, 50))
REPLICATIONS = 1000


def measured() -> str:
    begun, spent = time.perf_counter(), _processor()
    plan = make_plan(None, read_assignments(PATHS), reliability=NamedNumbers(0.8), items=NamedNumbers(4))
    scenario = make_scenario(plan)
    found = power_at(scenario, SIZES, REPLICATIONS, 1, workers=2)
    clock, spent = time.perf_counter() - begun, _processor() - spent
    failed = sum(one.failed for one in found)
    rows = [
        ["by the clock, two processes", told(clock), "< 180 s"],
        ["processor time of all processes", told(spent), ""],
        ["per sample drawn and fitted", told(spent / (len(SIZES) * REPLICATIONS)), ""],
        ["samples, failed", f"{len(SIZES) * REPLICATIONS}, {failed}", ""],
    ]
    title = "### Power: 16 items, 4 constructs, 20 sample sizes of 1,000 samples\n\n"
    return title + markdown(["", "measured", "target"], rows)


def _processor() -> float:
    """Processor seconds of this process and of the workers that have ended."""
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in parts)
