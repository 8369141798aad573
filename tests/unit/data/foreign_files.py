"""Writes files that no library here writes: OpenDocument sheets and binary Excel workbooks, by hand."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[object]]
_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def write_ods(path: Path, *sheets: tuple[str, Rows], body: str | None = None) -> Path:
    """An .ods; ``body`` replaces the tables, for files that are not sound."""
    tables = "".join(
        f'<table:table table:name="{name}">{_ods_rows(rows)}</table:table>' for name, rows in sheets
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        made.writestr("content.xml", _ODS.format(tables if body is None else body))
        made.writestr("META-INF/manifest.xml", _MANIFEST)
    return path


def _ods_rows(rows: Rows) -> str:
    return "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def write_xlsb(path: Path, name: str, rows: Rows) -> Path:
    """A binary workbook with one sheet of numbers and texts (the records of [MS-XLSB] that hold cells)."""
    width = max(map(len, rows))
    sheet = (
        _record(0x81) + _record(0x94, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + _record(0x91)
    )
    for i, row in enumerate(rows):
        sheet += _record(0x00, struct.pack("<III", i, 0, 0) + b"\0" * 5)
        for j, value in enumerate(row):
            place = struct.pack("<II", j, 0)
            if isinstance(value, (int, float)):
                sheet += _record(0x05, place + struct.pack("<d", value))
            elif value is not None:
                sheet += _record(0x06, place + _wide(str(value)))
    sheet += _record(0x92) + _record(0x82)
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    workbook = _record(0x83) + _record(0x8F) + _record(0x9C, bundle) + _record(0x90) + _record(0x84)
    relation = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.bin", workbook)
        made.writestr("xl/_rels/workbook.bin.rels", relation)
        made.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    """Record: its number and its length in groups of seven bits, then the data."""
    return _seven_bits(kind) + _seven_bits(len(data)) + data


def _seven_bits(number: int) -> bytes:
    found = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
