"""The JSON Schema of results.json, written once, here; docs/generate.py writes it out and tells it.

What stands in the results as a whole frozen result is read off its types (``schema_of_types``).
"""

from __future__ import annotations

from schema_of_types import schema_of, section_of
from schema_words import (
    ANYTHING,
    BILINGUAL,
    COUNT,
    ESTIMATE,
    FLAG,
    INTERVAL,
    MAYBE_TEXT,
    MEASURES,
    NUMBER,
    PROBLEM,
    PROBLEMS,
    REASONS,
    TEXT,
    Schema,
    by_name,
    maybe,
    one_of,
    record,
    rows,
    told,
)

from tam.analysis.agreement import Agreement
from tam.analysis.dimensionality import Dimensionality
from tam.analysis.distributions import Distributions
from tam.analysis.group_interactions import ScoreInteractions
from tam.analysis.invariance import GroupInvariance
from tam.analysis.local_fit import LocalFit
from tam.analysis.measurement import Measurement
from tam.analysis.method_bias import MethodBias
from tam.analysis.missing_data import MissingData
from tam.analysis.moderation_lms import LmsEvidence
from tam.analysis.multiverse import Multiverse
from tam.analysis.priority_map import PriorityMap
from tam.analysis.sample_moments import SampleMoments
from tam.analysis.score_correlations import ScoreCorrelations
from tam.analysis.validity import Validity
from tam.data.responses import FileRecord
from tam.stats.top_box import BoxShare

STUDY = record(
    "What the study file, the instrument and the data were understood to say.",
    title=BILINGUAL,
    language=rows("Languages of the reports.", TEXT),
    seed=told(COUNT, "Start of everything random."),
    simulated=told(maybe(BILINGUAL), "Says so where the data are simulated."),
    instrument=record(
        "The questionnaire.",
        id=TEXT,
        version=TEXT,
        status=TEXT,
        title=BILINGUAL,
        inline=told(FLAG, "Defined in the study file."),
        digest=TEXT,
    ),
    data=record(
        "The data file as it was read; of several stacked files, `files` tells each, the rest the first.",
        {"files": rows("Each file.", schema_of(FileRecord))},
        file=TEXT,
        sha256=TEXT,
        platform=TEXT,
        evidence=rows("By what the platform was recognised.", TEXT),
        encoding=TEXT,
        n_rows=COUNT,
        column_map=rows(
            "Which column is which item, and how that was found out.",
            record("One item.", item=TEXT, column=TEXT, position=COUNT, how=TEXT),
        ),
        dropped_columns=rows("Personal columns that were not kept.", TEXT),
        unused_columns=rows("Columns that nothing needs.", TEXT),
    ),
    constructs=by_name(
        "Constructs by name.",
        record(
            "One construct; `level` 2 is of other constructs.",
            label=BILINGUAL,
            items=rows("Its items.", TEXT),
            of=rows("Its first-order constructs.", TEXT),
            level={"enum": [1, 2]},
            source=MAYBE_TEXT,
        ),
    ),
    items=by_name(
        "Items by name.", record("One item.", construct=TEXT, text=BILINGUAL, reverse=FLAG, scale=TEXT)
    ),
    scales=by_name(
        "Response scales by name.",
        record(
            "One scale.", type=TEXT, min=NUMBER, max=NUMBER, labels=by_name("Words of each code.", BILINGUAL)
        ),
    ),
    variables=by_name(
        "Further columns by name.", record("One column.", role=TEXT, text=BILINGUAL, scale=TEXT)
    ),
    model=record(
        "The structural model.",
        id=TEXT,
        title=BILINGUAL,
        lavaan=told(TEXT, "Without its interactions, in lavaan syntax."),
        paths=rows("Paths.", record("One path.", outcome=TEXT, predictor=TEXT, hypothesis=MAYBE_TEXT)),
        moderations=rows(
            "Moderations.",
            record("One moderation.", predictor=TEXT, outcome=TEXT, moderator=TEXT, hypothesis=MAYBE_TEXT),
        ),
        controls=by_name("Controls of each outcome.", rows("Names.", TEXT)),
        second_order=by_name("First-order constructs of each second-order one.", rows("Names.", TEXT)),
        residual_covariances=rows("Pairs.", rows("A pair.", TEXT)),
        hypotheses=rows(
            "Hypotheses; `declared` is false for those that stand in where a study declares none.",
            record(
                "One hypothesis.", id=TEXT, path=TEXT, sign=MAYBE_TEXT, statement=BILINGUAL, declared=FLAG
            ),
        ),
        observed=rows("Columns in the paths that are no constructs.", TEXT),
        grid=rows("Layout of the diagram.", rows("A row, left to right.", MAYBE_TEXT)),
    ),
    groups=rows("By what groups are compared.", by_name("One grouping.", TEXT)),
    screening=by_name("The declared rules and their limits.", ANYTHING),
    options=by_name("The settings of the analysis.", ANYTHING),
    sources=rows(
        "Sources of the constructs.",
        record("One source.", key=TEXT, cite=TEXT, url=MAYBE_TEXT, doi=MAYBE_TEXT, note=MAYBE_TEXT),
    ),
    digest=told(TEXT, "SHA-256 of the study file."),
)

