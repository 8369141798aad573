"""Publication: the printed numbers of one paper, and where each of them stands. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tam.published.printed import Printed

Kind = Literal["reproduce", "audit", "both"]
MatrixKind = Literal["correlation", "covariance"]
Diagonal = Literal["one", "sqrt_ave", "ave", "alpha", "composite_reliability", "variance", "none", "other"]
Triangle = tuple[tuple[Printed | None, ...], ...]
"""Row i holds the cells (i, 0) to (i, i), the diagonal included; None where nothing is printed."""


@dataclass(frozen=True, slots=True)
class PrintedValue:
    """One printed estimate: ``lhs op rhs`` in lavaan's operators, or ``R2`` of ``lhs`` with an empty ``rhs``.

    ``printed`` is the estimate (the unstandardised one where both are printed, ``std`` the other). ``stars``
    is None where the paper prints none anywhere, and empty where this value has none.
    """

    what: str
    lhs: str
    op: Literal["~", "=~", "~~", "~1", "R2"]
    rhs: str
    printed: Printed
    t: Printed | None = None
    p: Printed | None = None
    se: Printed | None = None
    z: Printed | None = None
    std: Printed | None = None
    ci_low: Printed | None = None
    ci_high: Printed | None = None
    stars: str | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedIndirect:
    """An indirect effect along ``via`` (predictor first, outcome last), with its interval if printed."""

    via: tuple[str, ...]
    printed: Printed
    ci_low: Printed | None = None
    ci_high: Printed | None = None
    t: Printed | None = None
    p: Printed | None = None
    se: Printed | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedConstruct:
    """One row of a table of measurement. ``mean_loading``: where only the mean of the loadings is printed."""

    name: str
    loadings: tuple[Printed, ...] = ()
    items: tuple[str, ...] = ()
    alpha: Printed | None = None
    rho_a: Printed | None = None
    composite_reliability: Printed | None = None
    ave: Printed | None = None
    sqrt_ave: Printed | None = None
    mean_loading: Printed | None = None
    mean: Printed | None = None
    sd: Printed | None = None
    n_items: int | None = None
    place: str | None = None
    line: int | None = None

    @property
    def cr(self) -> Printed | None:
        return self.composite_reliability


@dataclass(frozen=True, slots=True)
class PrintedPath:
    """A path of a table without its matrix: what it is called, and what is printed of it."""

    what: str
    b: Printed | None = None
    beta: Printed | None = None
    se: Printed | None = None
    t: Printed | None = None
    z: Printed | None = None
    p: Printed | None = None
    ci_low: Printed | None = None
    ci_high: Printed | None = None
    r: Printed | None = None
    vif: Printed | None = None
    f2: Printed | None = None
    stars: str | None = None
    df: int | None = None
    lhs: str | None = None
    rhs: str | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedFit:
    """Fit indices of one model. ``measures`` by the names of ``FIT_MEASURES``; counts (df) are exact.

    ``observed`` variables, ``parameters`` (free ones) and ``model`` (lavaan syntax of what the text
    describes) allow to recount df; ``df_check`` is a recount somebody made by hand, explained in ``df_note``.
    """

    name: str
    measures: Mapping[str, Printed]
    n: int | None = None
    groups: int = 1
    observed: int | None = None
    parameters: int | None = None
    df_check: int | None = None
    df_note: str | None = None
    model: str | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedProduct:
    """An effect that must be the product of ``of`` (an indirect effect); ``se_of`` their standard errors."""

    what: str
    of: tuple[Printed, ...]
    printed: Printed
    se_of: tuple[Printed, ...] = ()
    se: Printed | None = None
    z: Printed | None = None
    p: Printed | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A value that must be the sum of ``of``: a total effect, group sizes that add to n."""

    what: str
    of: tuple[Printed, ...]
    printed: Printed
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedDifference:
    """A value that must be ``a - b``, or its absolute value."""

    what: str
    a: Printed
    b: Printed
    printed: Printed
    absolute: bool = False
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedSquare:
    """A squared value beside its root: shared variance and correlation, AVE and its square root."""

    what: str
    r: Printed
    r2: Printed
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedDescriptive:
    """Mean and SD of answers in whole numbers: ``items`` answered by ``n``, each from ``low`` to ``high``."""

    what: str
    n: int | None
    mean: Printed | None = None
    sd: Printed | None = None
    items: int = 1
    low: Printed | None = None
    high: Printed | None = None
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedSample:
    """Counts of respondents: ``collected`` minus ``excluded`` is ``n``; ``groups`` add to ``n``."""

    what: str
    n: int | None = None
    collected: int | None = None
    excluded: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    shares: tuple[Printed, ...] = ()
    place: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Printed numbers of one paper. Every text may come from a stranger: escape it in every output."""

    key: str
    kind: Kind
    title: str
    authors: str = ""
    year: str = ""
    journal: str = ""
    topic: str = ""
    url: str | None = None
    doi: str | None = None
    where_read: str = ""
    licence: str = ""
    software: str | None = None
    n: int | None = None
    n_text: str = ""
    variables: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    matrix: Triangle = ()
    matrix_kind: MatrixKind = "correlation"
    matrix_note: str = ""
    diagonal: Diagonal = "none"
    htmt: Triangle = ()
    means: Mapping[str, Printed] = field(default_factory=dict)
    sds: Mapping[str, Printed] = field(default_factory=dict)
    alpha: Mapping[str, Printed] = field(default_factory=dict)
    composite_reliability: Mapping[str, Printed] = field(default_factory=dict)
    ave: Mapping[str, Printed] = field(default_factory=dict)
    model: str | None = None
    model_line: int | None = None
    printed: tuple[PrintedValue, ...] = ()
    printed_fit: Mapping[str, Printed] = field(default_factory=dict)
    printed_indirect: tuple[PrintedIndirect, ...] = ()
    printed_text: str = ""
    star_cuts: Mapping[str, float] = field(default_factory=dict)
    df_t: int | None = None
    constructs: tuple[PrintedConstruct, ...] = ()
    paths: tuple[PrintedPath, ...] = ()
    fits: tuple[PrintedFit, ...] = ()
    products: tuple[PrintedProduct, ...] = ()
    sums: tuple[PrintedSum, ...] = ()
    diffs: tuple[PrintedDifference, ...] = ()
    squares: tuple[PrintedSquare, ...] = ()
    descriptives: tuple[PrintedDescriptive, ...] = ()
    samples: tuple[PrintedSample, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, Any] = field(default_factory=dict)
    finding: str = ""
    notes: str = ""
    simulated: bool = False
    file: str = ""
    digest: str = ""

    @property
    def matrix_place(self) -> str | None:
        return self.places.get("matrix")

    @property
    def reproducible(self) -> bool:
        """Does it hold what ``reproduce`` needs: a matrix, a model and printed values?"""
        return bool(self.matrix and self.model and (self.printed or self.printed_fit))
