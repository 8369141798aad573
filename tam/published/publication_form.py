"""The keys of a publication file, one form per part. Every scalar arrives as text and is read by its kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tam.published.printed import Printed, PrintedError, parse_cell, parse_printed
from tam.spec.validate import Strict

LONGEST_TEXT = 20_000
MOST_ROWS = 2_000
MOST_VARIABLES = 200
MOST_PEOPLE = 10**9


def _refuse(code: str) -> PydanticCustomError:
    """A problem of the catalogue, by its code; ``as_problems`` adds key, value and place."""
    return PydanticCustomError("problem", "refused", {"code": code})


def _printed(read: Callable[[str], Printed | None]) -> Callable[[Any], Printed | None]:
    def reader(value: Any) -> Printed | None:
        if not isinstance(value, str):
            raise _refuse("printed-no-number")
        try:
            return read(value)
        except PrintedError as fault:
            raise _refuse(fault.code) from None

    return reader


def _number(text: str) -> Printed | None:
    """A bound (``<.05``) or a word (``n.s.``) is a p value, not an estimate."""
    found = parse_printed(text)
    if found.bound is not None:
        raise PrintedError("printed-no-number", text)
    return found


def _cell(text: str) -> Printed | None:
    found = parse_cell(text)
    return None if found is None else _number(text)


def _share(text: str) -> Printed | None:
    found = parse_cell(text)
    if found is not None and not -found.half_unit <= found.value <= 1 + found.half_unit:
        raise PrintedError("printed-no-number", text)
    return None if found is None else found.within(0.0, 1.0)


def _count(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,12}", value) or int(value) > MOST_PEOPLE:
        raise _refuse("publication-count")
    return int(value)


def _truth(value: Any) -> bool:
    if value not in ("true", "false"):
        raise _refuse("publication-truth")
    return bool(value == "true")


def _level(value: Any) -> float:
    found = _printed(_share)(value)
    if found is None or not 0 < found.value < 1:
        raise _refuse("printed-no-number")
    return found.value


def _words(value: Any) -> str:
    """A text; a long one is no fact but somebody's prose."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "a text is expected here")
    if len(value) > LONGEST_TEXT:
        raise _refuse("publication-text-too-long")
    return value