FLOW = rows(
    "Who was left after each step, from the export to the analysis.",
    record(
        "One step.",
        {
            "n_flagged": told(COUNT, "Of those left, flagged by a rule but not removed by it."),
            "n_flagged_twice": told(COUNT, "Of them, by two rules or more."),
            "flagged_by": by_name("Rule: how many.", COUNT),
        },
        step=TEXT,
        rule=MAYBE_TEXT,
        n_removed=COUNT,
        n_left=COUNT,
    ),
)

#: Where several files were stacked, the row stands in this one.
FILE = {"file": TEXT}

SCREENING = record(
    "Who was flagged and who was excluded, by which rule.",
    {"unavailable": REASONS, "problems": PROBLEMS},
    rules=rows(
        "Every rule.",
        record(
            "One rule; where not applicable `reason` says why.",
            rule=TEXT,
            description_key=TEXT,
            role=told(TEXT, "eligibility, quality, shown (no flag by itself), report (a number only)."),
            counts=told(FLAG, "Whether to be found by it is a flag."),
            parameters=by_name("Its limits.", ANYTHING),
            applicable=FLAG,
            reason=MAYBE_TEXT,
            n_flagged=COUNT,
            excludes=FLAG,
            in_exclude_if=told(FLAG, "Removes together with others of the study's `exclude_if`."),
            found=by_name("What else the rule found.", ANYTHING),
        ),
    ),
    flags=rows("Flagged rows.", record("One row.", FILE, row=COUNT, rules=rows("Rules.", TEXT))),
    overlap=rows(
        "Rules that flag the same rows.", record("A pair.", rules=rows("Two rules.", TEXT), n=COUNT)
    ),
    sets=rows(
        "Rows flagged by exactly these rules, the most frequent first.",
        record("A set.", rules=rows("Rules.", TEXT), n=COUNT),
    ),
    excluded=rows(
        "The exclusion log.",
        record("One row.", FILE, row=COUNT, rule=TEXT, value=ANYTHING, threshold=ANYTHING),
    ),
    n_read=COUNT,
    n_flagged=COUNT,
    n_flagged_twice=told(COUNT, "By two rules or more."),
    n_excluded=COUNT,
    n_kept=COUNT,
    n_flagged_kept=told(COUNT, "Flagged by a rule that excludes nobody, and kept."),
    declared=record(
        "When the rules were fixed, as the study says, and the digest of all rules and limits.",
        when=one_of("Against the reading of the data.", "before", "after", "not_stated"),
        date=MAYBE_TEXT,
        reference=MAYBE_TEXT,
        digest=TEXT,
    ),
    indices=by_name(
        "How each index of careless responding is distributed over the respondents read.",
        record(
            "One index.",
            n=COUNT,
            n_undefined=COUNT,
            mean=NUMBER,
            sd=NUMBER,
            min=NUMBER,
            max=NUMBER,
            quantiles=by_name("Percent: value.", NUMBER),
        ),
    ),
    multiverse=maybe(section_of(Multiverse)),
    missing=rows(
        "Missing answers of each item among those kept.",
        record(
            "One item.", item=TEXT, n_missing=COUNT, share=NUMBER, reasons=by_name("Reason: count.", COUNT)
        ),
    ),
)

MEASUREMENT = section_of(
    Measurement,
    distributions=section_of(Distributions),
    dimensionality=section_of(Dimensionality),
    validity=section_of(Validity),
    missing_data=section_of(MissingData),
    method_bias=section_of(MethodBias),
    score_correlations=maybe(schema_of(ScoreCorrelations)),
)

