"""What results may hold besides their sections: the digest of themselves, and a capsule of moments."""

from __future__ import annotations

from schema_of_types import section_of
from schema_words import TEXT, Schema, told

from tam.analysis.capsule import Capsule
from tam.analysis.evidence import SEAL


def with_evidence(schema: Schema) -> Schema:
    """The schema of results.json with both; neither is required."""
    sections = schema["properties"]
    provenance = sections["provenance"]
    seal = {SEAL: told(TEXT, "SHA-256 of everything else in the file, keys sorted; `tam verify` checks it.")}
    provenance = {**provenance, "properties": {**provenance["properties"], **seal}}
    capsule = {"capsule": section_of(Capsule)}
    return {**schema, "properties": {**sections, "provenance": provenance, **capsule}}
