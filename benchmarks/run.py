"""``python -m benchmarks.run [--write] [--parts fit,bootstrap,...]`` (parts: ``PARTS``): all times.

Prints Markdown; ``--write`` puts it into README.md between its marks. Without R our own times stand alone.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from pathlib import Path

from benchmarks import bootstrap, estimators, floor, growth, latent_interaction, power, report
from benchmarks.peer import PeerTimes, lavaan_times

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"


def main() -> None:
    choices = argparse.ArgumentParser(description=__doc__)
    choices.add_argument("--write", action="store_true", help="put the tables into README.md")
    choices.add_argument("--parts", default="fit,bootstrap,growth,floor,products,lms,power,report")
    chosen = choices.parse_args()
    parts = chosen.parts.split(",")
    cases = [case for part in parts if part in PEERS for case in PEERS[part]()]
    peer = lavaan_times(cases) if cases else None
    texts = [machine(peer)]
    for name in parts:
        texts.append(PARTS[name](peer))
        print(texts[-1], flush=True)
    if chosen.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        inside = "\n\n".join(texts)
        README.write_text(f"{before}{BEGIN}\n{inside}\n{END}{after}", encoding="utf-8")


PEERS = {
    "fit": estimators.peer_cases,
    "bootstrap": bootstrap.peer_cases,
    "products": latent_interaction.peer_cases,
}
PARTS: dict[str, Callable[[PeerTimes | None], str]] = {
    "fit": estimators.measured,
    "bootstrap": bootstrap.measured,
    "growth": lambda _: growth.measured(),
    "floor": lambda _: floor.measured(),
    "products": latent_interaction.products,
    "lms": lambda _: latent_interaction.lms(),
    "power": lambda _: power.measured(),
    "report": lambda _: report.measured(),
}


def machine(peer: PeerTimes | None) -> str:
    """What took the times; shown above the tables."""
    import numpy
    import pandas
    import scipy

    ours = f"Python {platform.python_version()}, numpy {numpy.__version__}, scipy {scipy.__version__}"
    theirs = "R is not here: our times alone."
    if peer is not None:
        versions = peer.versions
        theirs = f"{versions['R']}, lavaan {versions['lavaan']}, {versions['blas']}."
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {ours}, pandas {pandas.__version__}; {theirs} "
        f"One BLAS thread each; {busy:.1f} processes wanted the processors when this began."
    )


if __name__ == "__main__":
    main()