CROSS_CHECK = record(
    "The same model by a second engine.",
    engine=TEXT,
    version=TEXT,
    verdict=one_of("Within the limit, beyond it, or not done.", "agree", "differ", "skipped"),
    max_se_difference=told(NUMBER, "Largest difference of an estimate, in standard errors."),
    parameter=MAYBE_TEXT,
    limit=NUMBER,
    reason=MAYBE_TEXT,
)

FIT_FIELDS: dict[str, Schema] = {
    "estimator": TEXT,
    "missing": TEXT,
    "engine": TEXT,
    "n": record("Respondents.", total=COUNT, groups=by_name("Per group.", COUNT)),
    "converged": FLAG,
    "admissible": FLAG,
    "iterations": {"type": ["integer", "null"]},
    "estimates": rows(
        "The parameter table.",
        record(
            "One parameter; fixed ones have no standard error.",
            {"std_naive": NUMBER},
            lhs=TEXT,
            op=TEXT,
            rhs=TEXT,
            group=MAYBE_TEXT,
            label=TEXT,
            free=FLAG,
            **ESTIMATE,
            std=NUMBER,
            std_se=NUMBER,
            std_lv=NUMBER,
        ),
    ),
    "measures": MEASURES,
    "r2": by_name("Explained share of each outcome.", NUMBER),
    "bootstrap": maybe(by_name("Counts of the bootstrap, where there was one.", ANYTHING)),
    "unavailable": REASONS,
    "problems": PROBLEMS,
}

STRUCTURE = record(
    "The structural model (the shape of `tam fit`), its hypotheses, and the second engine's opinion.",
    **FIT_FIELDS,
    hypotheses=rows(
        "Verdicts.",
        record(
            "One hypothesis; the estimate it rests on and the section that holds it.",
            id=TEXT,
            path=TEXT,
            sign=MAYBE_TEXT,
            declared=FLAG,
            verdict=one_of(
                "`tam explain` tells each.", "supported", "not_supported", "opposite", "unavailable"
            ),
            source=MAYBE_TEXT,
            est=NUMBER,
            se=NUMBER,
            p=NUMBER,
            **INTERVAL,
            std=NUMBER,
            reason=MAYBE_TEXT,
            agreement=told(maybe(schema_of(Agreement)), "Null where the results hold no other choice."),
            unavailable=REASONS,
        ),
    ),
    cross_check=maybe(CROSS_CHECK),
    local_fit=maybe(schema_of(LocalFit)),
    sample_moments=maybe(schema_of(SampleMoments)),
)

EFFECT = record(
    "One effect; `via` names the mediators of an indirect one.",
    predictor=TEXT,
    outcome=TEXT,
    **ESTIMATE,
    std=NUMBER,
    std_ci_low=NUMBER,
    std_ci_high=NUMBER,
    via=maybe(rows("Mediators, in their order.", TEXT)),
)

BOOTSTRAP_INTERVAL = record(
    "How the intervals were made.",
    method=TEXT,
    level=NUMBER,
    requested=COUNT,
    used=COUNT,
    failed=COUNT,
    inadmissible=COUNT,
    seed={"type": ["integer", "null"]},
)

EFFECTS = record(
    "Direct, indirect and total effects.",
    interval=BOOTSTRAP_INTERVAL,
    direct=rows("Paths.", EFFECT),
    indirect=rows("One row a route.", EFFECT),
    total_indirect=rows("All routes together.", EFFECT),
    total=rows("Direct and indirect together.", EFFECT),
    importance_performance=maybe(schema_of(PriorityMap)),
    problems=PROBLEMS,
    unavailable=REASONS,
)

