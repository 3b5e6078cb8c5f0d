"""What a file is, by its folders and name: one line for each trap."""

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfgov.project import Project, open_project
from sfgov.project.naming import decode
from tests.project.folders import Open

# path → Type:Name [role]; None for what is not to be parsed
TRAPS = {
    # source format and the older one
    "flows/Close_Case.flow-meta.xml": "Flow:Close_Case whole",
    "flows/Close_Case.flow": "Flow:Close_Case whole",
    "flows/Close_Case-3.flow": "Flow:Close_Case-3 whole",
    "flowDefinitions/Close_Case.flowDefinition-meta.xml": "FlowDefinition:Close_Case whole",
    "triggers/T.trigger": "ApexTrigger:T body",
    "triggers/T.trigger-meta.xml": "ApexTrigger:T meta",
    "permissionSets/Sales.permissionset": "PermissionSet:Sales whole",
    "PROFILES/Admin.profile": "Profile:Admin whole",
    "profiles/Admin.Profile-meta.xml": "Profile:Admin whole",
    "permissionsetgroups/G.permissionsetgroup-meta.xml": "PermissionSetGroup:G whole",
    "mutingpermissionsets/M.mutingpermissionset-meta.xml": "MutingPermissionSet:M whole",
    "LeadConvertSettings/LeadConvertSettings.LeadConvertSetting": "LeadConvertSettings:LeadConvertSettings whole",
    "dataMaskPolicies/Contact_Mask.dataMaskPolicy": "DataMaskPolicy:Contact_Mask whole",
    "installedPackages/datamask.installedPackage": "InstalledPackage:datamask whole",
    # names
    "profiles/Sales %26 Service.profile-meta.xml": "Profile:Sales & Service whole",
    "layouts/Account-Account %28Sales%29 Layout.layout-meta.xml": "Layout:Account-Account (Sales) Layout whole",
    "layouts/Case-A%2FB %C3%A4.layout": "Layout:Case-A/B ä whole",
    "layouts/Case-100%.layout": "Layout:Case-100% whole",
    "layouts/Case-%FF.layout": "Layout:Case-%FF whole",
    "profiles/🦄 Team.profile": "Profile:🦄 Team whole",
    "quickActions/Case.Close.quickAction-meta.xml": "QuickAction:Case.Close whole",
    # objects
    "objects/Account.object": "CustomObject:Account whole",
    "objects/X__c/X__c.object-meta.xml": "CustomObject:X__c whole",
    "objects/X__c/fields/Y__c.field-meta.xml": "CustomField:X__c.Y__c whole",
    "objects/X__c/fields/tax/Z__c.field-meta.xml": "CustomField:X__c.Z__c whole",
    "objects/X__c/recordTypes/R.recordType-meta.xml": "RecordType:X__c.R whole",
    "objects/X__c/validationRules/V.validationRule-meta.xml": "ValidationRule:X__c.V whole",
    "objects/X__c/webLinks/W.webLink-meta.xml": "WebLink:X__c.W whole",
    "objects/X__c/indexes/I.indexe-meta.xml": "Index:X__c.I whole",
    "weblinks/W.weblink": "CustomPageWebLink:W whole",
    "objectTranslations/X__c-de/X__c-de.objectTranslation-meta.xml": "CustomObjectTranslation:X__c-de whole",
    "objectTranslations/X__c-de/Y__c.fieldTranslation-meta.xml": "CustomFieldTranslation:X__c-de.Y__c whole",
    "loose/fields/Y__c.field-meta.xml": "CustomField:loose.Y__c whole",
    # custom metadata is not Markdown
    "customMetadata/Rate.Low.md-meta.xml": "CustomMetadata:Rate.Low whole",
    "customMetadata/ns__Rate.Low.md": "CustomMetadata:ns__Rate.Low whole",
    "customMetadata/README.md": None,
    "docs/release.1.md": None,
    # one suffix, several types
    "settings/Case.settings-meta.xml": "Settings:Case whole",
    "loose/Case.settings-meta.xml": "Settings:Case whole",
    "IndustriesManufacturingSettings/A.settings-meta.xml": "IndustriesManufacturingSettings:A whole",
    "restrictionRules/R.rule-meta.xml": "RestrictionRule:R whole",
    "fieldRestrictionRules/R.rule-meta.xml": "FieldRestrictionRule:R whole",
    "moderation/R.rule": "ModerationRule:R whole",
    "sites/S.site": "CustomSite:S whole",
    "siteDotComSites/S.site-meta.xml": "SiteDotCom:S meta",
    "siteDotComSites/S.site": None,
    "experiences/S1.site-meta.xml": "ExperienceBundle:S1 meta",
    "experiences/S1/views/home.json": None,
    "experiences/main/classes/E.cls": "ApexClass:E body",
    "loose/S.site-meta.xml": ":S whole",
    "appointmentSchedulingPolicies/P.policy-meta.xml": "AppointmentSchedulingPolicy:P whole",
    "loose/P.policy-meta.xml": ":P whole",
    "dataSources/D.dataSource": "ExternalDataSource:D whole",
    "mktDataSources/D.dataSource": "DataSource:D whole",
    "applications/Sales.app-meta.xml": "CustomApplication:Sales whole",
    "customPermissions/Approve.customPermission-meta.xml": "CustomPermission:Approve whole",
    # folders in names
    "reports/Sales/Open.report-meta.xml": "Report:Sales/Open whole",
    "reports/Sales/EMEA/Open.report": "Report:Sales/EMEA/Open whole",
    "reports/Sales.reportFolder-meta.xml": "ReportFolder:Sales whole",
    "reports/Sales-meta.xml": "ReportFolder:Sales whole",
    "reports/Sales/EMEA-meta.xml": "ReportFolder:Sales/EMEA whole",
    "reports/unfiled$public/Open.report": "Report:unfiled$public/Open whole",
    "reports/main/classes/A.cls": "ApexClass:A body",
    "dashboards/Board-meta.xml": "DashboardFolder:Board whole",
    "dashboards/Board/D.dashboard": "Dashboard:Board/D whole",
    "email/Cases/Open.email-meta.xml": "EmailTemplate:Cases/Open meta",
    "email/Cases/Open.email": None,
    "email/Cases-meta.xml": "EmailFolder:Cases whole",
    "email/Cases.emailFolder-meta.xml": "EmailFolder:Cases whole",
    "documents/Logos-meta.xml": "DocumentFolder:Logos whole",
    "documents/Logos/big.png-meta.xml": "Document:Logos/big.png meta",
    "documents/Logos/big.png": None,
    "documents/Logos/old.report-meta.xml": "Document:Logos/old.report meta",
    "documents/New/small.document-meta.xml": "Document:New/small.gif meta",
    "documents/New/small.gif": None,
    "documents/Reports/May.pdf-meta.xml": "Document:Reports/May.pdf meta",
    "reports/Sales/notes.pdf-meta.xml": None,
    "documents/main/classes/B.cls-meta.xml": "ApexClass:B meta",
    "territory2Models/M/M.territory2Model-meta.xml": "Territory2Model:M whole",
    "territory2Models/M/territories/T.territory2-meta.xml": "Territory2:M.T whole",
    "territory2Models/M/rules/R.territory2Rule-meta.xml": "Territory2Rule:M.R whole",
    # decomposed presets
    "labels/CustomLabels.labels-meta.xml": "CustomLabels:CustomLabels whole",
    "labels/Hello.label-meta.xml": "CustomLabel:Hello whole",
    "labels/CustomLabels/Bye.label-meta.xml": "CustomLabel:Bye whole",
    "sharingRules/Account.sharingRules-meta.xml": "SharingRules:Account whole",
    "sharingRules/Case/sharingOwnerRules/R.sharingOwnerRule-meta.xml": "SharingOwnerRule:Case.R whole",
    "sharingRules/Case/sharingGuestRules/G.sharingGuestRule-meta.xml": "SharingGuestRule:Case.G whole",
    "workflows/Case/workflowRules/R.workflowRule-meta.xml": "WorkflowRule:Case.R whole",
    "workflows/Case/workflowFieldUpdates/U.workflowFieldUpdate-meta.xml": "WorkflowFieldUpdate:Case.U whole",
    # agents
    "bots/B/B.bot-meta.xml": "Bot:B whole",
    "bots/B/v1.botVersion-meta.xml": "BotVersion:B.v1 whole",
    "bots/B/v2.botVersion": "BotVersion:B.v2 whole",
    "genAiPlannerBundles/P/P.genAiPlannerBundle": "GenAiPlannerBundle:P whole",
    "genAiPlannerBundles/P/plannerActions/A/input/schema.json": "GenAiPlannerBundle:P schema",
    "genAiPlannerBundles/P/localActions/T_16j/A_179/output/schema.json": "GenAiPlannerBundle:P schema",
    "genAiPlannerBundles/P/agentScript/P.agent": None,
    "genAiPlannerBundles/P/agentGraph/schema.json": None,
    "genAiFunctions/F/F.genAiFunction-meta.xml": "GenAiFunction:F whole",
    "genAiFunctions/F/input/schema.json": "GenAiFunction:F schema",
    "genAiFunctions/Sales/G/output/schema.json": "GenAiFunction:G schema",
    "lwc/list/input/schema.json": None,
    "genAiPlugins/T.genAiPlugin-meta.xml": "GenAiPlugin:T whole",
    "aiAuthoringBundles/A/A.bundle-meta.xml": "AiAuthoringBundle:A meta",
    "aiAuthoringBundles/A/A.agent": "AiAuthoringBundle:A body",
    "aiAuthoringBundles/A/notes.txt": None,
    # bundles and content
    "lwc/list/list.js-meta.xml": "LightningComponentBundle:list meta",
    "lwc/list/list.js": None,
    "lwc/cases/item/item.js-meta.xml": "LightningComponentBundle:item meta",
    "lwc/jsconfig.json": None,
    "lwc/labels/labels.js-meta.xml": "LightningComponentBundle:labels meta",
    "aura/Settings/Settings.cmp": None,
    "lwc/classes/D.cls": "ApexClass:D body",
    "aura/App/App.app": None,
    "aura/App/App.app-meta.xml": "AuraDefinitionBundle:App meta",
    "aura/Old/Old.cmp": None,
    "digitalExperiences/site/S1/S1.digitalExperience-meta.xml": "DigitalExperienceBundle:site/S1 meta",
    "digitalExperiences/site/S1/sfdc_cms__view/home/content.json": None,
    "uiBundles/U/U.uibundle-meta.xml": "UIBundle:U meta",
    "uiBundles/U/src/classes/A.cls": None,
    "lightningTypes/L/schema.json": None,
    "staticresources/R.resource-meta.xml": "StaticResource:R meta",
    "staticresources/R/classes/A.cls": None,
    "staticresources/Old.resource": None,
    "pages/P.page": None,
    "pages/P.page-meta.xml": "ApexPage:P meta",
    "certs/C.crt": None,
    "certs/C.crt-meta.xml": "Certificate:C meta",
    "wave/D.wdash": None,
    "wave/D.wdash-meta.xml": "WaveDashboard:D meta",
    # suffixes that nobody knows
    "flows/notes.txt": None,
    "flows/F.newThing-meta.xml": None,
    "flows/Odd-meta.xml": None,
    "classes/.hidden.cls": None,
    "emailservices/E.xml": "EmailServicesFunction:E whole",
    "flows/build.xml": None,
}


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("acme")
    for path in TRAPS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    return open_project([root])


