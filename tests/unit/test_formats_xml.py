"""The safety pass over XML, and the small tree behind it."""

from __future__ import annotations

import pytest

from ocr_eval.formats.xml_safe import XmlFault, has_doctype, parse, root_name
from ocr_eval.limits import Limits

LIMITS = Limits()
DTD = b"<!DOCTYPE a [<!ENTITY x 'y'>]>"


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (DTD + b"<a/>", "E_XML_DTD", 1),
        (b"<?xml version='1.0'?>\n<!-- > <a> -->\n <!doctype a><a/>", "E_XML_DTD", 3),
        (b"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'http://127.0.0.1/x'><a/>", "E_XML_DTD", 1),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", "E_XML_DTD", 1),
        (b"<!DOCTYPE a><unclosed", "E_XML_DTD", 1),
        (b"<a>&x;</a>", "E_FORMAT", 1),
        (b"<a>\n<b></a>", "E_FORMAT", 2),
        (b"", "E_FORMAT", 1),
        (b"<a/><b/>", "E_FORMAT", 1),
        (b"\xff\xfe<\0a\0/\0>\0", "E_ENCODING", 1),
        (b"<a>\n\xe9</a>", "E_ENCODING", 2),
        (b"<a>\n\0</a>", "E_ENCODING", 2),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "E_ENCODING", 1),
        (b"<a>" * 129 + b"</a>" * 129, "E_LIMIT", 1),
    ],
)
def test_xml_that_is_refused(data: bytes, code: str, line: int) -> None:
    with pytest.raises(XmlFault) as caught:
        parse(data, LIMITS, {"a"})
    assert (caught.value.code, caught.value.line) == (code, line)


def test_limits_of_size_and_elements() -> None:
    for limits in (LIMITS._replace(xml_bytes=9), LIMITS._replace(total_instances=1)):
        with pytest.raises(XmlFault) as caught:
            parse(b"<a>" + b"<b/>" * 9 + b"</a>", limits, {"a"})
        assert caught.value.code == "E_LIMIT"
    assert parse(b"<a>" * 128 + b"</a>" * 128, LIMITS, {"a"}).name == "a"


def test_a_doctype_in_a_comment_or_in_text_is_none() -> None:
    data = b"<!-- <!DOCTYPE a> --><?pi <!DOCTYPE a> ?><a><![CDATA[<!DOCTYPE a>]]></a>"
    assert not has_doctype(data)
    assert parse(data, LIMITS, {"a"}).text == "<!DOCTYPE a>"


def test_elements_are_found_by_local_name_and_others_give_way_to_their_children() -> None:
    data = b"""<?xml version="1.0" encoding="utf-8"?>
<p:root xmlns:p="urn:x" xmlns:q="urn:y" p:id="1">one<other><q:kept a="2">two</q:kept>three<kept/></other>
<skipped><kept>no</kept></skipped><kept><kept a="3"/></kept></p:root>"""
    root = parse(data, LIMITS, {"kept"}, {"skipped"})
    assert (root.name, root.attributes, root.text.split()) == ("root", {"id": "1"}, ["onethree"])
    assert [(one.line, one.text, one.attributes) for one in root.all("kept")] == [
        (2, "two", {"a": "2"}),
        (2, "", {}),
        (3, "", {}),
    ]
    assert [one.attributes.get("a") for one in root.below("kept")] == ["2", None, None, "3"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<PcGts>", "PcGts"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <alto> -->\n<pc:PcGts xmlns:pc='x'", "PcGts"),
        (b"<alto/>", "alto"),
        (b"<!DOCTYPE alto><alto/>", ""),
        (b"<alt", ""),
        (b"<!-- ", ""),
        (b"", ""),
        (b"< alto>", ""),
    ],
)
def test_the_root_names_the_format(data: bytes, name: str) -> None:
    assert root_name(data) == name
