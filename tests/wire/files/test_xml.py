"""The text of an office document's XML, by paragraphs and cells; entities are refused."""

import pytest

from guard.errors import WireError
from guard.wire.files.xml import attributes, authors, local, text, tree


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("<d><p><r><t>FR76 </t></r><r><t>3000</t></r></p><p>b</p></d>", "FR76 3000\nb\n"),
        ("<d><p>a<del><delText>old</delText></del></p></d>", "aold\n"),
        ("<row><c><v>1</v></c><c><v>2</v></c></row>", "1\n\t2\n\t\n"),
        ("<d><creator>Ana</creator><title>T</title></d>", "Ana\nT\n"),
        ("<d><p>a<tab/>b<br/>c</p></d>", "a\tb\nc\n"),
        ('<a:d xmlns:a="x"><a:p>é</a:p></a:d>', "é\n"),
    ],
)
def test_runs_stand_together_and_paragraphs_apart(xml: str, said: str) -> None:
    assert text(tree(xml.encode())) == said


def test_each_value_of_an_attribute_is_said_once() -> None:
    assert attributes(tree(b"<d a='Ana' b=''><e c='Ana'/><f g='http://x'/></d>")) == "Ana\nhttp://x"


def test_authors_are_taken_out() -> None:
    root = tree(b"<m><creator>Ana <b>Durand</b></creator><title>T</title></m>")

    assert authors(root) == "Ana Durand"
    assert text(root).split() == ["T"]


def test_the_name_of_an_element_is_without_its_namespace() -> None:
    assert local(tree(b"<a:b xmlns:a='x'/>")) == "b"


@pytest.mark.parametrize(
    ("xml", "cause"),
    [
        (b"<!DOCTYPE d><d/>", "xml-entities"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "xml-entities"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "xml-entities"),
        (b"<d>", "corrupt-file"),
        (b"", "corrupt-file"),
    ],
)
def test_entities_and_broken_xml_are_refused(xml: bytes, cause: str) -> None:
    with pytest.raises(WireError) as caught:
        tree(xml)
    assert caught.value.cause == cause


def test_xml_without_a_bottom_is_refused() -> None:
    with pytest.raises(WireError):
        text(tree(b"<d>" * 450 + b"</d>" * 450))
