"""HYG003: what the checks cannot see, said once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Check, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger, CustomField, CustomObject, Flow, PermissionSet, Profile
from sfgov.model.org import Org
from sfgov.model.visibility import WHOLE
from sfgov.place import Evidence, Place
from sfgov_checks.principals import counted

_EXPECTED = (ApexClass, ApexTrigger, CustomField, CustomObject, Flow, PermissionSet, Profile)
"""What nearly every org has; other types that are absent say nothing, unless something hides or names them."""


@check("HYG003", "governed-type-not-visible", Severity.INFO, reads=())
def governed_type_not_visible(org: Org, checks: Sequence[Check]) -> Iterator[Outcome]:
    """Everything that the checks judge is in the tree that they are given.

    What was not retrieved, or is hidden by `.forceignore`, is not wrong: it is unknown, and a passed gate says
    nothing about it. This is said once, here, with the checks that are blind. Where another file proves that the
    org has what is missing (a group that names a permission set, while none was retrieved), it weighs more.

    ## Bad
    ```xml permissionsetgroups/Sales.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <permissionSets>Sales_Core</permissionSets>
        <status>Updated</status>
    </PermissionSetGroup>
    ```

    ## Good
    ```xml permissionsetgroups/Sales.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <permissionSets>Sales_Core</permissionSets>
        <status>Updated</status>
    </PermissionSetGroup>
    ```
    ```xml permissionsets/Sales_Core.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales Core</label>
    </PermissionSet>
    ```

    ## Fix
    Retrieve the missing types together, or remove the line from `.forceignore`. What is left out on purpose needs
    no action.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.sfdx_dev.meta/sfdx_dev/sfdx_dev_exclude_source.htm
    """
    names = sorted({name for one in checks for name in one.needs} | {kind.__name__ for kind in _EXPECTED})
    hidden = {name: rules for name in names if (rules := org.visibility.hidden(name))}
    expected = {kind.__name__ for kind in _EXPECTED}
    proofs = {name: org.visibility.proofs(name)[:1] for name in names if not org.retrieved(name)}
    absent = [name for name, proof in proofs.items() if name in expected or proof]
    blind = sorted(set(absent) | set(hidden))
    if not blind:
        return
    ignored = [
        Place(rule.file, rule.line, WHOLE, rule.pattern).says(
            f"hides {counted(rule.count, 'file')} of {name}, such as {rule.example}"
        )
        for name, rules in hidden.items()
        for rule in rules
    ]
    proven = [evidence for found in proofs.values() for evidence in found]
    listed = [f"{name} ({'hidden by .forceignore' if name in hidden else 'absent'})" for name in blind]
    yield Finding(
        f"{_types(len(blind))} not, or not wholly, in this tree: "
        f"{', '.join(listed)}.{_blind_checks(checks, blind)}",
        at=_where(org, ignored),
        because=[*ignored, *proven],
        severity=Severity.MEDIUM if proven else Severity.INFO,
        subject="visibility",
    )


def _where(org: Org, ignored: Sequence[Evidence]) -> Place:
    return ignored[0].place if ignored else org.visibility.whole()


def _types(number: int) -> str:
    """`1 metadata type that checks need is`, `2 metadata types that checks need are`."""
    return f"{counted(number, 'metadata type')} that checks need {'is' if number == 1 else 'are'}"


def _blind_checks(checks: Sequence[Check], blind: Sequence[str]) -> str:
    codes = sorted(one.code for one in checks if set(one.needs) & set(blind))
    return f" What they hold is unknown to {', '.join(codes)}." if codes else ""
