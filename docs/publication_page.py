"""The reference page of publication files, from the forms that read them; every key must be described."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from tam.content import content_path
from tam.published import publication_form as forms
from tam.published.publication_file import LARGEST

KEYS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (Path(__file__).parent / "publication_keys.toml").read_text(encoding="utf-8")
)
"""Heading -> dotted key -> meaning. The keys of short rows (sums, products) stand in one sentence."""
INTRODUCTION = f"""\
# The publication file

One YAML file for each paper, for `tam reproduce` and `tam audit`; `tam init --published` writes one to
fill in. Unknown keys are errors with a suggestion, and everything that is wrong is told at once, with lines.

## Numbers

Numbers are copied as printed, with every decimal: `0.310` stands for anything from 0.3095 to 0.3105, `0.31`
for anything from 0.305 to 0.315, `51.3%` from 0.5125 to 0.5135. Read are `.31`, `0.31**`, `−0.31` with a
typeset minus, `2.1e-05`; for p also `<.001` and `n.s.`. Whole numbers of n and df have no rounding. Where a
table prints nothing: `"-"`, or no key. Refused are decimal commas, thousands separators, letters and
brackets. Quotation marks are needed around `"~"`, `"*"`, `"-"` and before `>`.

YAML tags (`!!python/...`), aliases and more than 20 levels are refused, and so are files above
{LARGEST:,} bytes; nothing in a file is ever executed, and its texts are escaped in every report.
"""
UNFOLDED = {
    "printed": forms.ValueForm,
    "constructs": forms.ConstructForm,
    "paths": forms.PathForm,
    "fits": forms.FitForm,
}
SHARED = set(forms.Tested.model_fields)


def known_keys() -> set[str]:
    """Every key that must be described, dotted."""
    found = {field.alias or name for name, field in forms.PublicationForm.model_fields.items()}
    for part, form in UNFOLDED.items():
        shared = SHARED if part == "paths" else set()
        found |= {f"{part}.{name}" for name in form.model_fields if name not in shared}
    return found | {"printed_indirect.path", "printed_indirect.value"}


def publication_page(generated: str) -> str:
    described = {key for keys in KEYS.values() for key in keys}
    missing, idle = sorted(known_keys() - described), sorted(described - known_keys())
    if missing or idle:
        raise SystemExit(f"docs: publication keys without description {missing}; described in vain {idle}")
    parts = [_table(title, keys) for title, keys in KEYS.items()]
    example = content_path("instruments", "published", "moores2012.yaml").read_text(encoding="utf-8")
    return f"""\
{generated}
{INTRODUCTION}
{chr(10).join(parts)}
## An example

```yaml
{example}```
"""


def _table(title: str, keys: Mapping[str, str]) -> str:
    rows = "\n".join(f"| `{key}` | {text.replace('|', chr(92) + '|')} |" for key, text in keys.items())
    return f"## {title}\n\n| key | meaning |\n|---|---|\n{rows}\n"
