"""Fields of the reference files that are not compared, with the reason; every other field is.

``{file: {field: reason}}``; a field names everything below it.
"""

from __future__ import annotations

_NOT_PRINTED = "an index that tam does not print"
_WITH_MEANS = "counts the means that this fit of lavaan's estimates; ours of ML has none: tests/golden/engine"
_SETTING = "a setting of the fit, no result"

_OF_EACH_FIT = {
    "parameter_estimates": "unstandardised estimates with a marker item: tests/golden/engine",
    "r2": "squares of the standardised loadings",
    "cov_lv": "variances of factors scaled by a marker item; correlations are compared",
    "resid_cor_bollen": "tests/golden/engine",
    **dict.fromkeys(("estimator", "se", "test", "missing"), _SETTING),
    **dict.fromkeys(("npar", "fit.npar", "fit.aic", "fit.bic", "fit.bic2", "fit.srmr"), _WITH_MEANS),
    **dict.fromkeys(
        (
            *("fit.agfi", "fit.pgfi", "fit.mfi", "fit.ecvi", "fit.cn_01", "fit.cn_05", "fit.fmin"),
            *("fit.crmr", "fit.crmr_nomean", "fit.rmr", "fit.rmr_nomean"),
            *("fit.srmr_bentler", "fit.srmr_bentler_nomean", "fit.srmr_mplus", "fit.srmr_mplus_nomean"),
            *("fit.ifi", "fit.ifi.scaled", "fit.nfi", "fit.nfi.scaled", "fit.pnfi", "fit.pnfi.scaled"),
            *("fit.rfi", "fit.rfi.scaled", "fit.rni", "fit.rni.robust", "fit.rni.scaled"),
            *("fit.baseline.pvalue", "fit.baseline.pvalue.scaled"),
            *("fit.scaling.factor.h0", "fit.scaling.factor.h1"),
        ),
        _NOT_PRINTED,
    ),
    **dict.fromkeys(("fit.nnfi", "fit.nnfi.robust", "fit.nnfi.scaled"), "another name of the TLI"),
    "fit.gfi": "of moments with means; tests/golden/engine",
    "fit.ntotal": "the field ntotal",
}

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
        **{
            f"{estimator}.{field}": reason
            for estimator in ("ML", "MLR", "MLM")
            for field, reason in _OF_EACH_FIT.items()
        },
        "MLR.std_all": "the estimates of ML.std_all; robust standard errors: tests/golden/engine",
        "MLR.cor_lv": "the correlations of ML.cor_lv",
        "MLR.modindices_top": "the indices of ML.modindices_top",
        "ML_stdlv": "unstandardised estimates: tests/golden/engine",
        "single_factor": "tests/golden/method_bias",
    },
}
