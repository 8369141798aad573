"""Fields of the reference files that are not compared, with the reason; every other field is.

``{file: {field: reason}}``; a field names everything below it.
"""

from __future__ import annotations

LEFT_OUT: dict[str, dict[str, str]] = {
    "expected.json": {
        "polychoric_PU": "ordered answers: tests/golden/ordinal and the reliability tests",
        "ordinal_alpha_PU": "compared with the reliability references",
        "credibility_omega": "compared with the reliability references",
        "scales": "compared with the reliability references",
        "mardia_nminus1": "compared with the references of distributions",
        "mardia_ml": "compared with the references of distributions",
        "careless": "compared with the references of screening",
        "little_mcar": "compared with the references of missing answers",
        "little_airquality": "compared with the references of missing answers",
    },
    "efa.json": {
        "minres_oblimin.RMSEA": "psych 2.2.9 divides chi-square by n, ours by n - 1",
        "pca_varimax.vaccounted.Cumulative Var": "a running sum in psych's order of the components",
        "pca_varimax.vaccounted.Cumulative Proportion": "a running sum in psych's order of the components",
    },
    "validity.json": {
        "semTools_AVE": "semTools' AVE of unstandardised loadings; ours: handmade",
        "fornell_larcker": "its diagonal is the root of semTools' AVE; cor_lv holds the rest",
        "semTools_compRelSEM": "divided by the observed variance of the sum; ours: handmade",
        "semTools_alpha_modelbased": "alpha implied by a tau-equivalent model; ours is of the covariances",
        "semTools_compRelSEM_modelimplied": "of unstandardised loadings; ours: handmade",
    },
    "cfa.json": {
        "ML.parameter_estimates": "unstandardised estimates with a marker item: tests/golden/engine",
        "MLR.parameter_estimates": "unstandardised estimates with a marker item: tests/golden/engine",
        "MLM.parameter_estimates": "unstandardised estimates with a marker item: tests/golden/engine",
        "ML_stdlv": "unstandardised estimates: tests/golden/engine",
        "MLR.std_all": "the same estimates as ML.std_all; robust standard errors: tests/golden/engine",
        "ML.r2": "squares of the standardised loadings",
        "MLR.r2": "squares of the standardised loadings",
        "ML.cov_lv": "variances of factors scaled by a marker item; correlations are compared",
        "MLR.cov_lv": "variances of factors scaled by a marker item; correlations are compared",
        "ML.resid_cor_bollen": "tests/golden/engine",
        "MLR.resid_cor_bollen": "tests/golden/engine",
        "single_factor.lrt": "tests/golden/method_bias and tests/golden/engine",
        "single_factor.fit": "tests/golden/method_bias",
    },
}
