"""Timed comparisons with lavaan, growth of cost, and the convergence study; see README.md.

Every BLAS runs on one thread here: more only get in each other's way on matrices this small.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
