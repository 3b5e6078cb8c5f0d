"""JUnit XML: valid for Jenkins, unambiguous for GitLab, and silent about nothing."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from lxml import etree
from msgspec.structs import replace

from sfgov.report import junit
from sfgov.result import Run

SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("junit.xml", junit.render(run))


def read(run: Run) -> Element:
    return ElementTree.fromstring(junit.render(run).encode())


def case(root: Element, check: str, name: str) -> Element:
    (found,) = [
        c for c in root.iter("testcase") if c.get("classname", "").endswith(check) and c.get("name") == name
    ]
    return found


def outcomes(root: Element, check: str) -> dict[str | None, list[str]]:
    return {
        one.get("name"): [child.tag for child in one]
        for one in root.iter("testcase")
        if one.get("classname", "").endswith(check)
    }


def test_it_is_valid_for_jenkins(run: Run) -> None:
    root = etree.fromstring(junit.render(run).encode())
    for one in root.iter("testcase"):
        one.attrib.pop("file", "")  # GitLab reads it, the schema does not know it

    schema = etree.XMLSchema(etree.parse(SCHEMA))
    schema.validate(root)

    assert str(schema.error_log) == ""


def test_no_two_cases_share_a_name(run: Run) -> None:
    names = [(one.get("classname"), one.get("name")) for one in read(run).iter("testcase")]

    assert len(names) == len(set(names)) == 12


def test_all_findings_on_a_component_are_one_failure(run: Run) -> None:
    found = case(read(run), "DEL001", "PermissionSet:Sales_Admin")
    (failure,) = found

    path = "orgs/acme/force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml"
    assert found.get("classname") == "sfgov.delete.DEL001"
    assert found.get("file") == path
    assert (failure.tag, failure.get("type")) == ("failure", "critical")
    assert failure.text == (
        f"{path}:14:9: critical: Permission set Sales_Admin lets its holders delete Invoice__c, "
        "which the policy says nobody may delete.\n"
        "  orgs/acme/sfgov.yml:4: Invoice__c is listed under delete.never\n"
        "  Fix: Set allowDelete to false for Invoice__c.\n"
        f"{path}:28:9: critical [baseline]: Permission set Sales_Admin lets its holders delete Contract, "
        "which the policy says nobody may delete."
    )


def test_findings_that_do_not_count_are_skipped_with_their_reason(run: Run) -> None:
    root = read(run)

    assert outcomes(root, "APX001") == {
        "ApexClass:InvoiceService": ["skipped"],
        "ApexTrigger:InvoiceTrigger": ["skipped"],
        "all components": ["skipped"],
    }
    waived = case(root, "APX001", "ApexClass:InvoiceService")[0]
    assert "medium [waived: jane@example.com: rewritten in Q4, until 2026-12-31]: Method" in (
        waived.text or ""
    )
    assert waived.attrib == {}
    missed = case(root, "APX001", "all components")[0]
    assert missed.text == "Not checked: 3 classes are hidden by their packages."


def test_a_crash_is_an_error_and_the_crashed_check_did_not_pass(run: Run) -> None:
    root = read(run)

    assert outcomes(root, "SFG003") == {"Check:ATT001": ["error"]}
    assert outcomes(root, "ATT001") == {"all components": ["skipped"]}
    assert case(root, "ATT001", "all components")[0].text == "The check crashed; see SFG003."


def test_a_check_without_findings_passes(run: Run) -> None:
    clean = read(replace(run, results=(), not_checked=(), crashed=False))

    assert (clean.get("tests"), clean.get("failures"), clean.get("errors")) == ("7", "0", "0")
    assert outcomes(clean, "DEL002") == {"all components": []}


def test_the_numbers_add_up(run: Run) -> None:
    root = read(run)

    assert root.attrib == {"name": "sfgov", "tests": "12", "failures": "6", "errors": "1", "time": "0"}
    assert sum(int(suite.get("skipped", "")) for suite in root) == 5


def test_characters_that_xml_cannot_hold_are_spelled_out(run: Run) -> None:
    hostile = case(read(run), "XYZ001", r"Flow:</script>\x85::error\u202e")

    assert r"""\x1b[31mred\x07 \u202eevil </script><!-- & "quotes" ]]> {0}""" in (hostile[0].text or "")
    assert r"\ud800 :\:warning::next line" in hostile[0].get("message", "")


def test_too_many_cases_are_cut_least_important_first(run: Run) -> None:
    info, critical = run.results[3], run.results[4]
    many = [replace(info, component=f"Flow:F{n:05}") for n in range(junit.MOST_CASES)]
    root = read(replace(run, results=(*many, critical), crashed=False))

    assert len(list(root.iter("testcase"))) == junit.MOST_CASES
    assert outcomes(root, "DEL001") == {"PermissionSet:Sales_Admin": ["failure"]}
    assert outcomes(root, "SFG001") == {}
    left_out = case(root, "report", "cases left out")[0]
    assert left_out.text == "7 less important cases are left out; the JSON report has them all."
