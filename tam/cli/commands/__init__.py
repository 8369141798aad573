"""The commands, one module each, in the order of a study. The line beside each stands in ``tam --help``."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "demo": "Write the embedded example study, run it, and leave a report to open.",
    "init": "Start a study: study.toml, codebook, questionnaire, empty data file.",
    "instruments": "List the questionnaires that are here, or show one with its wording and sources.",
    "check": "Are the study, the instrument and the data in order? Estimates nothing.",
    "screen": "Who would be flagged or dropped, and why.",
    "run": "Do everything: results.json, the reports, fifteen lines here.",
    "report": "Write the reports again from results.json; needs no data.",
    "fit": "Fit a model in lavaan syntax to any table or moment matrix.",
    "reliability": "Judge the scales of any table: alpha, omega, AVE, HTMT and more.",
    "triangulate": "One latent interaction by every estimator: does the verdict depend on which?",
    "process": "Moderation and moderated mediation of observed scores, as in the PROCESS macro.",
    "export": "Write the study's model for another program.",
    "explain": "What a problem, a statistic or a finding means; formula and reference.",
    "cite": "The references of the methods that a results file used.",
    "reproduce": "Published matrix and paths: do they come out?",
    "audit": "Printed tables of a paper: are they consistent with each other?",
    "verify": "Run somebody's analysis again and compare every number.",
    "simulate": "Simulate answers before collecting them, from a model whose values are known.",
    "power": "How many respondents does the study need? By simulation, for every effect.",
}
