"""Shared by all tests: one BLAS thread (floating sums are not associative) and the reference data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
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


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``tam demo`` leaves, made once for all tests and processes; nobody writes into it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, done = shared / "tam-demo", shared / "tam-demo-done"
    try:
        (shared / "tam-demo-begun").mkdir()
    except FileExistsError:
        until = time.monotonic() + 600
        while not done.exists():
            assert time.monotonic() < until, "the process that runs the demonstration did not end"
            time.sleep(0.2)
    else:
        ran = subprocess.run(
            [sys.executable, "-m", "tam", "demo", str(folder)], capture_output=True, text=True, check=False
        )
        done.write_text(f"{ran.returncode}\n{ran.stderr}", encoding="utf-8")
    assert done.read_text(encoding="utf-8").startswith("0\n"), done.read_text(encoding="utf-8")
    return folder
