"""Fields of the expected values on missing answers and distributions that are not compared, with the reason.

``LEFT_OUT[file][field]``; the other fields of these files are compared by the tests of this folder, but for
the parts of ``sem.json`` that do not speak of missing answers.
"""

from __future__ import annotations

_ENGINE = "the moments behind FIML are the engine's: tests/golden/engine"
_TYPE_3 = "psych's default, type 3; ours is type 2, which stands beside it and is compared"
_SCALES = "dimensionality of the scales: tests/golden/measurement and tests/golden/validity"

LEFT_OUT: dict[str, dict[str, str]] = {
    "descriptives.json": {
        "describe.median": "not among our item statistics",
        "describe.skew_type3": _TYPE_3,
        "describe.kurtosis_type3": _TYPE_3,
        "describe._row": "a label",
        "note": "text",
        "cor.pearson_pairwise": "no set of respondents has pairwise correlations; none of ours is pairwise",
        "cor.cov_listwise": "not reported by itself; Mardia's values, which are compared, rest on it",
        "cor.n_listwise": "equals n_complete but for items outside the scales; n_complete is compared",
        "cor.KMO": _SCALES,
        "cor.bartlett": _SCALES,
        "cor.eigenvalues": _SCALES,
        "cor.harman_pca_first_share": "common method bias: tests/golden/method_bias",
        "cor.harman_paf_first_share": "common method bias: tests/golden/method_bias",
    },
    "sem.json": {"em_cov": _ENGINE, "em_mean": _ENGINE},
    "peer_values.json": {
        "mice.df": "follows the chance part of the standard error; the formula is compared in rubin",
        "mice.fmi": "follows the chance part of the standard error; the formula is compared in rubin",
        "rubin.df, p, ci, fmi of equal tables": "mice puts .0001 for a share of variance below it",
        "missingness beyond the 30 smallest p": "not listed by us; their number and Holm's p are compared",
    },
}
