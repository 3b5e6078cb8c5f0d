"""What formulas and templates copy, and what they only test."""

import pytest

from sfgov.model.copied import copied_names, merged_names


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("SSN__c", ["SSN__c"]),
        ("{!Get_Lead.SSN__c}", ["Get_Lead.SSN__c"]),
        ('"SSN: " & SSN__c & " of " & Account.Name', ["SSN__c", "Account.Name"]),
        ("TRIM(UPPER(Email))", ["Email"]),
        ("TEXT(Birthdate__c) + '/' + (Phone)", ["Birthdate__c", "Phone"]),
        ("IF(ISBLANK(SSN__c), Phone, Email)", ["Phone", "Email"]),
        ("IF(SSN__c = '1', 'yes', 'no')", []),
        ('CASE(Type, "a", Email, "b", Phone, SSN__c)', ["Email", "Phone", "SSN__c"]),
        ("RIGHT(SSN__c, 4)", []),
        ("NOT(ISCHANGED(Email))", []),
        ("LEN(SSN__c) + Age__c", ["Age__c"]),
        ("BLANKVALUE(Home__c, Work__c)", ["Home__c", "Work__c"]),
        ('"it says SSN__c"', []),
        ("NOW()", []),
        ("IF(A__c, (B__c", ["B__c"]),
    ],
)
def test_formulas(formula: str, names: list[str]) -> None:
    assert list(copied_names(formula)) == names


def test_templates() -> None:
    assert merged_names("Hello {!Contact.Name}, {! Contact.Email } and {!Contact.Name}") == (
        "Contact.Name",
        "Contact.Email",
    )
