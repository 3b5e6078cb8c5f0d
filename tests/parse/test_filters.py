"""List views and matching rules, from their files' text to facts with lines."""

from sfgov.facts import CustomObject, Fact, ListView, MatchingRules
from sfgov.facts.filters import MatchingRule
from sfgov.facts.permissions import Member
from sfgov.parse import parse
from sfgov.project.source import SourceFile

VIEW = """<filterScope>Everything</filterScope>
<filters>
<field>SSN__c</field>
<operation>equals</operation>
</filters>
<filters><field>CONTACT.EMAIL</field></filters>
"""


def read(text: str, name: str) -> tuple[Fact, ...]:
    return parse(SourceFile("x.xml", "", name), text.encode()).facts


def test_a_list_view_in_either_format() -> None:
    filters = (Member("SSN__c", 4), Member("CONTACT.EMAIL", 7))
    own = read(f"<ListView>\n{VIEW}</ListView>", "Contact.Mine")
    assert own == (ListView(name="Contact.Mine", filters=filters),)
    inside = f"<CustomObject><listViews><fullName>Mine</fullName>\n{VIEW}</listViews></CustomObject>"
    assert read(inside, "Contact") == (
        CustomObject(name="Contact"),
        ListView(name="Contact.Mine", filters=filters),
    )


def test_matching_rules() -> None:
    rule = """<fullName>By_Number</fullName>
<matchingRuleItems><fieldName>SSN__c</fieldName></matchingRuleItems>
<ruleStatus>Active</ruleStatus>
"""
    found = MatchingRule("By_Number", 1, active=True, fields=(Member("SSN__c", 2),))
    text = f"<MatchingRules><matchingRules>{rule}</matchingRules></MatchingRules>"
    assert read(text, "Contact") == (MatchingRules(name="Contact", rules=(found,)),)
    assert read(f"<MatchingRule>{rule}</MatchingRule>", "Contact.By_Number") == (
        MatchingRules(name="Contact", rules=(found,)),
    )
    draft = text.replace("Active", "Inactive")
    (inactive,) = read(draft, "Contact")
    assert isinstance(inactive, MatchingRules)
    assert not inactive.rules[0].active