PROBING = {
    "johnson_neyman": maybe(
        record(
            "Johnson-Neyman region: for whom the predictor's effect differs from zero.",
            {
                "curve": rows(
                    "The effect over the item means that respondents have.",
                    record(
                        "The effect at one value of the moderator.",
                        moderator=NUMBER,
                        moderator_scale=NUMBER,
                        est=NUMBER,
                        **INTERVAL,
                    ),
                ),
                "histogram": record(
                    "The respondents' item means.",
                    edges=rows("Ends of the bars.", NUMBER),
                    counts=rows("Respondents in each bar.", COUNT),
                ),
            },
            regime=told(TEXT, "Of the whole line: inside, outside, above, below, everywhere, nowhere."),
            regime_observed=told(TEXT, "The same, of the item means that respondents have."),
            bounds=rows(
                "Its ends.", record("One end.", moderator=NUMBER, moderator_scale=NUMBER, observed=FLAG)
            ),
            critical=NUMBER,
            level=NUMBER,
            share_in_region=told(NUMBER, "Share of the respondents whose item mean lies in the region."),
            share_positive=told(NUMBER, "Of them all, where the effect is positive."),
            share_negative=told(NUMBER, "Of them all, where the effect is negative."),
            share_basis=TEXT,
            n=COUNT,
        )
    ),
    "effect_size": maybe(
        record(
            "What the product adds to the explained variance.",
            r2=NUMBER,
            delta_r2=NUMBER,
            f2=NUMBER,
            benchmark=TEXT,
            benchmarks=by_name("Least f2 of each size.", NUMBER),
            benchmark_source=TEXT,
        )
    ),
    "percentile_slopes": rows(
        "The predictor's effect at percentiles of the respondents.",
        record("One slope.", at=TEXT, moderator=NUMBER, moderator_scale=NUMBER, **ESTIMATE, std=NUMBER),
    ),
    "surface": maybe(
        record(
            "Expected outcome over predictor and moderator, in the items' units.",
            x=rows("Predictor.", NUMBER),
            moderator=rows("Moderator.", NUMBER),
            y=rows("A row for each value of the moderator.", rows("Outcome.", NUMBER)),
        )
    ),
    "moderated_mediation": maybe(
        record(
            "Indirect effects over the moderated path.",
            interval=BOOTSTRAP_INTERVAL,
            routes=rows(
                "One row a route.",
                record(
                    "One route.",
                    predictor=TEXT,
                    outcome=TEXT,
                    via=rows("Mediators in order.", TEXT),
                    stage=told(TEXT, "Where the moderated path stands: first, second, between."),
                    effects=rows(
                        "At three values of the moderator.",
                        record(
                            "One conditional indirect effect.",
                            at=TEXT,
                            moderator=NUMBER,
                            moderator_scale=NUMBER,
                            est=NUMBER,
                            se=NUMBER,
                            **INTERVAL,
                            std=NUMBER,
                        ),
                    ),
                    index=record(
                        "Index of moderated mediation.", est=NUMBER, se=NUMBER, **INTERVAL, std=NUMBER
                    ),
                ),
            ),
            problems=PROBLEMS,
        )
    ),
    "triangulation": maybe(
        record(
            "The interaction by every estimator, on one scale.",
            predictor=TEXT,
            moderator=TEXT,
            outcome=TEXT,
            level=NUMBER,
            estimates=rows(
                "One row an estimator.",
                record(
                    "One estimator; `std` and its interval compare, `est` is in its own units.",
                    estimator=TEXT,
                    family=TEXT,
                    est=NUMBER,
                    se=NUMBER,
                    p=NUMBER,
                    **INTERVAL,
                    std=NUMBER,
                    std_ci_low=NUMBER,
                    std_ci_high=NUMBER,
                    n=COUNT,
                    converged=FLAG,
                    admissible=FLAG,
                    decision=told(MAYBE_TEXT, "positive, negative or none; null where it cannot be used."),
                    reason=MAYBE_TEXT,
                ),
            ),
            verdict=record(
                "Whether the verdict depends on the estimator.",
                kind=told(TEXT, "stable, depends or undecided."),
                decision=MAYBE_TEXT,
                n_usable=COUNT,
                n_tried=COUNT,
                dissenting=rows("Estimators that decide otherwise.", TEXT),
                hinge=told(MAYBE_TEXT, "The choice on which it hangs."),
                low=NUMBER,
                high=NUMBER,
            ),
        )
    ),
    "lms": maybe(schema_of(LmsEvidence)),
}
"""How an interaction is probed; files written by earlier versions do not have it."""