Number = Annotated[Printed, BeforeValidator(_printed(_number))]
Cell = Annotated[Printed | None, BeforeValidator(_printed(_cell))]
Share = Annotated[Printed | None, BeforeValidator(_printed(_share))]
Count = Annotated[int, BeforeValidator(_count)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Level = Annotated[float, BeforeValidator(_level)]
Words = Annotated[str, BeforeValidator(_words)]
Rows: Any = Field(default=[], max_length=MOST_ROWS)
Row = Words | list[Words]
"""One row of a matrix: its cells as one text, separated by blanks, or as a list."""


class Tested(Strict):
    """What may stand beside any estimate."""

    se: Cell = None
    t: Cell = None
    z: Cell = None
    p: Share = None
    ci: Words | list[Words] | None = None
    stars: Words | None = None
    place: Words | None = None


class ValueForm(Tested):
    what: Words = ""
    lhs: Words
    op: Literal["~", "=~", "~~", "~1", "R2"] = "~"
    rhs: Words = ""
    value: Number
    std: Cell = None


class IndirectForm(Tested):
    path: Words
    value: Number


class ConstructForm(Strict):
    name: Words
    items: list[Words] = Rows
    loadings: list[Number] = Rows
    alpha: Cell = None
    rho_a: Cell = None
    composite_reliability: Cell = None
    ave: Cell = None
    sqrt_ave: Cell = None
    mean_loading: Cell = None
    mean: Cell = None
    sd: Cell = None
    n_items: Count | None = None
    place: Words | None = None


class PathForm(Tested):
    what: Words = ""
    lhs: Words | None = None
    rhs: Words | None = None
    b: Cell = None
    beta: Cell = None
    r: Cell = None
    vif: Cell = None
    f2: Cell = None
    df: Count | None = None


class MeasuresForm(Strict):
    """Fit indices, under the names the rest of the project uses where it has one."""

    chisq: Cell = None
    df: Cell = None
    chisq_df: Cell = None
    pvalue: Share = None
    chisq_scaled: Cell = None
    df_scaled: Cell = None
    pvalue_scaled: Share = None
    scaling_factor: Cell = None
    baseline_chisq: Cell = None
    baseline_df: Cell = None
    cfi: Cell = None
    tli: Cell = None
    nfi: Cell = None
    ifi: Cell = None
    rfi: Cell = None
    gfi: Cell = None
    agfi: Cell = None
    pgfi: Cell = None
    pnfi: Cell = None
    rmsea: Cell = None
    rmsea_ci: Words | list[Words] | None = None
    rmsea_ci_low: Cell = None
    rmsea_ci_high: Cell = None
    rmsea_pvalue: Share = None
    srmr: Cell = None
    rmr: Cell = None
    aic: Cell = None
    bic: Cell = None
    loglik: Cell = None


FIT_MEASURES = tuple(name for name in MeasuresForm.model_fields if name != "rmsea_ci")


class FitForm(MeasuresForm):
    name: Words = ""
    n: Count | None = None
    groups: Count = 1
    observed: Count | None = None
    parameters: Count | None = None
    df_check: Count | None = None
    df_note: Words | None = None
    model: Words | None = None
    place: Words | None = None


class ProductForm(Strict):
    what: Words = ""
    of: list[Number] = Field(min_length=2, max_length=10)
    printed: Number
    se_of: list[Number] = Rows
    se: Cell = None
    z: Cell = None
    p: Share = None
    place: Words | None = None


class SumForm(Strict):
    what: Words = ""
    of: list[Number] = Field(min_length=2, max_length=MOST_ROWS)
    printed: Number
    place: Words | None = None


class DifferenceForm(Strict):
    what: Words = ""
    a: Number
    b: Number
    printed: Number
    abs: Truth = False
    place: Words | None = None


class SquareForm(Strict):
    what: Words = ""
    r: Number
    r2: Number
    place: Words | None = None


class DescriptiveForm(Strict):
    what: Words
    n: Count | None = None
    mean: Cell = None
    sd: Cell = None
    items: Count = 1
    low: Cell = None
    high: Cell = None
    place: Words | None = None


class SampleForm(Strict):
    what: Words = ""
    n: Count | None = None
    collected: Count | None = None
    excluded: list[Count] = Rows
    groups: list[Count] = Rows
    shares: list[Number] = Rows
    place: Words | None = None


class PublicationForm(Strict):
    format: Literal["tam-publication/0.1"] = Field(default="tam-publication/0.1", alias="schema")
    key: Words | None = None
    kind: Literal["reproduce", "audit", "both"] | None = None
    title: Words = ""
    authors: Words = ""
    year: Words = ""
    journal: Words = ""
    topic: Words = ""
    url: Words | None = None
    doi: Words | None = None
    where_read: Words = ""
    licence: Words = ""
    software: Words | None = None
    n: Words = ""
    variables: list[Words] = Field(default=[], max_length=MOST_VARIABLES)
    labels: dict[str, Words] = {}
    matrix: list[Row] = Rows
    matrix_kind: Literal["correlation", "covariance"] | None = None
    matrix_is: Words = ""
    diagonal: Words | None = None
    htmt: list[Row] = Rows
    means: dict[str, Number] = {}
    sds: dict[str, Number] = {}
    alpha: dict[str, Number] = {}
    composite_reliability: dict[str, Number] = {}
    ave: dict[str, Number] = {}
    model: Words | None = None
    printed: list[ValueForm] = Rows
    printed_fit: MeasuresForm | None = None
    printed_indirect: list[IndirectForm] = Rows
    printed_text: Words = ""
    star_cuts: dict[str, Level] = {}
    df_t: Count | None = None
    constructs: list[ConstructForm] = Rows
    paths: list[PathForm] = Rows
    fits: list[FitForm] = Rows
    products: list[ProductForm] = Rows
    sums: list[SumForm] = Rows
    diffs: list[DifferenceForm] = Rows
    squares: list[SquareForm] = Rows
    descriptives: list[DescriptiveForm] = Rows
    samples: list[SampleForm] = Rows
    places: dict[str, Words] = {}
    finding: Words = ""
    notes: Words = ""
    simulated: Truth = False
    verified: Any = None
    verified_summary: Any = None


TOP_ALIASES = {"CR": "composite_reliability", "AVE": "ave", "n_obs": "n", "license": "licence"}
PART_ALIASES = {
    "CR": "composite_reliability",
    "cr": "composite_reliability",
    "AVE": "ave",
    "rho_A": "rho_a",
    "sqrtAVE": "sqrt_ave",
    "t_printed": "t",
    "z_printed": "z",
    "p_printed": "p",
    "n_obs": "n",
}
VALUE_ALIASES = {**PART_ALIASES, "est": "value"}
FIT_ALIASES = {
    "n_obs": "n",
    "p": "pvalue",
    "df0": "baseline_df",
    "chisq0": "baseline_chisq",
    "normed_chisq": "chisq_df",
    "sb_chisq": "chisq_scaled",
    "nnfi": "tli",
    "rmsr": "rmr",
}
ALIASES = {
    "constructs": PART_ALIASES,
    "paths": PART_ALIASES,
    "products": PART_ALIASES,
    "printed": VALUE_ALIASES,
    "printed_indirect": VALUE_ALIASES,
    "fits": FIT_ALIASES,
    "printed_fit": FIT_ALIASES,
}
"""Other spellings of a key, by part; those of ``FIT_ALIASES`` are read without regard to case."""
