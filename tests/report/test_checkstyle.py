"""Checkstyle XML: the shape that its many readers agree on."""

from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sfgov.report import checkstyle
from sfgov.result import Run


def read(run: Run) -> Element:
    """The report, after a look at every element and attribute."""
    root = ElementTree.fromstring(checkstyle.render(run).encode())
    assert (root.tag, root.attrib) == ("checkstyle", {"version": "4.3"})
    for file in root:
        assert (file.tag, list(file.attrib)) == ("file", ["name"])
        assert len(file) > 0
        for error in file:
            assert (error.tag, list(error.attrib)) == (
                "error",
                ["line", "column", "severity", "message", "source"],
            )
            assert int(error.get("line", "")) > 0
            assert int(error.get("column", "")) > 0
            assert error.get("severity") in ("ignore", "info", "warning", "error")
    return root


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("checkstyle.xml", checkstyle.render(run))


def test_findings_that_count_are_grouped_by_file(run: Run) -> None:
    root = read(run)

    assert len(root.findall("file/error")) == 7
    names = [file.get("name", "") for file in root]
    assert len(names) == len(set(names)) == 7
    assert names[0] == "orgs/acme/force-app/main/default/classes/InvoiceService.cls"


def test_an_error(run: Run) -> None:
    (error,) = read(run).findall(
        "file[@name='orgs/acme/force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml']/error"
    )

    assert error.attrib == {
        "line": "14",
        "column": "9",
        "severity": "error",
        "message": "DEL001 delete-granted-on-protected-object: Permission set Sales_Admin lets its holders delete "
        "Invoice__c, which the policy says nobody may delete. Fix: Set allowDelete to false for Invoice__c.",
        "source": "sfgov.DEL001",
    }


def test_a_run_without_findings_is_an_empty_report() -> None:
    assert len(read(Run("0.1.0", "acme", 0, {}, (), (), (), None))) == 0
