"""Rule files of ours become XSLT that means what Schematron means."""

import pytest
from saxonche import PySaxonProcessor

from mailbot.recognition.validation_process import find_file, read_report
from mailbot.recognition.validation_profile import rule_files
from mailbot.recognition.validation_schematron import to_xslt, without_locations
from tests.kit.einvoices import ubl_invoice

HEAD = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">'


@pytest.fixture(scope="module")
def saxon() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


def run(saxon: PySaxonProcessor, rules: str, xml: str) -> list[tuple[str, str, str]]:
    sheet = to_xslt(f"{HEAD}{rules}</schema>".encode()).decode()
    compiled = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_text=sheet)
    report = compiled.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml))
    return read_report(report.encode())


def test_a_failed_assert_is_reported_with_its_flag_and_text(saxon: PySaxonProcessor) -> None:
    rules = """<pattern id="p"><rule context="a">
        <assert id="R1" test="@x">An a  must have
          an x.</assert><assert id="R2" flag="warning" test="false()">Never.</assert></rule>
        </pattern>"""
    assert run(saxon, rules, "<r><a/><a x='1'/></r>") == [
        ("R1", "fatal", "An a must have an x."),
        ("R2", "warning", "Never."),
        ("R2", "warning", "Never."),
    ]


def test_the_first_rule_of_a_pattern_that_fits_is_the_one_that_counts(
    saxon: PySaxonProcessor,
) -> None:
    rules = """<pattern id="p"><rule context="a[@x]"><assert id="R1" test="false()"/></rule>
        <rule context="a"><assert id="R2" test="false()"/></rule></pattern>
        <pattern id="q"><rule context="a"><assert id="R3" test="false()"/></rule></pattern>"""
    found = [rule for rule, _flag, _text in run(saxon, rules, "<a x='1'><a/></a>")]
    assert found == ["R1", "R2", "R3", "R3"]


def test_values_and_functions_are_seen_by_the_rules_below_them(saxon: PySaxonProcessor) -> None:
    rules = """<ns prefix="f" uri="urn:f"/>
        <function xmlns="http://www.w3.org/1999/XSL/Transform" name="f:twice">
        <param name="n"/><sequence select="$n * 2"/></function>
        <let name="all" value="count(//a)"/>
        <pattern id="p"><let name="one" value="1"/><rule context="r"><let name="own" value="@x"/>
        <assert id="R1" test="f:twice($all) = $one + $own"/></rule></pattern>"""
    assert run(saxon, rules, "<r x='3'><a/><a/></r>") == []
    assert len(run(saxon, rules, "<r x='3'><a/></r>")) == 1


def test_a_published_stylesheet_finds_the_same_without_saying_where(
    saxon: PySaxonProcessor,
) -> None:
    file = find_file("mailbot:peppol/PEPPOL-EN16931-UBL.xsl")
    wrong = saxon.parse_xml(xml_text=ubl_invoice().replace("BuyerReference", "BuyerName"))
    compiler = saxon.new_xslt30_processor()
    published = compiler.compile_stylesheet(stylesheet_file=str(file))
    quick = compiler.compile_stylesheet(stylesheet_text=without_locations(file.as_uri()))
    said, meant = (one.transform_to_string(xdm_node=wrong) for one in (quick, published))
    assert read_report(said.encode()) == read_report(meant.encode())
    assert "PEPPOL-EN16931-R003" in said
    assert 'location=""' in said
    assert 'location=""' not in meant


@pytest.mark.parametrize("name", rule_files())
def test_every_file_that_a_profile_names_is_there(name: str) -> None:
    assert find_file(name).is_file()


@pytest.mark.parametrize("name", [n for n in rule_files() if n.endswith(".sch")])
def test_every_rule_of_ours_has_an_id_a_flag_and_a_sentence(name: str) -> None:
    sheet = to_xslt(find_file(name).read_bytes())
    for rule, flag, text in read_report(sheet):
        assert rule, name
        assert flag in {"fatal", "warning"}, rule
        assert text.endswith("."), rule
