from __future__ import annotations

import pytest

from sfgov.testing import lint, lint_run
from sfgov_checks.attribution.lead_source_value_missing import lead_source_value_missing as check
from tests.attribution_orgs import (
    FLOW,
    Files,
    cls,
    criterion,
    enrich,
    evidence,
    field,
    mdapi,
    picklist,
    policy,
    rule,
    said,
    sets,
    trigger,
    update,
    validation,
    workflow,
)
from tests.flow_xml import condition, filters, node, tag, xml
from tests.flow_xml import rule as outcome

SET = "standardValueSets/LeadSource.standardValueSet-meta.xml"


def values(*active: str, inactive: tuple[str, ...] = ()) -> Files:
    """The value set: AI Referral, Web and these."""
    names = [(name, "true") for name in ("AI Referral", "Web", *active)] + [
        (name, "false") for name in inactive
    ]
    blocks = [f"<standardValue>{tag('fullName', n)}{tag('isActive', on)}</standardValue>" for n, on in names]
    return {SET: xml("StandardValueSet", *blocks)}


MEANT = ' Did you mean "AI Referral"?'


def wrong(place: str, says: str, text: str = "AI Referal", meant: str = MEANT) -> str:
    return f'medium/high {place} {says} "{text}", which is not an active Lead Source value.{meant}'


def test_a_flow_that_misspells_the_value() -> None:
    files = enrich(sets("LeadSource", "'AI Referal'"), on="Create")
    assert said(check, values(), files) == [wrong(f"{FLOW}:4", "Flow Enrich sets Lead.LeadSource to")]
    [result] = lint(values() | files, check)
    assert (result.component, result.subject) == ("Flow:Enrich", "Lead Source AI Referal")
    assert evidence(check, values(), files) == [f"{SET}:1 the values of Lead Source"]


def test_one_finding_for_each_text_of_a_component_with_the_other_places() -> None:
    ask = node(
        "decisions",
        "Ask",
        outcome("Yes", condition("$Record.LeadSource", "EqualTo", "'AI Referal'"), to="Set"),
    )
    files = enrich(ask, sets("LeadSource", "'AI Referal'"), to="Ask", on="Create")
    assert said(check, values(), files) == [wrong(f"{FLOW}:5", "Flow Enrich sets Lead.LeadSource to")]
    assert evidence(check, values(), files) == [
        f'{FLOW}:4 flow Enrich compares Lead.LeadSource with "AI Referal"',
        f"{SET}:1 the values of Lead Source",
    ]


