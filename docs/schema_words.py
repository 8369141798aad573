"""The words of a JSON Schema: records, lists, choices, and what occurs everywhere in the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

NUMBER: Schema = {"type": ["number", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
ANYTHING: Schema = {}


def record(about: str, optional: Mapping[str, Schema] | None = None, /, **fields: Schema) -> Schema:
    """An object with exactly these keys; those of ``optional`` may be missing."""
    extra = optional or {}
    return {
        "type": "object",
        "description": about,
        "properties": {**fields, **extra},
        "required": list(fields),
        "additionalProperties": False,
    }


def by_name(about: str, value: Schema) -> Schema:
    """An object whose keys are names of the study."""
    return {"type": "object", "description": about, "additionalProperties": value}


def rows(about: str, item: Schema) -> Schema:
    return {"type": "array", "description": about, "items": item}


def one_of(about: str, *values: str) -> Schema:
    return {"enum": list(values), "description": about}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def told(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about}


BILINGUAL = record("The same words in two languages; one may be missing.", en=MAYBE_TEXT, zh=MAYBE_TEXT)
REASONS = by_name("Why a value is null: its dotted path and the reason.", TEXT)
PLACE = record(
    "Where; rows as a spreadsheet numbers them (header = 1).",
    file=MAYBE_TEXT,
    row={"type": ["integer", "null"]},
    column=MAYBE_TEXT,
    item=MAYBE_TEXT,
    line={"type": ["integer", "null"]},
)
PROBLEM = record(
    "A problem as it is told to a person; `tam explain CODE` says more.",
    code=TEXT,
    severity=one_of("How grave.", "error", "warning", "note"),
    where=PLACE,
    what=TEXT,
    why=TEXT,
    mend=TEXT,
    values=by_name("The values in the sentences, to tell them in another language.", ANYTHING),
)
PROBLEMS = rows("Problems met in this section.", PROBLEM)
MEASURES = by_name("Fit measures by name (`tam explain NAME`); null where the estimator has none.", NUMBER)
INTERVAL = {"ci_low": NUMBER, "ci_high": NUMBER}
ESTIMATE = {"est": NUMBER, "se": NUMBER, "z": NUMBER, "p": NUMBER, **INTERVAL}
MATRIX = by_name("A square table: row, then column.", by_name("One row.", NUMBER))
