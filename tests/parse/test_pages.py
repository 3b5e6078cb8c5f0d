"""Page layouts and Lightning pages: the fields on them."""

import pytest

from sfgov.facts import Fact, FlexiPage, Layout
from sfgov.parse import parse
from sfgov.project.source import SourceFile

XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
LAYOUT = f"""<Layout {XMLNS}>
    <layoutSections>
        <layoutColumns>
            <layoutItems><behavior>Edit</behavior><field>Company</field></layoutItems>
            <layoutItems><emptySpace>true</emptySpace></layoutItems>
        </layoutColumns>
        <layoutColumns/>
    </layoutSections>
    <layoutSections>
        <layoutColumns>
            <layoutItems><behavior>Readonly</behavior><field>First_Touch__c</field></layoutItems>
        </layoutColumns>
    </layoutSections>
    <relatedLists><fields>FULL_NAME</fields></relatedLists>
</Layout>"""
PAGE = f"""<FlexiPage {XMLNS}>
    <flexiPageRegions>
        <itemInstances>
            <fieldInstance><fieldItem>Record.Company</fieldItem><identifier>RecordCompany</identifier></fieldInstance>
        </itemInstances>
        <itemInstances>
            <componentInstance><componentName>force:detailPanel</componentName></componentInstance>
        </itemInstances>
    </flexiPageRegions>
    <sobjectType>{{}}</sobjectType>
</FlexiPage>"""


def read(kind: str, name: str, text: str) -> Fact:
    (found,) = parse(SourceFile("x.xml", kind, name), text.encode()).facts
    return found


@pytest.mark.parametrize("name", ["Lead-Lead Layout", "Opportunity-Sales"])
def test_the_fields_of_a_layout(name: str) -> None:
    layout = read("Layout", name, LAYOUT)
    assert layout == Layout(name=name, fields=("Company", "First_Touch__c"))
    assert isinstance(layout, Layout)
    assert layout.object == name.partition("-")[0]


def test_fields_of_other_objects_layouts_are_not_kept() -> None:
    assert read("Layout", "Invoice__c-Lead", LAYOUT) == Layout(name="Invoice__c-Lead")


def test_the_fields_of_a_lightning_page() -> None:
    text = PAGE.replace("{}", "Lead")
    assert read("FlexiPage", "P", text) == FlexiPage(name="P", object="Lead", fields=("Company",))
    text = PAGE.replace("{}", "Invoice__c")
    assert read("FlexiPage", "P", text) == FlexiPage(name="P", object="Invoice__c")
