"""What a capsule holds, read from results that a stranger may have written: checked, as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.capsule import VERSION
from tam.engine.moments import Moments
from tam.errors import TamError, Where, problem
from tam.published.stored_model import stored_model, stored_options

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.products_expand import Expansion
    from tam.spec.model import Model
    from tam.spec.study import Options

Floats = NDArray[np.float64]

MOST_VARIABLES, MOST_PARAMETERS, MOST_GROUPS = 300, 1000, 200


class Damaged(ValueError):
    """What is wrong with a capsule, in words."""


@dataclass(frozen=True, slots=True)
class Scores:
    """``products`` (q, q) of the free ``parameters``, traces of the saturated and the baseline model."""

    kind: str
    parameters: tuple[str, ...]
    products: Floats
    saturated: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Parts:
    """The capsule and the model it belongs to. ``whole`` moments of all respondents, items first;
    ``answers`` the columns that were answered, without products; ``groups`` by grouping and group."""

    model: Model
    options: Options
    whole: Moments
    answers: tuple[str, ...]
    scores: Mapping[str, Scores]
    groups: Mapping[tuple[str, str], Moments]

    @property
    def n(self) -> int:
        return self.whole.nobs

    def moments(self, names: Sequence[str] | None) -> Moments:
        """Moments of some variables, or of all there are: means of a second-order construct's parts
        included."""
        full = with_parcels(self.whole, self.model.measurement)
        if names is None:
            return full
        at = [full.names.index(name) for name in names]
        assert full.means is not None
        return Moments(tuple(names), full.covariance[np.ix_(at, at)], full.means[at], full.nobs)

    def expansion(self, text: str, pairs: str | None = None) -> Expansion | None:
        """The model with its products as the run expanded it; None where the capsule lacks them."""
        from tam.engine.products_expand import expand_interactions

        made = expand_interactions(
            text, self._nobody(), self.options.interaction, pairs or self.options.pairs
        )
        known = set(self.moments(None).names)
        return made if all(set(one.indicators) <= known for one in made.products) else None

    def _nobody(self) -> pd.DataFrame:
        """Rows of zeros with the answered columns: products are named by them, not computed."""
        import pandas as pd

        return pd.DataFrame(np.zeros((2, len(self.answers))), columns=list(self.answers))

    def at_means(self) -> pd.DataFrame:
        """One row that holds the mean of every variable."""
        import pandas as pd

        full = self.moments(None)
        assert full.means is not None
        return pd.DataFrame([dict(zip(full.names, full.means.tolist()))])

    def weights(self, construct: str) -> dict[str, float]:
        """The share of each item in the mean score of a construct; empty where it is none."""
        if construct in self.model.second_order:
            inner = [self.weights(one) for one in self.model.second_order[construct]]
            return {item: share / len(inner) for one in inner for item, share in one.items()}
        items = self.model.measurement.get(construct, ())
        return {item: 1.0 / len(items) for item in items}


def with_parcels(moments: Moments, measurement: Mapping[str, Sequence[str]]) -> Moments:
    """The moments with a parcel for each construct: the mean of its items."""
    from tam.engine.products_expand import PARCEL_SUFFIX

    place = {name: at for at, name in enumerate(moments.names)}
    rows, names = [np.eye(len(place))], list(moments.names)
    for construct, items in measurement.items():
        name = f"{construct}{PARCEL_SUFFIX}"
        if name in place or not all(item in place for item in items):
            continue
        row = np.zeros((1, len(place)))
        row[0, [place[item] for item in items]] = 1.0 / len(items)
        rows.append(row)
        names.append(name)
    lift = np.vstack(rows)
    covariance = lift @ moments.covariance @ lift.T
    means = None if moments.means is None else lift @ moments.means
    return Moments(tuple(names), (covariance + covariance.T) / 2.0, means, moments.nobs)


def read_parts(results: Mapping[str, Any], file: str) -> Parts:
    """The capsule of some results. Raises TamError with what is wrong with it."""
    try:
        return _parts(results)
    except (Damaged, KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        reason = str(fault) if isinstance(fault, Damaged) else f"{type(fault).__name__}: {fault}"
        raise TamError(problem("capsule-damaged", Where(file), reason=reason)) from None


def _parts(results: Mapping[str, Any]) -> Parts:
    capsule = results["capsule"]
    if not isinstance(capsule, Mapping) or capsule.get("version") != VERSION:
        raise Damaged(f"its version is not {VERSION}")
    moments = _sequence(capsule["moments"], MOST_GROUPS, "moments")
    whole = _moments(moments[0])
    groups = {(str(one["by"]), str(one["group"])): _moments(one) for one in moments[1:]}
    scores = {str(one["model"]): _scores(one) for one in _sequence(capsule["scores"], MOST_GROUPS, "scores")}
    model = stored_model(results["study"])
    answers = tuple(name for name in model.model_items() if name in whole.names)
    return Parts(model, stored_options(results["study"]), whole, answers, scores, groups)


def _moments(record: Mapping[str, Any]) -> Moments:
    names = tuple(str(one) for one in _sequence(record["variables"], MOST_VARIABLES, "variables"))
    n = record["n"]
    if not isinstance(n, int) or isinstance(n, bool) or not 1 < n < 10**9 or len(set(names)) < len(names):
        raise Damaged("the number of respondents or the names of the variables")
    means = _numbers(record["means"], len(names), "means")
    covariance = _square(record["covariance"], len(names), "covariance")
    return Moments(names, covariance, means, n)


def _scores(record: Mapping[str, Any]) -> Scores:
    names = tuple(str(one) for one in _sequence(record["parameters"], MOST_PARAMETERS, "parameters"))
    products = _square(record["products"], len(names), "products")
    traces = _numbers([record["saturated_trace"], record["baseline_trace"]], 2, "traces")
    kind = record["kind"]
    if kind not in ("MLR", "MLM"):
        raise Damaged("the kind of its scores")
    return Scores(kind, names, products, float(traces[0]), float(traces[1]))


def _square(values: Any, size: int, what: str) -> Floats:
    """The symmetric matrix (size, size) of a lower triangle."""
    numbers = _numbers(values, size * (size + 1) // 2, what)
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size)] = numbers
    return np.asarray(matrix + np.tril(matrix, -1).T)


def _numbers(values: Any, count: int, what: str) -> Floats:
    if not isinstance(values, (list, tuple)) or len(values) != count:
        raise Damaged(f"{what}: {count} numbers are expected")
    sound = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
    if not sound or not all(math.isfinite(one) for one in values):
        raise Damaged(f"{what}: not all are numbers")
    return np.array(values, dtype=float)


def _sequence(values: Any, most: int, what: str) -> Sequence[Any]:
    if not isinstance(values, (list, tuple)) or len(values) > most:
        raise Damaged(f"{what}: a list of at most {most} is expected")
    return values
