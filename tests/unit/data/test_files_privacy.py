"""Personal columns: known by header or by content, dropped, compared without being kept."""

from __future__ import annotations

import pytest

from tam.data import code_responses, read_table
from tam.data.privacy import Pseudonyms, personal_kind, same_person

ITEMS = ["PU1", "PU2", "ATT1", "ATT2"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["a.b@example.com", "", "c@example.cn"], "email"),
        (["13812345678", "+86 139 1234 5678", "(空)"], "phone"),
        (["+49 30 1234567", "+1 (212) 555-0100"], "phone"),
        (["11010519491231002X", "440524188001010014"], "identity"),
        (["10.0.0.1(广东-深圳)", "192.168.1.20"], "address"),
        (["5", "4", "3"], None),
        (["2025/3/1 10:00", "2025/3/1 10:01"], None),
        (["很好", "写信到 a@b.cn", "无"], None),
        (["110105194912310021", "440524188001010015"], None),
        (["12345678901", "12345678902"], None),
        (["", " "], None),
        ([], None),
    ],
)
def test_a_column_is_known_by_its_content(cells, kind):
    """Identity numbers count only with the right check digit, phone numbers by their beginning."""
    assert personal_kind(cells) == kind


def test_columns_are_dropped_by_header_and_by_content(write, small):
    header = [*ITEMS, "姓名", "微信昵称", "经度", "Latitude", "Q9", "Q10", "remark"]
    people = [
        ["张三", "三三", "113.9", "22.5", "zhang@example.com", "13812345678", "fine"],
        ["李四", "四四", "113.8", "22.6", "li@example.com", "13912345678", "good"],
    ]
    rows = [[*answers, *person] for answers, person in zip([[5, 1, 4, 2], [4, 2, 5, 3]], people)]
    responses = code_responses(read_table(write([header, *rows])), small)
    assert responses.dropped_columns == ("姓名", "微信昵称", "经度", "Latitude", "Q9", "Q10")
    assert responses.unused_columns == ("remark",)
    told = repr(responses) + responses.meta.to_string()
    assert not [word for person in people for word in person[:6] if word in told]


def test_equal_contacts_have_equal_numbers_however_they_are_written(write, small):
    header = [*ITEMS, "email", "联系电话"]
    rows = [
        [5, 1, 4, 2, "A@Example.com", "138 1234 5678"],
        [4, 2, 5, 3, "b@example.com", "13912345678"],
        [3, 2, 5, 3, "a@example.com ", "13712345678"],
        [2, 2, 5, 3, "", "+8613912345678"],
        [1, 2, 5, 3, "", ""],
    ]
    meta = code_responses(read_table(write([header, *rows])), small).meta
    assert meta["email_group"].tolist() == ["1", "2", "1", "", ""]
    assert meta["phone_group"].tolist() == ["1", "2", "3", "2", ""]
    assert same_person(meta) == [None, None, 0, 1, None]


def test_numbers_do_not_depend_on_the_salt():
    values = ["x", "y", "", "x", "z"]
    first, second = Pseudonyms().numbers("email", values), Pseudonyms().numbers("email", values)
    assert first.tolist() == second.tolist() == ["1", "2", "", "1", "3"]


def test_personal_columns_are_kept_where_the_study_asks(write, small):
    rows = [[*ITEMS, "Q9"], [5, 1, 4, 2, "a@example.com"], [4, 2, 5, 3, "b@example.com"]]
    responses = code_responses(read_table(write(rows)), small, keep_personal=True)
    assert responses.meta["Q9"].tolist() == ["a@example.com", "b@example.com"]
    assert responses.dropped_columns == ()
