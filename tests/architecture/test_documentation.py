"""The reference pages say what the code says; nothing that a person can type or be told is undocumented."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import click
import pytest

from architecture.source import ROOT
from tam.cli.commands import COMMANDS
from tam.errors import catalogue

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    import importlib

    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("generate")
    finally:
        sys.path.remove(str(DOCS))


def test_the_generated_pages_are_fresh(generator: ModuleType) -> None:
    assert not generator.stale(), "run: python docs/generate.py"


def commands() -> list[tuple[str, click.Command]]:
    from tam.cli.main import group

    with click.Context(group) as context:
        return [(name, group.get_command(context, name)) for name in COMMANDS]


@pytest.mark.parametrize(("name", "command"), commands(), ids=list(COMMANDS))
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page.partition(f"## tam {name}\n")[2], flags=re.MULTILINE)[0]
    assert section.strip()
    for option in command.params:
        if isinstance(option, click.Option) and not {"--json", "--quiet", "--no-color"} & set(option.opts):
            assert max(option.opts, key=len) in section
            assert option.help


def test_every_problem_code_is_documented() -> None:
    page = (DOCS / "reference" / "problems.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### (\S+)$", page, re.MULTILINE)) == set(catalogue())


def test_every_measure_and_column_can_be_explained() -> None:
    from tam.report.topics import explained

    names = (
        *("npar", "chisq", "df", "pvalue", "chisq_scaled", "df_scaled", "pvalue_scaled", "scaling_factor"),
        *("baseline_chisq", "baseline_df", "baseline_chisq_scaled", "cfi", "tli", "cfi_scaled", "tli_scaled"),
        *(
            "cfi_robust",
            "tli_robust",
            "rmsea",
            "rmsea_ci_low",
            "rmsea_ci_high",
            "rmsea_pvalue",
            "rmsea_scaled",
        ),
        *(
            "rmsea_robust",
            "rmsea_scaled_ci_low",
            "rmsea_robust_ci_high",
            "srmr",
            "loglik",
            "loglik_h1",
            "aic",
        ),
        *(
            "bic",
            "bic_adjusted",
            "gfi",
            "est",
            "se",
            "z",
            "p",
            "ci_low",
            "ci_high",
            "std",
            "std_se",
            "std_lv",
        ),
        *(
            "alpha",
            "alpha_ci_low",
            "alpha_ci_high",
            "alpha_std",
            "omega",
            "composite_reliability",
            "ave",
            "rho_a",
        ),
        *(
            "mean_inter_item_r",
            "item_rest_r",
            "alpha_if_dropped",
            "loading",
            "htmt",
            "htmt2",
            "fornell_larcker",
        ),
        *(
            "kmo",
            "bartlett",
            "parallel_analysis",
            "welch",
            "games_howell",
            "hedges_g",
            "eta_squared",
            "dblcent",
        ),
        *("supported", "not_supported", "opposite", "unavailable"),
    )
    for language in ("en", "zh"):
        assert not [name for name in names if explained(name, language) is None]


def test_every_screening_rule_can_be_explained() -> None:
    from tam.report.topics import explained
    from tam.spec.study import RULES

    assert not [rule for rule in RULES if explained(rule) is None]


def test_topics_name_references_that_exist_and_all_references_are_used() -> None:
    from tam.report.topics import references, topics

    used = {key for topic in topics().values() for key in topic.references}
    assert used == set(references())


def test_no_topic_hides_a_problem_code() -> None:
    from tam.report.topics import problem_topics, topics

    assert not set(topics()) & set(problem_topics())


def test_references_look_like_references() -> None:
    from tam.report.topics import references

    for key, one in references().items():
        year = re.search(r"\((\d{4})\)", one.cite)
        assert year and 1900 < int(year.group(1)) < 2030, key
        assert key.endswith(year.group(1)), key
        assert one.doi == "" or re.fullmatch(r"10\.\d{4,9}/\S+", one.doi), key
