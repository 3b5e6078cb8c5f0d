from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.endpoint_or_credential_unsafe import endpoint_or_credential_unsafe
from tests.access_orgs import as_mdapi
from tests.flow_xml import tag, xml

Files = dict[str, str]
ON_THE_WAY = "unencrypted: what is sent can be read and changed on the way."


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, endpoint_or_credential_unsafe)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def cls(name: str, *lines: str) -> Files:
    """A class whose lines start on line 2."""
    return {f"classes/{name}.cls": "\n".join([f"public class {name} {{", *lines, "}"])}


def call(argument: str, *before: str) -> Files:
    """A class A; `before` starts on line 3, and the call follows."""
    return cls("A", "void run(String given) {", *before, f"request.setEndpoint({argument});", "}")


# Apex


def test_apex_that_calls_plain_http() -> None:
    assert said(call("'http://erp.example/in?key=s3cr3t'")) == [
        f"high/high classes/A.cls:3 A.run calls http://erp.example {ON_THE_WAY}"
    ]


def test_through_variables_constants_and_methods() -> None:
    constants = cls("Urls", "public static final String ERP = 'http://erp.example';")
    for argument, before in (
        ("url", "String url = 'http://erp.example'; url += '/in';"),
        ("BASE + '/in'", ""),
        ("Urls.ERP", ""),
        ("'' + this.own", ""),
        ("address()", ""),
        ("String.format('http://erp.example/{0}', parts)", ""),
        ("test ? 'http://erp.example' : given", ""),
    ):
        files = cls(
            "A",
            "static final String BASE = 'http://erp.example';",
            "String own = BASE;",
            "String address() { return 'http://erp.example' + given; }",
            f"void run(String given) {{ {before}",
            f"request.setEndpoint({argument}); }}",
        )
        assert said(files, constants) == [
            f"high/high classes/A.cls:6 A.run calls http://erp.example {ON_THE_WAY}"
        ], argument


def test_apex_that_calls_a_fixed_host_twice() -> None:
    files = cls(
        "A",
        "static final String BASE = 'https://api.example/v1';",
        "void one() { request.setEndpoint(BASE + '/a'); }",
        "void two() { request.setEndpoint(BASE + '/b'); }",
    )
    (result,) = found(files)
    assert (result.severity, result.line, result.component) == ("medium", 3, "ApexClass:A")
    assert result.message == "A.one calls api.example itself instead of a named credential."
    assert [(s.line, s.message) for s in result.evidence] == [(4, "A.two calls it too")]


def test_a_stub_made_from_a_wsdl() -> None:
    stub = cls("Rates", "public class Port {", "public String endpoint_x = 'http://rates.example/soap';", "}")
    assert said(stub) == [
        f"high/medium classes/Rates.cls:3 Rates.Port calls http://rates.example {ON_THE_WAY}"
    ]
    caller = cls("A", "void run() { Rates.Port port = new Rates.Port(); port.endpoint_x = 'callout:Rates'; }")
    assert said(stub, caller) == []


# Sites and origins


def site(url: str, off: str = "false", active: str = "true", name: str = "Rates") -> Files:
    """`disableProtocolSecurity` is line 2, the address line 4."""
    blocks = [tag("disableProtocolSecurity", off), tag("isActive", active), tag("url", url)]
    return {f"remoteSiteSettings/{name}.remoteSite-meta.xml": xml("RemoteSiteSetting", *blocks)}


def test_remote_sites() -> None:
    assert said(site("http://rates.example")) == [
        "high/high remoteSiteSettings/Rates.remoteSite-meta.xml:4 Remote site Rates leads to http://rates.example "
        + ON_THE_WAY
    ]
    (result,) = found(site("https://rates.example", "true"))
    assert (result.line, result.message) == (
        2,
        "Remote site Rates switches protocol security off, so that code may go from HTTPS to HTTP.",
    )
    (result,) = found(as_mdapi(site("http://rates.example", "true")))
    assert (result.path, result.line) == ("src/remoteSiteSettings/Rates.remoteSite", 2)
    assert " and switches protocol security off" in result.message


def test_the_site_that_comes_with_every_org_weighs_little() -> None:
    assert [r.severity for r in found(site("http://www.apexdevnet.com", name="ApexDevNet"))] == ["low"]


def trusted(url: str, active: str = "true") -> Files:
    blocks = [tag("context", "All"), tag("endpointUrl", url), tag("isActive", active)]
    return {"cspTrustedSites/Maps.cspTrustedSite-meta.xml": xml("CspTrustedSite", *blocks)}


def origin(pattern: str) -> Files:
    text = xml("CorsWhitelistOrigin", tag("urlPattern", pattern))
    return {"corsWhitelistOrigins/Shop.corsWhitelistOrigin-meta.xml": text}


def test_trusted_sites_and_origins() -> None:
    assert said(trusted("http://maps.example"), origin("https://*.com")) == [
        "high/high corsWhitelistOrigins/Shop.corsWhitelistOrigin-meta.xml:2 CORS origin Shop lets in https://*.com: "
        "everybody who has an address there.",
        "high/high cspTrustedSites/Maps.cspTrustedSite-meta.xml:3 Trusted site Maps lets in http://maps.example "
        + ON_THE_WAY,
    ]
    for pattern in ("*", "https://*", "*.io", "http://*"):
        assert [r.severity for r in found(trusted(pattern))] == ["high"], pattern


# Outbound messages


def workflow(session: str, url: str, rule: str = "") -> Files:
    """The message's block is line 2."""
    message = f"<outboundMessages><fullName>Tell_ERP</fullName>\n{tag('endpointUrl', url)}\n"
    text = xml("Workflow", f"{message}{tag('includeSessionId', session)}</outboundMessages>", rule)
    return {"workflows/Account.workflow-meta.xml": text}


SENDER = (
    "<rules><fullName>Changed</fullName><actions><name>Tell_ERP</name><type>OutboundMessage</type></actions>"
    "<active>true</active></rules>"
)


def test_outbound_messages() -> None:
    (result,) = found(workflow("true", "https://erp.example/in", SENDER))
    assert (result.severity, result.confidence, result.line) == ("high", "high", 4)
    assert result.message == "Outbound message Tell_ERP of Account hands erp.example a session of its user."
    assert [(s.line, s.message) for s in result.evidence] == [(5, "rule Changed sends it")]
    assert said(workflow("false", "http://erp.example/in")) == [
        "high/medium workflows/Account.workflow-meta.xml:3 Outbound message Tell_ERP of Account goes to "
        f"http://erp.example/in {ON_THE_WAY}"
    ]


# Named credentials


def legacy(name: str, *blocks: str, url: str = "https://erp.example") -> Files:
    """The address is line 2, the rest follows."""
    text = xml("NamedCredential", tag("endpoint", url), *blocks)
    return {f"namedCredentials/{name}.namedCredential-meta.xml": text}


def secured(url: str, *blocks: str) -> Files:
    """The address is line 4."""
    parameters = (
        "<namedCredentialParameters><externalCredential>E</externalCredential><parameterType>Authentication</parameterType>"
        f"</namedCredentialParameters>\n<namedCredentialParameters>\n<parameterValue>{url}</parameterValue>"
        "<parameterType>Url</parameterType></namedCredentialParameters>"
    )
    text = xml("NamedCredential", parameters, tag("namedCredentialType", "SecuredEndpoint"), *blocks)
    return {"namedCredentials/ERP.namedCredential-meta.xml": text}


PASSWORD = (tag("principalType", "NamedUser"), tag("protocol", "Password"), tag("username", "sync"))


def test_a_legacy_credential_with_a_password_and_merge_fields() -> None:
    (result,) = found(legacy("ERP", *PASSWORD, tag("allowMergeFieldsInBody", "true")))
    assert (result.severity, result.line) == ("medium", 6)
    assert result.message == (
        "Named credential ERP is of the legacy kind, which keeps its login itself, logs in with a password and lets code "
        "put its secret into the body."
    )
    assert [step.line for step in result.evidence] == [1, 4, 6]


def test_many_are_one_finding() -> None:
    (result,) = found(*(legacy(f"C{number}", *PASSWORD) for number in range(6)))
    assert (result.component, result.severity) == ("Project:org", "medium")
    assert result.message == "6 named credentials keep a login of their own: C0, C1, C2, C3, C4 and 1 more."
    assert len(result.evidence) == 12


def test_plain_credentials_of_either_kind() -> None:
    plain = f"Named credential ERP leads to http://erp.example {ON_THE_WAY}"
    assert said(secured("http://erp.example")) == [
        f"high/high namedCredentials/ERP.namedCredential-meta.xml:4 {plain}"
    ]
    none = tag("protocol", "NoAuthentication")
    assert said(legacy("ERP", none, url="http://erp.example")) == [
        f"high/high namedCredentials/ERP.namedCredential-meta.xml:2 {plain}"
    ]


def test_merge_fields_of_the_newer_kind() -> None:
    assert said(secured("https://erp.example", tag("allowMergeFieldsInHeader", "true"))) == [
        "medium/high namedCredentials/ERP.namedCredential-meta.xml:6 Named credential ERP lets code put its secret into "
        "the headers."
    ]


def test_a_test_system_that_is_production() -> None:
    none = tag("protocol", "NoAuthentication")
    assert said(legacy("ERP_UAT", none, url="https://api-prod.erp.example")) == [
        "low/low namedCredentials/ERP_UAT.namedCredential-meta.xml:2 Named credential ERP_UAT is named for a test system "
        "and leads to api-prod.erp.example."
    ]


QUIET = {
    "a named credential in Apex": call("'callout:ERP/in'"),
    "a parameter": call("given"),
    "a label": call("System.Label.Erp_Url"),
    "a host that is computed": call("'https://' + given"),
    "the own machine": call("'http://localhost:8080/in'"),
    "an address of the org itself": call("'https://acme.my.salesforce.com/services'"),
    "a test": {"classes/A.cls": "@IsTest class A { void run() { request.setEndpoint('http://erp.example'); } }"},
    "something else that is set": cls("A", "void run() { page.setUrl('http://erp.example'); }"),
    "a comment": call("url", "// request.setEndpoint('http://erp.example');"),
    "a remote site that is fine": site("https://rates.example"),
    "an inactive site": site("http://rates.example", "true", active="false"),
    "a managed package's site": site("http://rates.example", name="ns__Rates"),
    "a trusted site that is fine": trusted("https://*.maps.example"),
    "an inactive trusted site": trusted("*", active="false"),
    "an origin that is fine": origin("https://*.shop.example"),
    "a developer's own origin": origin("http://localhost:3000"),
    "a message that is fine": workflow("false", "https://erp.example", SENDER),
    "a credential of the newer kind": secured("https://erp.example", tag("allowMergeFieldsInBody", "false")),
    "a credential without any login": legacy(
        "Weather", tag("protocol", "NoAuthentication"), tag("allowMergeFieldsInBody", "true")
    ),
    "a product that is no production": legacy(
        "Product_Test", tag("protocol", "NoAuthentication"), url="https://products.example"
    ),
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: Files) -> None:
    assert said(files) == []