CONSTANT = f"<constants>{tag('name', 'Source')}<value>{tag('stringValue', 'AI Referal')}</value></constants>"
CREATE = node(
    "recordCreates",
    "Set",
    f"<inputAssignments>{tag('field', 'AccountSource')}<value>{tag('stringValue', 'AI Referal')}</value></inputAssignments>",
    tag("object", "Account"),
)
FORMULA = "ISPICKVAL({!$Record.LeadSource}, &quot;AI Referal&quot;)"
LOUD: dict[str, tuple[Files, str]] = {
    "a constant of a flow": (
        enrich(sets("LeadSource", "Source"), CONSTANT),
        wrong(f"{FLOW}:4", "Flow Enrich sets Lead.LeadSource to"),
    ),
    "a record that a flow creates": (
        enrich(CREATE, trigger="RecordAfterSave"),
        wrong(f"{FLOW}:4", "Flow Enrich sets Account.AccountSource to"),
    ),
    "an entry condition": (
        enrich(sets("Rating", "'Hot'"), entry=filters("LeadSource", "EqualTo", "'AI Referal'")),
        wrong(f"{FLOW}:3", "Flow Enrich compares Lead.LeadSource with"),
    ),
    "an entry formula": (
        enrich(sets("Rating", "'Hot'"), entry=tag("filterFormula", FORMULA)),
        wrong(f"{FLOW}:3", "Flow Enrich compares Lead.LeadSource with"),
    ),
    "an assignment in Apex": (
        trigger("for (Contact c : Trigger.new) { c.LeadSource = 'AI Referal'; }", owner="Contact"),
        wrong("triggers/T.trigger:2", "Apex T sets Contact.LeadSource to"),
    ),
    "a constructor in Apex": (
        cls("Form", "static void m() { insert new Lead(LeadSource = 'AI Referal'); }"),
        wrong("classes/Form.cls:2", "Apex Form.m sets Lead.LeadSource to"),
    ),
    "a constant of the class": (
        cls("Form", "static final String AI = 'AI Referal';\nvoid m(Lead l) { l.LeadSource = AI; }"),
        wrong("classes/Form.cls:3", "Apex Form.m sets Lead.LeadSource to"),
    ),
    "a constant of another class": (
        cls("Sources", "public static final String AI = 'AI Referal';")
        | cls("Form", "void m() { insert new Lead(LeadSource = Sources.AI); }"),
        wrong("classes/Form.cls:2", "Apex Form.m sets Lead.LeadSource to"),
    ),
    "a condition in Apex": (
        trigger("for (Lead l : Trigger.new) { if (l.Rating == 'Hot' && l.LeadSource == 'AI Referal') { l.X__c = 1; } }"),
        wrong("triggers/T.trigger:2", "Apex T compares Lead.LeadSource with"),
    ),
    "a query": (
        cls("Q", "static void m() { List<Opportunity> all = [SELECT Id FROM Opportunity WHERE LeadSource IN ('Web', 'AI Referal')]; }"),
        wrong("classes/Q.cls:2", "Apex Q.m compares Opportunity.LeadSource with"),
    ),
    "a field update": (
        workflow(update("U", "LeadSource", literal="AI Referal"), rule("U", on="onCreateOnly")),
        wrong("workflows/Lead.workflow-meta.xml:2", "Field update U sets Lead.LeadSource to"),
    ),
    "a criterion of a rule, among several values": (
        workflow(update("U", "Rating", literal="Hot"), rule("U", criterion("Lead.LeadSource", "equals", "Web,AI Referal"))),
        wrong("workflows/Lead.workflow-meta.xml:3", "Workflow rule R compares Lead.LeadSource with"),
    ),
    "a validation rule": (
        validation("Opportunity.V", "AND(TEXT(LeadSource) = 'AI Referal', ISBLANK(Description))"),
        wrong(
            "objects/Opportunity/validationRules/V.validationRule-meta.xml:4",
            "Validation rule Opportunity.V compares Opportunity.LeadSource with",
        ),
    ),
    "a formula by CASE": (
        field("Lead.Weight__c", type="Number", formula="CASE(LeadSource, &quot;Web&quot;, 1, &quot;AI Referal&quot;, 2, 0)"),
        wrong("objects/Lead/fields/Weight__c.field-meta.xml:4", "Formula Lead.Weight__c compares Lead.LeadSource with"),
    ),
    "a formula over a lookup": (
        field("Opportunity.Weight__c", type="Number", formula="IF(ISPICKVAL(Account.AccountSource, 'AI Referal'), 1, 0)"),
        wrong(
            "objects/Opportunity/fields/Weight__c.field-meta.xml:4",
            "Formula Opportunity.Weight__c compares Account.AccountSource with",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), LOUD.values(), ids=LOUD)
def test_where_texts_stand(files: Files, expected: str) -> None:
    assert said(check, values(), files) == [expected]


QUIET: dict[str, Files] = {
    "a value": enrich(sets("LeadSource", "'Web'")),
    "a value in another case": enrich(sets("LeadSource", "'web'")),
    "a variable": enrich(sets("LeadSource", "Found")),
    "a variable in Apex": cls(
        "F", "static final String AI = 'AI Referal'; void m(Lead l, String AI) { l.LeadSource = AI; }"
    ),
    "a field of a class that may change": cls(
        "F", "String ai = 'AI Referal'; void m(Lead l) { l.LeadSource = ai; }"
    ),
    "a placeholder": enrich(sets("LeadSource", "'%%SOURCE%%'")),
    "a merge field": enrich(sets("LeadSource", "'{!Found}'")),
    "nothing": enrich(sets("LeadSource", "''")),
    "another object's field of that name": enrich(sets("LeadSource", "'AI Referal'"), owner="Visit__c"),
    "a custom field": enrich(sets("LeadSource__c", "'AI Referal'")),
    "what tests are made with": cls(
        "TestDataFactory", "static void m() { insert new Lead(LeadSource = 'Nowhere'); }"
    ),
    "a comparison by its beginning": enrich(
        sets("Rating", "'Hot'"), entry=filters("LeadSource", "StartsWith", "'AI'")
    ),
    "a draft": enrich(sets("LeadSource", "'AI Referal'"), status=tag("status", "Draft")),
    "a test": {
        "classes/T.cls": "@isTest\nclass T { static void m() { insert new Lead(LeadSource = 'Nowhere'); } }"
    },
    "a rule that is not active": validation("Lead.V", "ISPICKVAL(LeadSource, 'AI Referal')", active=False),
    "a comment in a formula": validation(
        "Lead.V", "/* ISPICKVAL(LeadSource, 'AI Referal') */ ISBLANK(Company)"
    ),
    "a field update that no active rule does": workflow(
        update("U", "LeadSource", literal="AI Referal"), rule("U", active=False)
    ),
    "an old value that is compared with": enrich(
        sets("Rating", "'Hot'"), entry=filters("LeadSource", "EqualTo", "'Fair'")
    ),
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_texts_that_are_fine(files: Files) -> None:
    assert said(check, values(inactive=("Fair",)), files) == []


def test_comparisons_with_what_no_value_is_like_are_told_together() -> None:
    formula = "CASE(LeadSource, &quot;Fax&quot;, 1, &quot;Web&quot;, 2, &quot;Radio Spot&quot;, 3, 0)"
    files = field("Lead.Weight__c", type="Number", formula=formula)
    assert said(check, values(), files) == [
        'low/high objects/Lead/fields/Weight__c.field-meta.xml:4 Formula Lead.Weight__c compares Lead.LeadSource with "Fax" '
        'and "Radio Spot", which are no Lead Source values: only records that kept them from before can match.'
    ]
    assert said(check, values(), validation("Lead.V", "ISPICKVAL(LeadSource, 'Fax')")) == [
        "low/high objects/Lead/validationRules/V.validationRule-meta.xml:4 Validation rule Lead.V compares Lead.LeadSource "
        'with "Fax", which is no Lead Source value: only records that kept it from before can match.'
    ]


def test_an_old_value_that_is_set() -> None:
    assert said(check, values(inactive=("Fair",)), enrich(sets("LeadSource", "'Fair'"))) == [
        f'medium/high {FLOW}:4 Flow Enrich sets Lead.LeadSource to "Fair", which is not active any more as a Lead Source '
        "value."
    ]


def test_values_in_percent_codes_and_those_that_the_field_holds_in_old_retrieves() -> None:
    files = enrich(sets("LeadSource", "'Trade Show'"))
    assert said(check, values("Trade%20Show"), files) == []
    block = "".join(f"<picklistValues>{tag('fullName', name)}</picklistValues>" for name in ("Web", "AI"))
    old = f"<fields>{tag('fullName', 'LeadSource')}<picklist>{block}</picklist>{tag('type', 'Picklist')}</fields>"
    org = mdapi(files) | {"objects/Lead.object": xml("CustomObject", old)}
    assert said(check, org) == [
        wrong(f"{FLOW.removesuffix('-meta.xml')}:4", "Flow Enrich sets Lead.LeadSource to", "Trade Show", "")
    ]


def test_without_the_values_nothing_is_said() -> None:
    run = lint_run(enrich(sets("LeadSource", "'AI Referal'")), check)
    assert run.results == ()
    assert [one.reason for one in run.not_checked] == ["the standard value set LeadSource was not retrieved"]


# AI assistants

PLAIN = {SET: xml("StandardValueSet", f"<standardValue>{tag('fullName', 'Web')}</standardValue>")}
RATING = field("Lead.Rating__c")


def test_no_word_for_ai_assistants() -> None:
    assert said(check, PLAIN, RATING) == [
        f"low/medium {SET}:1 No Lead Source value and no field of leads can say that somebody came from an AI assistant "
        "(ChatGPT, Perplexity, Copilot …)."
    ]


@pytest.mark.parametrize(
    "files",
    [
        PLAIN,  # nothing shows that the org has leads
        RATING | values(),
        RATING | PLAIN | field("Lead.UTM_Source__c"),
        RATING | PLAIN | field("Lead.Referrer__c", type="Url"),
        RATING | PLAIN | picklist("Lead.AI_Assistant__c", "Any"),
        RATING | PLAIN | picklist("Lead.First_Touch_Source__c", "Perplexity", "Other"),
        RATING | PLAIN | policy("{ai_sources: [Web]}"),
    ],
)
def test_orgs_that_can_say_it(files: Files) -> None:
    assert said(check, field("Case.X__c"), files) == []


@pytest.mark.parametrize(
    "files",
    [
        RATING | PLAIN | field("Lead.GCLID__c"),
        RATING | PLAIN | picklist("Lead.First_Touch_Source__c", "Web", "Fair"),
        RATING | PLAIN | field("Lead.First_Touch_Date__c", type="Date"),
    ],
)
def test_fields_that_cannot_say_it(files: Files) -> None:
    assert len(said(check, files)) == 1
