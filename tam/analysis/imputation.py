"""Multiple imputation: tables with the missing answers drawn, by chained equations (statsmodels)."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

#: Cycles of the chain before the first table is taken, and from one table to the next.
BURN_IN, BETWEEN = 10, 5
#: Predictive mean matching draws from this many respondents with the nearest predictions (mice's default).
DONORS = 5


def imputed_tables(rows: pd.DataFrame, m: int, seed: int) -> Iterator[pd.DataFrame]:
    """``m`` complete copies of ``rows``, lazily, one after the other from one chain.

    rows: numbers, NaN where missing; every column has answers, every row at least one. Each column is
    regressed on all others with coefficients drawn from their posterior distribution, and each missing cell
    takes the answer of a respondent with a similar prediction (predictive mean matching), so only answers
    that somebody gave can appear. The same rows, ``m`` and ``seed`` give the same tables; numpy's global
    random state is left as it was.
    Peer: ``mice::mice(rows, m, method = "pmm")``, the same model with another chain of random numbers.
    """
    stream = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
    kind = _chain_kind()
    modern = "rng" in inspect.signature(kind.__init__).parameters
    # Names that stand for themselves: statsmodels puts column names into formulas, which are program text.
    plain = rows.set_axis([f"x{i}" for i in range(rows.shape[1])], axis=1).astype(np.float64)
    donors = max(1, min(DONORS, int(rows.notna().sum().min())))
    chain = kind(plain, k_pmm=donors, **({"rng": stream} if modern else {}))
    for index in range(m):
        with _lent(stream, modern), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # columns that others determine are solved by pseudo-inverse
            chain.update_all(BETWEEN if index else BURN_IN)
        yield chain.data.copy().set_axis(rows.index, axis=0).set_axis(rows.columns, axis=1)


def _chain_kind() -> Any:
    """statsmodels' chain with the design (1, all other columns) taken from the table, not from a formula.

    The formulas say the same and take fifty times as long, since each is read anew at each step.
    """
    from statsmodels.imputation.mice import MICEData

    class Chain(MICEData):  # type: ignore[misc]
        def _design(self, name: str) -> tuple[Floats, Floats]:
            others = self.data.drop(columns=name).to_numpy(dtype=np.float64)
            design = np.column_stack([np.ones(len(others)), others])
            return self.data[name].to_numpy(dtype=np.float64), design

        def get_fitting_data(self, vname: str) -> tuple[Floats, Floats, dict[str, Any], dict[str, Any]]:
            answers, design = self._design(vname)
            seen = self.ix_obs[vname]
            return answers[seen], design[seen], {}, {}

        def get_split_data(self, vname: str) -> tuple[Floats, Floats, Floats, dict[str, Any], dict[str, Any]]:
            answers, design = self._design(vname)
            seen = self.ix_obs[vname]
            return answers[seen], design[seen], design[self.ix_miss[vname]], {}, {}

    return Chain


@contextmanager
def _lent(stream: np.random.RandomState, modern: bool) -> Iterator[None]:
    """statsmodels before 0.15 draws from numpy's global state: lend it ours, and put theirs back."""
    if modern:
        yield
        return
    before: Any = np.random.get_state()  # noqa: NPY002
    np.random.set_state(stream.get_state())  # noqa: NPY002
    try:
        yield
        stream.set_state(np.random.get_state())  # noqa: NPY002
    finally:
        np.random.set_state(before)  # noqa: NPY002
