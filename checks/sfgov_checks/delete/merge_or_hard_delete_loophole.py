"""DEL013: deletes that ask for less, or do more, than a delete does elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import PermissionSet, PermissionSetGroup, Profile, Settings
from sfgov.model.bundles import Persona
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.policy import Policy
from sfgov.whose import is_admin
from sfgov_checks.delete.holders import Holders
from sfgov_checks.delete.stakes import Stakes
from sfgov_checks.principals import joined

_HARD_DELETE = "BulkApiHardDelete"


@check(
    "DEL013",
    "delete-merge-or-hard-delete-loophole",
    Severity.MEDIUM,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(Settings,),
    tags=("security",),
)
def merge_or_hard_delete_loophole(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """Records that matter are deleted by their owners alone, and go into the recycle bin.

    Two switches work against that. The lead setting `enableOrgWideMergeAndDelete`, together with the sharing model
    Public Read/Write/Transfer, lets everybody who has delete on leads delete and merge the leads of others. It is on
    in every org that is older than the setting. It is reported where deleting leads is a matter to the org: the
    policy names Lead, or a profile or permission set of people lets them edit leads and not delete them.

    The user permission `BulkApiHardDelete` deletes for good: nothing is in the recycle bin, nothing can be restored.
    It is reported (at high severity) where somebody who is no administrator has it together with delete on an object
    that the policy names or that holds classified fields.

    ## Bad
    ```xml settings/LeadConfig.settings-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <LeadConfigSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableOrgWideMergeAndDelete>true</enableOrgWideMergeAndDelete>
    </LeadConfigSettings>
    ```
    ```xml objects/Lead/Lead.object-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <sharingModel>ReadWriteTransfer</sharingModel>
    </CustomObject>
    ```
    ```yaml sfgov.yml
    delete:
      conditional:
        Lead: {unless: "IsConverted = true"}
    ```
    ```xml permissionsets/Loader.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Loader</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
        <userPermissions>
            <enabled>true</enabled>
            <name>BulkApiHardDelete</name>
        </userPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml settings/LeadConfig.settings-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <LeadConfigSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableOrgWideMergeAndDelete>false</enableOrgWideMergeAndDelete>
    </LeadConfigSettings>
    ```
    ```xml permissionsets/Loader.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Loader</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Turn `enableOrgWideMergeAndDelete` off. Move `BulkApiHardDelete` to a permission set of its own that is assigned
    for the hour in which it is needed.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_leadconfigsettings.htm
    - https://releasenotes.docs.salesforce.com/en-us/summer18/release-notes/rn_sales_features_core_leads_secure_merge_leads.htm
    - https://help.salesforce.com/s/articleView?id=000382207&type=1
    """
    stakes = Stakes(org, config)
    yield from _any_lead(org, policy, stakes)
    holders = [
        bundle
        for bundle in org.permissions.bundles()
        if bundle.user_permission(_HARD_DELETE) and not is_admin(bundle, policy)
    ]
    objects = stakes.objects_with_declared()
    if holders and not objects:
        yield NotChecked(
            f"some have {_HARD_DELETE}, and neither the policy nor a classification says which objects matter"
        )
    told: set[Bundle] = set()
    for bundle in holders if objects else ():
        if told.isdisjoint(_parts(bundle)) and (found := _hard_delete(bundle, stakes, objects)):
            told.add(bundle)
            yield found


def _any_lead(org: Org, policy: Policy, stakes: Stakes) -> Iterator[Outcome]:
    stake = stakes.in_policy("Lead")
    if stake and not any(s.fact.root == "LeadConfigSettings" for s in org.all(Settings)):
        yield NotChecked(
            "LeadConfigSettings was not retrieved, so who may merge and delete others' leads is unknown"
        )
    opened = org.deletes.any_lead
    holders = Holders.of(org, policy, "Lead").people()
    if opened is None or not holders:
        return
    denied = [] if stake else _denied(org, policy)
    if stake or denied:
        yield Finding(
            f"Whoever can delete leads can delete and merge those of others: enableOrgWideMergeAndDelete is on. "
            f"{holders} can delete leads"
            + (
                f", and Lead {stake.because}."
                if stake
                else f", while {joined(denied)} may edit them and not delete them."
            ),
            at=opened.evidence[0].place,
            because=[*opened.evidence, *(stake.evidence if stake else ()), *holders.evidence()],
            fix="Turn the setting off, or make the sharing model of leads Private or Public Read/Write.",
            confidence=Confidence.HIGH if opened.certain else Confidence.LOW,
            subject="enableOrgWideMergeAndDelete",
        )


def _denied(org: Org, policy: Policy) -> list[str]:
    """The people's bundles that let them edit leads and not delete them: somebody has drawn a line there."""
    return [
        bundle.name
        for bundle in org.permissions.bundles("Profile", "PermissionSet")
        if bundle.object_access("Lead", "allowEdit")
        and not bundle.delete_right("Lead")
        and "human" in bundle.classes
        and not is_admin(bundle, policy)
    ]


def _parts(bundle: Bundle) -> set[Bundle]:
    """The bundles that it adds up."""
    return {*bundle.granters, *(bundle.bundles if isinstance(bundle, Persona) else ())} - {bundle}


def _hard_delete(bundle: Bundle, stakes: Stakes, objects: tuple[str, ...]) -> Finding | None:
    rights = [right for name in objects if (right := bundle.delete_right(name)) and right.certain]
    if not rights:
        return None
    first = rights[0]
    stake = stakes.declared(first.object)
    permission = next(grant for grant in bundle.user_permission(_HARD_DELETE).grants if grant.certain)
    return Finding(
        f"{bundle.component.replace(':', ' ', 1)} can delete {joined([right.object for right in rights])} for good: it has "
        f"{_HARD_DELETE}, which leaves nothing in the recycle bin."
        + (f" {first.object} {stake.because}." if stake else ""),
        at=permission.evidence[0].place,
        because=[*permission.evidence, *first.evidence, *(stake.evidence if stake else ())],
        severity=Severity.HIGH,
        subject=_HARD_DELETE,
    )
