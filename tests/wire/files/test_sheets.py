"""Sheets are read row by row, strings in their places and numbers written out."""

from guard.wire.files.gathering import Gathering
from guard.wire.files.sheets import read, strings

SHARED = b"<sst><si><t>Nom</t></si><si><r><t>FR76 </t></r><r><t>3000</t></r></si><si><t>seul</t></si></sst>"
SHEET = (
    b'<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c><v>1.85057800608441E14</v></c>'
    b'<c t="inlineStr"><is><t>Zo\xc3\xa9</t></is></c><c t="str"><f>A1&amp;"x"</f><v>r</v></c></row></sheetData>'
    b'<headerFooter><oddHeader>confidentiel</oddHeader></headerFooter><hyperlink display="lien"/></worksheet>'
)


def nothing(data: bytes, out: Gathering) -> str:
    return ""


def test_rows_cells_headers_and_strings_nobody_uses_are_read() -> None:
    out = Gathering(nothing)
    read([("sheet1", SHEET)], strings(SHARED), out)

    found = {piece.where: piece.text.strip() for piece in out.pieces}
    assert found["sheet1"].split("\t") == ["Nom", "FR76 3000", "185057800608441", "Zoé", 'r A1&"x"']
    assert found["sheet1+"] == "confidentiel"
    assert "lien" in found["sheet1@"]
    assert found["xl/sharedStrings.xml"] == "seul"


def test_a_number_of_a_string_that_is_not_there_is_read_as_it_is() -> None:
    out = Gathering(nothing)
    read([("s", b'<w><sheetData><row><c t="s"><v>7</v></c><c><v>1E999999</v></c></row></sheetData></w>')], [], out)

    assert out.pieces[0].text == "7\t1E999999"


def test_a_cell_stands_under_its_heading_where_others_are_left_out() -> None:
    out = Gathering(nothing)
    row = (
        b'<w><sheetData><row><c r="A1"><v>1</v></c><c r="D1"><v>4</v></c><c><v>5</v></c><c r="F1"/>'
        b'<c r="H1"><v>8</v></c></row><row><c r="XFD2"><v>9</v></c><c r="?"><v>7</v></c></row></sheetData></w>'
    )
    read([("s", row)], [], out)

    first, second = out.pieces[0].text.split("\n")
    assert first.split("\t") == ["1", "", "", "4", "5", "", "", "8"]
    assert second.split() == ["9", "7"]
    assert len(second) < 120
