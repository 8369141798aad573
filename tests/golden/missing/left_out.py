"""Fields of the stored expectations that these tests do not compare, each with the reason."""

from __future__ import annotations

#: ``descriptives.json`` of the reference folder.
DESCRIPTIVES = {
    "describe.median": "not reported",
    "describe.skew_type3": "type 3 is psych's default; reported is type 2, which stands beside it",
    "describe.kurtosis_type3": "type 3 is psych's default; reported is type 2, which stands beside it",
    "note": "text",
    "cor.pearson_pairwise": "pairwise correlations are not used: no set of respondents has them all",
    "cor.cov_listwise": "not reported; every multivariate value here rests on it",
    "cor.n_listwise": "equals n_complete where only items are described, which is compared",
    "cor.KMO": "compared with the dimensionality of the scales (tests/golden/measurement)",
    "cor.bartlett": "compared with the dimensionality of the scales (tests/golden/measurement)",
    "cor.eigenvalues": "a part of dimensionality",
    "cor.harman_pca_first_share": "a part of common method bias",
    "cor.harman_paf_first_share": "a part of common method bias",
}

#: ``sem.json`` of the survey with missing answers (bfi).
MISSING_SEM = {
    "em_cov": "the moments behind FIML are compared with the engine's (tests/golden/engine)",
    "em_mean": "the moments behind FIML are compared with the engine's (tests/golden/engine)",
}

#: ``peer_values.json``, of this folder.
PEER = {
    "mice (more than two decimals)": "another program draws other random numbers; compared within .2 SE",
    "rubin.df, p, ci, fmi of equal tables": "mice puts .0001 in the place of a share of variance below it",
    "henze_zirkler": "no package of the peers has the test: the script computes it from the paper's formulas",
}
