"""Custom metadata, settings and installed packages, from their files' text to facts with lines."""

from sfgov.facts import CustomLabels, CustomMetadata, InstalledPackage, NamedCredential, Settings
from sfgov.facts.records import Value
from sfgov.parse import parse
from sfgov.project.source import SourceFile

RECORD = b"""<?xml version="1.0" encoding="UTF-8"?>
<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <label>Lead email</label>
    <protected>false</protected>
    <values>

        <field>datamask__API_Name__c</field>

        <value xsi:type="xsd:string"> Email </value>
    </values>
    <values>
        <field>datamask__Range_Max__c</field>
        <value xsi:nil="true"/>
    </values>
    <values>
        <field>datamask__Note__c</field>
        <value xsi:type="xsd:string"></value>
    </values>
    <values>
        <field>datamask__Pattern__c</field>
    </values>
    <values>
        <value xsi:type="xsd:string">of no field</value>
    </values>
</CustomMetadata>
"""


def read(text: bytes, type_name: str, name: str, path: str) -> tuple[object, ...]:
    parsed = parse(SourceFile(path, type_name, name), text)
    assert parsed.problems == ()
    return parsed.facts


def test_a_record_has_its_values_by_field_and_nil_is_none() -> None:
    name = "datamask__Masking_Field.EmailLeadNightly"
    found = read(RECORD, "CustomMetadata", name, f"customMetadata/{name}.md-meta.xml")
    assert found == (
        CustomMetadata(
            name="datamask__Masking_Field.EmailLeadNightly",
            line=2,
            lines={"label": 4, "protected": 5},
            label="Lead email",
            values=(
                Value("datamask__API_Name__c", "Email", 10),
                Value("datamask__Range_Max__c", None, 14),
                Value("datamask__Note__c", "", 18),
                Value("datamask__Pattern__c", None, 20),
            ),
        ),
    )
    record = found[0]
    assert isinstance(record, CustomMetadata)
    assert (record.type_name, record.record_name) == ("datamask__Masking_Field", "EmailLeadNightly")
    assert record.text("DATAMASK__api_name__c") == "Email"
    assert record.text("datamask__Range_Max__c") == ""
    assert record.value("datamask__Unknown__c") is None


def test_settings_are_leaves_under_dotted_paths_and_the_root_is_their_kind() -> None:
    text = b"""<?xml version="1.0" encoding="UTF-8"?>
<SecuritySettings xmlns="http://soap.sforce.com/2006/04/metadata">
    <enableAdminLoginAsAnyUser>false</enableAdminLoginAsAnyUser>
    <networkAccess>
        <ipRanges>
            <end>10.0.0.9</end>
            <start>10.0.0.1</start>
        </ipRanges>
        <ipRanges>
            <end>10.0.1.9</end>
        </ipRanges>
    </networkAccess>
</SecuritySettings>
"""
    assert read(text, "Settings", "Security", "settings/Security.settings-meta.xml") == (
        Settings(
            name="Security",
            line=2,
            root="SecuritySettings",
            values=(
                Value("enableAdminLoginAsAnyUser", "false", 3),
                Value("networkAccess.ipRanges.end", "10.0.0.9", 6),
                Value("networkAccess.ipRanges.start", "10.0.0.1", 7),
                Value("networkAccess.ipRanges.end", "10.0.1.9", 10),
            ),
        ),
    )


def test_settings_of_a_kind_that_nobody_has_heard_of_are_settings() -> None:
    text = b"<BrandNewThingSettings><enable>true</enable></BrandNewThingSettings>"
    (found,) = read(text, "Settings", "BrandNewThing", "settings/BrandNewThing.settings")
    assert found == Settings(
        name="BrandNewThing", root="BrandNewThingSettings", values=(Value("enable", "true", 1),)
    )


def test_empty_settings_say_nothing() -> None:
    (found,) = read(b"<DataMaskSettings/>", "Settings", "DataMask", "settings/DataMask.settings")
    assert found == Settings(name="DataMask", root="DataMaskSettings")


def test_an_installed_package_has_its_version() -> None:
    text = b"""<?xml version="1.0" encoding="UTF-8"?>
<InstalledPackage xmlns="http://soap.sforce.com/2006/04/metadata">
    <activateRSS>false</activateRSS>
    <versionNumber>1.20</versionNumber>
</InstalledPackage>
"""
    assert read(text, "InstalledPackage", "datamask", "installedPackages/datamask.installedPackage") == (
        InstalledPackage(
            name="datamask",
            line=2,
            lines={"versionNumber": 4},
            version="1.20",
            values=(Value("activateRSS", "false", 3), Value("versionNumber", "1.20", 4)),
        ),
    )


def test_labels_and_named_credentials() -> None:
    labels = b"""<CustomLabels><labels><fullName>Hello</fullName>
<value>Good day</value></labels><labels><fullName>Empty</fullName></labels></CustomLabels>"""
    assert read(labels, "CustomLabels", "CustomLabels", "labels/CustomLabels.labels") == (
        CustomLabels(name="CustomLabels", values=(Value("Hello", "Good day", 2),)),
    )
    credential = b"<NamedCredential><label>ERP</label>\n<password>x</password></NamedCredential>"
    assert read(credential, "NamedCredential", "ERP", "namedCredentials/ERP.namedCredential") == (
        NamedCredential(name="ERP", values=(Value("label", "ERP", 1), Value("password", "x", 2))),
    )
