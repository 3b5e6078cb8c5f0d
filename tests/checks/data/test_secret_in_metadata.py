"""DAT014 on whole small orgs, in both formats. The values are invented, and put together here."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.secret_in_metadata import secret_in_metadata as check
from tests.data_orgs import elements, field, mdapi_object, said, xml

RANDOM = "q7RzT2mWv9LpX4cNb8Ks"
AWS = "AKIA" + "Q7RZT2MWV9LPX4CN"
RECORD = "customMetadata/Endpoint.Billing.md-meta.xml"


def record(name: str, value: str) -> dict[str, str]:
    body = f"    <values>\n        <field>{name}</field>\n        <value>{value}</value>\n    </values>\n"
    return {RECORD: xml("CustomMetadata", body)}


def apex(body: str, head: str = "") -> dict[str, str]:
    return {"classes/Client.cls": f"{head}public class Client {{\n{body}\n}}\n"}


def test_a_record() -> None:
    (one,) = lint(record("API_Key__c", RANDOM), check)
    assert (one.severity.value, one.confidence.value, one.path, one.line) == ("high", "medium", RECORD, 5)
    assert one.message == "Endpoint Billing: API_Key__c seems to hold an api key."
    assert one.excerpt == ()
    assert RANDOM not in repr(one)


def test_the_secrets_of_one_record_are_one_finding() -> None:
    values = [("API_Key__c", RANDOM), ("Note__c", AWS), ("Client_Secret__c", RANDOM[::-1])]
    body = "".join(
        f"    <values>\n        <field>{name}</field>\n        <value>{value}</value>\n    </values>\n"
        for name, value in values
    )
    known, random = sorted(lint({RECORD: xml("CustomMetadata", body)}, check), key=lambda r: r.severity.rank)
    assert (known.line, known.message) == (9, "Endpoint Billing: Note__c holds an AWS access key.")
    assert (random.line, random.message) == (
        5,
        "Endpoint Billing: API_Key__c seems to hold an api key, and Client_Secret__c a client secret.",
    )
    assert [(step.line, step.message) for step in random.evidence] == [(13, "a client secret")]
    assert RANDOM[::-1] not in repr(random)


@pytest.mark.parametrize(
    ("value", "is_a"),
    [
        (AWS, "an AWS access key"),
        ("ghp_" + "a1B2c3D4e5F6" * 3, "a GitHub token"),
        ("xoxb-" + "123456789012-abcdefghijkl", "a Slack token"),
        ("eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "a JSON web token"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
    ],
)
def test_known_formats_are_critical_under_any_name(value: str, is_a: str) -> None:
    assert said(check, record("Note__c", value)) == [
        f"critical/high {RECORD}:5 Endpoint Billing: Note__c holds {is_a}."
    ]


def test_a_label_and_a_named_credential_in_the_mdapi_format() -> None:
    labels = (
        "    <labels>\n"
        + elements("        ", {"fullName": "Client_Secret", "value": RANDOM})
        + "    </labels>\n"
    )
    files = mdapi_object("Contact") | {
        "labels/CustomLabels.labels": xml("CustomLabels", labels),
        "namedCredentials/ERP.namedCredential": xml(
            "NamedCredential", elements("    ", {"label": "ERP", "password": "hunter-two-22"})
        ),
    }
    assert said(check, files) == [
        "high/medium labels/CustomLabels.labels:5 Label: Client_Secret seems to hold a client secret.",
        "high/medium namedCredentials/ERP.namedCredential:4 Named credential ERP seems to hold a password.",
    ]


def test_a_default_value() -> None:
    files = field("Setup__c.Api_Token__c", defaultValue=f"&quot;{RANDOM}&quot;")
    assert said(check, files) == [
        "high/medium objects/Setup__c/fields/Api_Token__c.field-meta.xml:4 The default value of Setup__c.Api_Token__c seems "
        "to hold an api token."
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (
            f"static final String CLIENT_SECRET = '{RANDOM}';",
            "Client.CLIENT_SECRET seems to hold a client secret.",
        ),
        (f"void a() {{ String apiKey = '{RANDOM}'; }}", "Client.a.apiKey seems to hold an api key."),
        (f"void a() {{ this.password = '{RANDOM}'; }}", "Client.a seems to hold a password."),
        (
            f"void a(HttpRequest r) {{ r.setHeader('Authorization', 'Bearer {RANDOM}'); }}",
            "Client.a seems to hold the value of an authorization header.",
        ),
        (
            f"void a(HttpRequest r) {{ r.setHeader('X-Api-Key', '{RANDOM}'); }}",
            "Client.a seems to hold an api key.",
        ),
        (f"void a() {{ send('{AWS}'); }}", "Client.a holds an AWS access key."),
    ],
)
def test_apex(body: str, what: str) -> None:
    assert [one.partition(":2 ")[2] for one in said(check, apex(body))] == [what]


def test_a_connected_app() -> None:
    config = f"    <oauthConfig>\n        <consumerSecret>{RANDOM}</consumerSecret>\n    </oauthConfig>\n"
    files = {"connectedApps/Portal.connectedApp-meta.xml": xml("ConnectedApp", config)}
    assert said(check, files) == [
        "high/medium connectedApps/Portal.connectedApp-meta.xml:4 Connected app Portal seems to hold its consumer secret."
    ]


@pytest.mark.parametrize(
    "files",
    [
        record("API_Key__c", "The key is kept in the vault under 7"),
        record("API_Key__c", "${BILLING_API_KEY_2}"),
        record("API_Key__c", "%%API_KEY_0001%%"),
        record("API_Key__c", "aaaaaaaaaaaaaaaaaaa1"),
        record("API_Key__c", "your-key-goes-here-123"),
        record("Token_Field__c", RANDOM),
        record("Secret_Name__c", "Billing_Secret_V2_Name"),
        record("API_Key__c", "https://billing.example.com/v2/key"),
        record("Access_Key__c", "0015g00000XyZ12AAF"),
        record("Build__c", RANDOM),
        apex(f"static String apiKey = '{RANDOM}';", head="@IsTest\n"),
        apex("void a(HttpRequest r) { r.setHeader('X-Api-Key', '{!$Credential.Billing.Key1}'); }"),
        apex("static String PASSWORD = 'Password__c';"),
        field("Setup__c.Api_Token__c", defaultValue="$Label.Api_Token_12345678"),
        {
            "namedCredentials/A.namedCredential-meta.xml": "<NamedCredential><password>ChangeMe!</password></NamedCredential>"
        },
        {
            "namedCredentials/A.namedCredential-meta.xml": "<NamedCredential><password>fixme</password></NamedCredential>"
        },
    ],
    ids=[
        "sentence",
        "variable",
        "percent",
        "repeated",
        "stand-in",
        "other-name",
        "name",
        "address",
        "id",
        "build",
        "test-class",
        "merge-field",
        "field-name",
        "formula",
        "change-me",
        "fix-me",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []
