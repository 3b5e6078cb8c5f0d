"""The section "Attribution"."""

from __future__ import annotations

import re

from sfgov.report.html import render
from sfgov.testing import lint_run
from sfgov_checks.attribution.attribution_lost_on_conversion import attribution_lost_on_conversion
from tests.attribution_orgs import Files, conversion, enrich, field, sets, validation

ORG = (
    field("Lead.First_Touch__c")
    | field("Lead.UTM_Term__c", length="255")
    | field("Lead.GCLID__c")
    | field("Lead.Referrer__c")
    | field("Opportunity.First__c")
    | field("Opportunity.UTM_Term__c")
    | field("Contact.Referrer__c")
    | conversion(
        "First_Touch__c > Opportunity.First__c",
        "UTM_Term__c > Opportunity.UTM_Term__c",
        "Referrer__c > Contact.Referrer__c",
        "A__c > Account.B__c",
    )
    | enrich(sets("First_Touch__c", "'Web'"))
)


def page(files: Files = ORG) -> str:
    return render(lint_run(files, attribution_lost_on_conversion))


def section(files: Files = ORG) -> str:
    text = page(files)
    begin = text.index('<section id="attribution"')
    return text[begin : text.index("<footer", begin)]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def rows(files: Files = ORG) -> list[list[str]]:
    table = section(files).partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found
    ]


def test_the_table_says_what_becomes_of_each_field() -> None:
    assert rows() == [
        ["LeadSource", "survives", "same name", "", "same name", ""],
        ["CampaignId", "survives", "", "", "same name", ""],
        ["First_Touch__c", "overwritten on leads", "", "", "First__c", "1 on create, 1 on update"],
        ["GCLID__c", "lost on conversion", "", "", "", ""],
        ["UTM_Term__c", "arrives in part", "", "", "same name in part", ""],
        ["Referrer__c", "not on the opportunity", "same name", "", "", ""],
    ]


def test_each_field_has_its_lines_and_the_table_leads_there() -> None:
    text = section()
    for anchor in re.findall(r'href="#(o-\d+)"', text):
        assert f'id="{anchor}"' in text
    first = text[text.index('id="o-3"') : text.index('id="o-4"')]
    assert "before-save flow Enrich on create, update : Web Overwrites" in words(first)
    assert "flows/Enrich.flow-meta.xml :4" in words(first)
    assert "Opportunity.First__c gets it by the conversion settings" in words(first)
    lost = text[text.index('id="o-4"') : text.index('id="o-5"')]
    assert "Nothing carries it over." in words(lost)
    cut = text[text.index('id="o-5"') : text.index('id="o-6"')]
    assert "gets it by the conversion settings: values are cut at 80" in words(cut)


def test_the_settings_are_told() -> None:
    text = words(section())
    assert "People choose whether a conversion makes an opportunity." in text
    assert "The conversion settings map 1 other pair of fields Lead.A__c → Account.B__c" in text


def test_without_settings_nothing_is_said_to_be_lost() -> None:
    files = field("Lead.GCLID__c")
    assert rows(files)[2] == ["GCLID__c", "not known", "", "", "", ""]
    assert "The conversion settings were not retrieved : what custom fields leave is not known." in words(
        section(files)
    )


def test_a_field_that_a_rule_locks_is_not_overwritten() -> None:
    files = ORG | validation("Lead.Keep", "ISCHANGED(First_Touch__c)")
    assert rows(files)[2][1] == "survives"
    assert "Locked: Keep refuses to change it once it has a value" in words(section(files))


def test_without_leads_there_is_no_section() -> None:
    text = page(field("Account.Rating__c"))
    assert 'id="attribution"' not in text
    assert "#attribution" not in text


def test_text_from_the_org_is_text() -> None:
    files = field("Lead.GCLID__c") | enrich(
        sets("GCLID__c", "'&lt;script&gt;alert(1)&lt;/script&gt;'"), on="Create"
    )
    assert "<script>alert(1)" not in section(files)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in section(files)
