"""The attribution map of a run: which fields are in it, where their values go, and who writes them."""

from __future__ import annotations

from sfgov.result import AttributionMap, Carried, Fills
from sfgov.testing import lint_run
from sfgov_checks.attribution.attribution_lost_on_conversion import attribution_lost_on_conversion
from tests.attribution_orgs import (
    FLOW,
    SETTINGS,
    Files,
    conversion,
    enrich,
    field,
    path,
    policy,
    sets,
    trigger,
    validation,
)

FIRST = field("Lead.First_Touch__c", label="First touch")


def found(*files: Files) -> AttributionMap | None:
    merged = {name: text for some in files for name, text in some.items()}
    return lint_run(merged, attribution_lost_on_conversion).attribution


def map_of(*files: Files) -> AttributionMap:
    map_ = found(*files)
    assert map_ is not None
    return map_


def fills(some: tuple[Fills, ...]) -> list[tuple[str, tuple[str, ...], str | None, bool, bool]]:
    return [(one.by, one.events, one.value, one.keeps, one.overwrites) for one in some]


def carried(some: tuple[Carried, ...]) -> list[tuple[str, str, str]]:
    return [(one.field, one.by, one.loss) for one in some]


def test_without_leads_there_is_no_map() -> None:
    assert found(field("Account.UTM_Source__c")) is None
    assert found(field("Lead.Rating__c")) is not None
    assert found(conversion()) is not None


def test_standard_fields_come_first_then_first_touches_then_the_others_by_kind() -> None:
    files = FIRST | field("Lead.Campaign_Name__c") | field("Lead.UTM_Term__c") | field("Lead.GCLID__c")
    assert [(one.field, one.kind, one.first_touch, one.declared) for one in map_of(files).origins] == [
        ("Lead.LeadSource", "lead source", True, False),
        ("Lead.CampaignId", "campaign", False, False),
        ("Lead.First_Touch__c", "first touch", True, False),
        ("Lead.GCLID__c", "click id", False, False),
        ("Lead.UTM_Term__c", "campaign tag", False, False),
        ("Lead.Campaign_Name__c", "campaign", False, False),
    ]


def test_where_values_go() -> None:
    files = (
        field("Lead.UTM_Term__c", length="255")
        | field("Opportunity.Term__c")
        | conversion(
            "UTM_Term__c > Opportunity.Term__c", "UTM_Term__c > Contact.Term__c", "A__c > Contact.B__c"
        )
    )
    map_ = map_of(files)
    source, campaign, term = map_.origins
    assert carried(source.carried) == [
        ("Contact.LeadSource", "Salesforce", ""),
        ("Opportunity.LeadSource", "Salesforce", ""),
    ]
    assert carried(campaign.carried) == [("Opportunity.CampaignId", "Salesforce", "")]
    assert carried(term.carried) == [
        ("Contact.Term__c", "mapping", ""),
        ("Opportunity.Term__c", "mapping", "values are cut at 80"),
    ]
    assert [(step.path, step.line) for step in term.carried[0].steps] == [(SETTINGS, 3)]
    assert (map_.known, map_.creates, map_.others) == (
        True,
        "VisibleOptional",
        (("Lead.A__c", "Contact.B__c"),),
    )


def test_who_writes_on_which_event() -> None:
    later = enrich(sets("First_Touch__c", "'Web'"), name="Enrich")
    early = trigger("for (Lead l : Trigger.new) { l.First_Touch__c = l.UTM__c; }", "before insert")
    origin = map_of(FIRST, later, early).origins[2]
    assert fills(origin.fills) == [
        ("before-save flow Enrich", ("create", "update"), "Web", False, True),
        ("before trigger T", ("create",), None, False, False),
    ]
    assert [(step.path, step.line, step.message) for step in origin.fills[0].steps] == [
        (FLOW, 3, "Enrich runs when Lead records are created or updated"),
        (FLOW, 4, "Set sets Lead.First_Touch__c to Web"),
    ]
    assert origin.fills[0].steps[0].excerpt != ()


def test_who_writes_the_target_besides_what_carries_the_value_over() -> None:
    files = (
        FIRST
        | field("Opportunity.Origin__c")
        | conversion("First_Touch__c > Opportunity.Origin__c")
        | enrich(sets("Origin__c", "'Web'"), owner="Opportunity")
    )
    [opportunity] = map_of(files).origins[2].carried
    assert fills(opportunity.fills) == [("before-save flow Enrich", ("create", "update"), "Web", False, True)]


def test_a_field_by_way_of_another_is_told_only_where_there_is_no_plainer_way() -> None:
    files = (
        FIRST | field("Lead.UTM_Term__c") | enrich(sets("First_Touch__c", "$Record.UTM_Term__c"), on="Create")
    )
    both = files | conversion(
        "UTM_Term__c > Contact.Term__c",
        "First_Touch__c > Contact.First__c",
        "First_Touch__c > Opportunity.First__c",
    )
    assert carried(map_of(both).origins[3].carried) == [
        ("Contact.Term__c", "mapping", ""),
        ("Opportunity.First__c", "automation", ""),
    ]  # fmt: skip


def test_a_rule_that_locks_it_and_where_the_field_is() -> None:
    origin = map_of(FIRST, validation("Lead.Keep", "ISCHANGED(First_Touch__c)")).origins[2]
    assert origin.locked_by is not None
    assert origin.locked_by.message == "Keep refuses to change it once it has a value"
    assert origin.place is not None
    assert (origin.place.path, origin.place.line, origin.place.message) == (
        path("Lead.First_Touch__c"),
        1,
        "First touch",
    )


def test_fields_that_the_policy_names() -> None:
    files = field("Lead.Kanal__c") | policy("{fields: {Lead: [Kanal__c]}}")
    assert [(one.field, one.kind, one.declared) for one in map_of(files).origins[2:]] == [
        ("Lead.Kanal__c", "declared", True)
    ]


def test_without_settings_it_says_so_and_of_many_fields_the_rest_is_named() -> None:
    files: Files = {}
    for number in range(64):
        files |= field(f"Lead.UTM_{number:02}__c")
    map_ = map_of(files)
    assert (map_.known, map_.creates, len(map_.origins)) == (False, "", 62)
    assert map_.left_out == tuple(f"Lead.UTM_{number}__c" for number in range(60, 64))