@pytest.mark.parametrize("path", TRAPS)
def test_file_is(trapped: Project, path: str) -> None:
    found = {file.path: f"{file.type}:{file.name} {file.role}" for file in trapped.files}
    assert found.get(path) == TRAPS[path]


def test_nothing_else_is_found_and_nothing_is_wrong(trapped: Project) -> None:
    assert [file.path for file in trapped.files] == sorted(path for path, what in TRAPS.items() if what)
    assert trapped.problems == ()


def test_content_proves_its_component(trapped: Project) -> None:
    expected = {
        ("LightningComponentBundle", "list"),
        ("AuraDefinitionBundle", "Old"),
        ("AuraDefinitionBundle", "Settings"),
        ("AiAuthoringBundle", "A"),
        ("StaticResource", "Old"),
        ("ApexPage", "P"),
        ("ExperienceBundle", "S1"),
        ("LightningTypeBundle", "L"),
        ("EmailTemplate", "Cases/Open"),
        ("Document", "New/small.gif"),
        ("CustomField", "X__c.Y__c"),
    }
    assert expected - set(trapped.names) == set()


def test_folder_of_children_proves_their_parent(opened: Open) -> None:
    project = opened({"objects/Account/fields/X__c.field-meta.xml": ""})
    assert project.names == (("CustomField", "Account.X__c"), ("CustomObject", "Account"))


