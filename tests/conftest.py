"""Shared by all tests: one BLAS thread (floating sums are not associative) and the reference data folder."""

from __future__ import annotations

import os
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest  # noqa: E402  (after the threads are set)

ROOT = Path(__file__).resolve().parent.parent


def reference_folder() -> Path:
    return Path(os.environ.get("TAM_REFERENCE", ROOT.parent / "shared" / "reference"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data sets; tests that use it are marked ``reference``."""
    folder = reference_folder()
    if not folder.is_dir():
        pytest.skip("the reference data folder is absent (set TAM_REFERENCE)")
    return folder
