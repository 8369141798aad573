"""Which software and which inputs made a result, so that somebody else can make it again."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from tam.definitions import definitions_in
from tam.spec.instrument import Instrument
from tam.spec.study import Study

if TYPE_CHECKING:
    from tam.data.responses import Responses

PACKAGES = ("numpy", "scipy", "pandas", "semopy", "statsmodels", "pingouin")


def provenance_record(
    study: Study, instrument: Instrument, responses: Responses, sections: Mapping[str, Any]
) -> dict[str, Any]:
    """The section ``provenance`` of the results: software, inputs, and the definitions that ``sections``
    follow. Holds no clock: the same inputs give the same record."""
    return {
        "tam": metadata.version("tam-survey"),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "data_sha256": responses.sha256,
        "instrument_sha256": instrument.digest,
        "study_sha256": study.digest,
        "seed": study.seed,
        "definitions": definitions_in(sections),
    }