def test_ambiguous_file_without_a_folder_is_no_known_component(opened: Open) -> None:
    project = opened({"loose/S.site-meta.xml": ""})
    assert [(file.type, file.name) for file in project.files] == [("", "S")]
    assert project.names == ()


DECOMPOSED = {
    # preset decomposePermissionSetBeta
    "permissionsets/A/A.permissionset-meta.xml": "part",
    "permissionsets/A/objectPermissions/Account.objectPermission-meta.xml": "part",
    "permissionsets/A/customPermissions/Approve.customPermission-meta.xml": "part",
    "permissionsets/A/classAccesses/Svc.classAccess-meta.xml": "part",
    # preset decomposePermissionSetBeta2
    "permissionsets/B/B.permissionset-meta.xml": "part",
    "permissionsets/B/B.userPermission-meta.xml": "part",
    "permissionsets/B/B.classAccess-meta.xml": "part",
    "permissionsets/B/B.customPermissions-meta.xml": "part",
    "permissionsets/B/objectSettings/Account.objectSettings-meta.xml": "part",
    # sorted into a folder, but whole
    "permissionsets/sales/C.permissionset-meta.xml": "whole",
}


def test_decomposed_permission_sets(opened: Open) -> None:
    project = opened(dict.fromkeys(DECOMPOSED, ""))
    found = {file.path: (file.type, file.name, file.role) for file in project.files}
    assert found == {
        path: ("PermissionSet", path.rpartition("/")[2][0] if role == "whole" else path.split("/")[1], role)
        for path, role in DECOMPOSED.items()
    }
    assert project.names == (("PermissionSet", "A"), ("PermissionSet", "B"), ("PermissionSet", "C"))


def test_part_in_a_folder_that_is_given_itself(opened: Open) -> None:
    project = opened(dict.fromkeys(DECOMPOSED, ""), "permissionsets/B")
    assert {(file.type, file.name) for file in project.files} == {("PermissionSet", "B")}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_decoding_undoes_encoding(name: str) -> None:
    assert decode(urllib.parse.quote(name, safe="")) == name


@given(st.text(alphabet="%0123456789abcdefAF é/&"))
def test_decoding_takes_any_name(name: str) -> None:
    decoded = decode(name)
    assert decoded == name if "%" not in name else decoded.encode("utf-8") is not None
