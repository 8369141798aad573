"""Fields of the expected values on reliability that are not compared, each with the reason.

``LEFT_OUT[file][field]``; the other fields of these files are compared by the tests of this folder, but for
the parts of ``validity.json`` and ``ordinal_wlsmv.json`` that do not speak of reliability.
"""

from __future__ import annotations

LEFT_OUT: dict[str, dict[str, str]] = {
    "reliability.json": {
        "guttman6": "Guttman's lambda-6, from squared multiple correlations, is not among our coefficients",
        "alpha_ase": "psych's large-sample standard error of alpha; our intervals of alpha are Feldt's, which"
        " are compared, and bootstrapped ones",
        "item_total.r_raw": "correlation of an item with a total that holds the item itself; the correlation"
        " with the rest, r_drop, is compared",
        "item_total.r_std": "as r_raw, of standardised items",
        "item_total.r_cor": "item-total correlation corrected for overlap and unreliability by squared"
        " multiple correlations; the correlation with the rest, r_drop, is compared",
    },
    "validity.json": {
        "semTools_AVE": "from unstandardised loadings and observed variances; ours is Fornell and Larcker's"
        " mean squared standardised loading, compared as handmade.AVE",
        "semTools_compRelSEM": "of the sum of the raw items, over its observed variance; ours is Fornell and"
        " Larcker's of the standardised items, compared as handmade.CR",
        "semTools_compRelSEM_modelimplied": "of the sum of the raw items; ours is of the standardised items,"
        " compared as handmade.CR",
    },
    "ordinal_wlsmv.json": {
        "semTools_ordinal_omega": "categorical omega of the observed sum score from a joint WLSMV model; our"
        " ordinal omega is that of the latent responses from one factor of each scale by itself",
        "semTools_AVE": "of the WLSMV model; our average variance extracted is of the ML model",
    },
    "expected.json": {
        "scales.*.alpha_unreversed": "compared for PU and TRU; empty for scales without a reversed item",
    },
    "psych_reliability.json": {
        "spearman_brown": "with an odd number of items 2r / (1 + r) takes halves of unequal size for equal"
        " ones; ours is Horst's formula, so only r_odd_even is compared there",
        "lambda4": "with an odd number of items psych 2.2.9 does not look at every split; ours is then only"
        " held not to be lower",
    },
}