MODERATION = record(
    "For whom the paths differ.",
    analyses=rows(
        "One row a moderation.",
        record(
            "The latent interaction, its simple slopes, and the same on observed scores.",
            PROBING,
            predictor=TEXT,
            moderator=TEXT,
            outcome=TEXT,
            hypothesis=MAYBE_TEXT,
            method=TEXT,
            pairs=TEXT,
            indicators=rows("Product indicators.", TEXT),
            n=COUNT,
            **ESTIMATE,
            std=NUMBER,
            std_naive=NUMBER,
            converged=FLAG,
            admissible=FLAG,
            measures=MEASURES,
            moderator_range=maybe(
                record("The moderator, in the items' units.", sd=NUMBER, mean=NUMBER, min=NUMBER, max=NUMBER)
            ),
            slopes=rows(
                "The predictor's effect at three values of the moderator.",
                record(
                    "One slope.", at=TEXT, moderator=NUMBER, moderator_scale=NUMBER, **ESTIMATE, std=NUMBER
                ),
            ),
            lines=rows(
                "Points of the plot, in the items' units.",
                record("One line.", at=TEXT, x=rows("Predictor.", NUMBER), y=rows("Outcome.", NUMBER)),
            ),
            composite=maybe(
                record(
                    "The interaction of item means.",
                    est=NUMBER,
                    se=NUMBER,
                    t=NUMBER,
                    p=NUMBER,
                    **INTERVAL,
                    r2=NUMBER,
                    delta_r2=NUMBER,
                    n=COUNT,
                    method=TEXT,
                )
            ),
            agreement=told(MAYBE_TEXT, "Whether both ways lead to the same conclusion."),
        ),
    ),
    problems=PROBLEMS,
    unavailable=REASONS,
)

COMPARISON = record(
    "Construct scores across groups.",
    minimum=told(COUNT, "Groups with fewer respondents are not compared."),
    ci=NUMBER,
    scores=by_name(
        "How complete the scores are.",
        record("One construct.", n_complete=COUNT, n_partial=COUNT, n_unscored=COUNT),
    ),
    groupings=rows(
        "One row a grouping.",
        record(
            "One grouping.",
            by=TEXT,
            label=BILINGUAL,
            source=TEXT,
            scheme=MAYBE_TEXT,
            n_unclassified=COUNT,
            n_unanswered=COUNT,
            groups=rows("Groups compared.", record("One group.", id=TEXT, label=BILINGUAL, n=COUNT)),
            too_small=rows(
                "Groups too small to compare.", record("One group.", {"label": BILINGUAL}, id=TEXT, n=COUNT)
            ),
            constructs=rows(
                "One row a construct.",
                record(
                    "One construct.",
                    construct=TEXT,
                    means=by_name(
                        "Per group.",
                        record(
                            "A mean.",
                            n=COUNT,
                            mean=NUMBER,
                            sd=NUMBER,
                            **INTERVAL,
                            top_two=maybe(schema_of(BoxShare)),
                        ),
                    ),
                    welch=maybe(
                        record(
                            "Welch's analysis of variance; `p_holm` allows for the number of constructs.",
                            F=NUMBER,
                            df1=NUMBER,
                            df2=NUMBER,
                            p=NUMBER,
                            p_holm=NUMBER,
                            eta_squared=NUMBER,
                            omega_squared=NUMBER,
                        )
                    ),
                    pairs=rows(
                        "Games-Howell comparisons.",
                        record(
                            "Two groups.",
                            a=TEXT,
                            b=TEXT,
                            diff=NUMBER,
                            se=NUMBER,
                            t=NUMBER,
                            df=NUMBER,
                            p=NUMBER,
                            p_adjust=TEXT,
                            hedges_g=NUMBER,
                            **INTERVAL,
                        ),
                    ),
                ),
            ),
            invariance=told(
                maybe(schema_of(GroupInvariance)),
                "Whether the items measure the same in every group, and the paths and latent means of each.",
            ),
            interactions=told(
                maybe(schema_of(ScoreInteractions)),
                "Whether interactions of scores are the same in every group.",
            ),
        ),
    ),
    problems=PROBLEMS,
    unavailable=REASONS,
)

PROVENANCE = record(
    "Which software and which inputs; no clock.",
    tam=TEXT,
    python=TEXT,
    packages=by_name("Versions.", TEXT),
    data_sha256=TEXT,
    instrument_sha256=TEXT,
    study_sha256=TEXT,
    seed=COUNT,
    definitions=by_name("Statistics that stand in the results: version of the definition.", COUNT),
)


def results_schema(version: str) -> Schema:
    """The whole schema."""
    whole = record(
        "Everything that `tam run` found, at full precision. A number that could not be had is null, and its "
        "reason stands in the section's `unavailable`.",
        schema={"const": version},
        trusted=told(FLAG, "False where a problem says that the results are not to be trusted."),
        study=STUDY,
        flow=FLOW,
        screening=SCREENING,
        measurement=MEASUREMENT,
        structure=STRUCTURE,
        effects=maybe(EFFECTS),
        moderation=maybe(MODERATION),
        comparison=maybe(COMPARISON),
        problems=rows("Every problem met, each once, in the order of the flow.", PROBLEM),
        provenance=PROVENANCE,
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "results.json", **whole}
