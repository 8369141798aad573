"""Which printed numbers cannot be had from what is printed, whatever the dialect, and why."""

from __future__ import annotations

import re

from tam.published.publication import Publication
from tam.published.wanted import Wanted

_PLS = re.compile(r"\bpls\b|pls-?sem|smartpls|plspm|warppls|seminr|adanco|partial least squares", re.I)
_RESAMPLED = re.compile(r"bootstrap|jack-?knif|resampl", re.I)
_LATENT = re.compile(
    r"latent|lisrel|\bamos\b|\beqs\b|mplus|lavaan|confirmatory factor|\bcfa\b"
    r"|structural equation|covariance-based",
    re.I,
)
_OBSERVED = re.compile(
    r"path analysis|observed (variables|scores)|composite scores|summated|\bols\b|regression"
    r"|\bspss\b(?! *amos)|process macro",
    re.I,
)
_WITHOUT_N = ("df", "baseline_df", "nfi", "pnfi", "gfi", "agfi", "pgfi", "srmr", "rmr")
"""Fit measures that do not depend on the number of respondents."""

RESAMPLED = "standard errors come from resampling respondents, whose answers are not printed"
NO_N = "the number of respondents is not printed as a number"
LATENT_ERRORS = "the paper's model has latent variables, and the moments of their items are not printed"
OTHER_MODEL = "the fit is that of a model of the items, whose moments are not printed"


def partial_least_squares(publication: Publication) -> bool:
    """Whether the paper's words say that its paths come from PLS, equation by equation."""
    return any(_PLS.search(text) for text in _words(publication))


def resampled(publication: Publication) -> bool:
    """Whether the paper's words say that its standard errors come from a bootstrap, as those of PLS do."""
    found = any(_RESAMPLED.search(text) for text in _words(publication))
    return found or partial_least_squares(publication)


def _words(publication: Publication) -> tuple[str, ...]:
    return publication.software or "", publication.notes, publication.matrix_note


def of_constructs(publication: Publication) -> bool:
    """Whether the matrix holds constructs and the paper's model measured them by items: the square roots of
    AVE on the diagonal or the name of a program for latent variables say so, unless the words speak of
    regressions or observed scores."""
    software = publication.software or ""
    if "=~" in (publication.model or "") or _OBSERVED.search(software):
        return False
    return publication.diagonal in ("sqrt_ave", "ave") or bool(_LATENT.search(software))


def not_printed(publication: Publication, one: Wanted) -> str | None:
    """Why a number cannot be had; None if some dialect may have it."""
    if one.family == "error":
        if resampled(publication):
            return RESAMPLED
        if of_constructs(publication):
            return LATENT_ERRORS
        return NO_N if publication.n is None else None
    if one.family == "fit":
        if of_constructs(publication):
            return OTHER_MODEL
        return NO_N if publication.n is None and one.what not in _WITHOUT_N else None
    return None
