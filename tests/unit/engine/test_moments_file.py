"""The CSV of ``--moments``: every form DESIGN allows, and what is said about the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tam.engine import read_moments
from tam.errors import TamError

MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 9.0, 2.0], [0.5, 2.0, 16.0]])


def written(folder: Path, text: str) -> Path:
    path = folder / "moments.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n4,1,0.5\n1,9,2\n0.5,2,16\n",
        "a,b,c\n4\n1,9\n0.5,2,16\n",
        "a,b,c\n4,,\n1,9,\n0.5,2,16\n",
        "\ufeffa,b,c\r\n4,1,0.5\r\n1,9,2\r\n0.5,2,16\r\n",
        ",a,b,c\na,4,1,0.5\nb,1,9,2\nc,0.5,2,16\n",
        "name,a,b,c\na,4\nb,1,9\nc,0.5,2,16\n",
        "a,b,c\n1,,\n0.16666666666666666,1,\n0.0625,0.16666666666666666,1\nsd,2,3,4\n",
        ",a,b,c\na,1\nb,0.16666666666666666,1\nc,0.0625,0.16666666666666666,1\nsd,2,3,4\n",
    ],
)
def test_forms_of_the_matrix(tmp_path: Path, text: str) -> None:
    moments = read_moments(written(tmp_path, text), 50)
    assert moments.names == ("a", "b", "c")
    assert np.allclose(moments.covariance, MATRIX, atol=1e-12)
    assert moments.means is None
    assert moments.nobs == 50


def test_means(tmp_path: Path) -> None:
    text = "a,b,c\n4\n1,9\n0.5,2,16\nmean,1,2.5,-3\n"
    means = read_moments(written(tmp_path, text), 50).means
    assert means is not None
    assert means.tolist() == [1.0, 2.5, -3.0]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty", None),
        ("a,b\n", "empty", None),
        ("a,b\n1,x\n0,1\n", "number", 2),
        ("a,b\n1,nan\n0,1\n", "number", 2),
        ("a,b\n1\n\n0;5,1\n", "labels", 2),
        ("a,b\n1,0.5\n", "shape", None),
        ("a,b,c\n1,2\n3,4\n5,6\n", "shape", None),
        ("a,a\n1,0\n0,1\n", "header", 1),
        ("a,,b\n1\n0,1\n0,0,1\n", "header", 1),
        ("a,b\n1\n0,1\nmean,3\n", "special", 4),
        ("a,b\n1\n0,1\nsd,3,-1\n", "sd", 4),
        (",a,b\nb,1\na,0,1\n", "labels", 2),
        ("group,a,b\nx,1,\nx,0,1\n", "groups", 1),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    with pytest.raises(TamError) as caught:
        read_moments(written(tmp_path, text), 50)
    one = caught.value.problems[0]
    assert one.code == f"moments-file-{code}"
    assert (one.where.file, one.where.line) == ("moments.csv", line)
    assert one.what


@pytest.mark.parametrize("nobs", [1, 0, -5, 2.5, True])
def test_numbers_of_cases(tmp_path: Path, nobs: int) -> None:
    with pytest.raises(TamError) as caught:
        read_moments(written(tmp_path, "a,b\n1\n0,1\n"), nobs)
    assert caught.value.problems[0].code == "moments-file-nobs"


def test_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00a,b")
    for path in (tmp_path / "absent.csv", tmp_path / "bytes.csv", tmp_path):
        with pytest.raises(TamError) as caught:
            read_moments(path, 50)
        assert caught.value.problems[0].code == "moments-file-unreadable"
