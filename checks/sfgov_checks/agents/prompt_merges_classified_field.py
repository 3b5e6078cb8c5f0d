"""AGT012: prompt templates that send classified fields to the model, or texts of strangers as if they were instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, GenAiPromptTemplate
from sfgov.model.agents import Kind, MergeField, Prompt
from sfgov.model.agents.given import PROMPT, Given, given_by_class, given_by_flow
from sfgov.model.classification import SensitiveField
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov_checks.agents.classified import classified, is_restricted
from sfgov_checks.principals import joined


@check(
    "AGT012",
    "prompt-merges-classified-field",
    Severity.HIGH,
    reads=(GenAiPromptTemplate,),
    against=(CustomField, Flow, ApexClass),
    tags=("agents", "privacy"),
)
def prompt_merges_classified_field(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Classified fields are not merged into prompts.

    What a template merges leaves for the model, and comes back in texts that people copy on. Merged are fields of its
    inputs and of records that they lead to, columns of related lists, and what the flows and classes hand over that
    fetch its data. Only the version that runs is looked at.

    High: fields of a restricted level, health and card data, and any classified field where an agent for customers
    uses the template. Medium: other classified fields, and texts that strangers write (the description of a case, the
    body of an e-mail) which stand among the instructions, with nothing around them and no word that they are data.
    Low: related lists of objects with classified fields, as the list's columns are not in the template.

    ## Bad
    ```xml genAiPromptTemplates/Summary.genAiPromptTemplate-meta.xml
    <GenAiPromptTemplate xmlns="http://soap.sforce.com/2006/04/metadata">
        <templateVersions>
            <content>Summarise what we know of {!$Input:Contact.SSN__c}.</content>
            <inputs>
                <apiName>Contact</apiName>
                <definition>SOBJECT://Contact</definition>
                <referenceName>Input:Contact</referenceName>
            </inputs>
            <status>Published</status>
        </templateVersions>
    </GenAiPromptTemplate>
    ```
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```xml genAiPromptTemplates/Summary.genAiPromptTemplate-meta.xml
    <GenAiPromptTemplate xmlns="http://soap.sforce.com/2006/04/metadata">
        <templateVersions>
            <content>Summarise what we know of {!$Input:Contact.Name}.</content>
            <inputs>
                <apiName>Contact</apiName>
                <definition>SOBJECT://Contact</definition>
                <referenceName>Input:Contact</referenceName>
            </inputs>
            <status>Published</status>
        </templateVersions>
    </GenAiPromptTemplate>
    ```

    ## Fix
    Merge what the answer needs, and no more: another field, or a flow that hands over less. Put texts of others
    between marks, and say that they are data.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_genaiprompttemplate.htm
    - https://genai.owasp.org/llmrisk/llm01-prompt-injection/
    """
    sensitive = classified(org, policy)
    for prompt in org.agents.prompts:
        merged = org.agents.merge_fields(prompt)
        found: dict[str, _Merged] = {}
        for one in _merged(org, merged, sensitive):
            found.setdefault(one.field.name.casefold(), one)
        yield from (_classified(prompt, one, policy) for one in found.values())
        yield from _lists(org, prompt, merged, sensitive)
        yield from _unfenced(prompt, merged)


class _Merged(msgspec.Struct, frozen=True):
    field: SensitiveField
    at: Place
    via: str
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence | None = None


def _merged(
    org: Org, merged: tuple[MergeField, ...], sensitive: Mapping[str, SensitiveField]
) -> Iterator[_Merged]:
    for one in merged:
        field = sensitive.get(one.fields[-1].casefold()) if one.fields else None
        if field is not None:
            yield _Merged(field, one.at, one.text)
        for given in _provided(org, one):
            field = sensitive.get(given.name.casefold())
            if field is not None:
                # Of a class it is not known what of the rows that it reads comes to the prompt.
                confidence = None if given.output else Confidence.MEDIUM
                yield _Merged(field, one.at, one.text, (given.evidence,), confidence)


def _provided(org: Org, merged: MergeField) -> Iterator[Given]:
    """What the flow or class behind a merge field hands over."""
    if merged.provider is None:
        return
    scheme, _, name = merged.provider.definition.partition("://")
    flow = org.flows.get(name) if scheme.casefold() == "flow" else None
    if flow is not None:
        yield from (
            one for one in given_by_flow(flow) if one.output == PROMPT or _is_named(merged, one.output)
        )
    elif scheme.casefold() == "apex":
        yield from given_by_class(org.apex, name)


def _is_named(merged: MergeField, output: str) -> bool:
    return merged.path.casefold().endswith(f".{output.casefold()}")


def _classified(prompt: Prompt, one: _Merged, policy: Policy) -> Finding:
    serving = sorted({use.agent.name for use in prompt.used_by if use.agent.kind is Kind.SERVICE})
    grave = is_restricted(one.field, policy) or bool(serving)
    to = f", and {joined(serving)} answers customers with it" if serving else ""
    return Finding(
        f"Prompt {prompt.name} sends {one.field.name} ({one.field.classification}) to the model via {one.via}{to}.",
        at=one.at,
        because=[
            *one.evidence,
            *one.field.evidence(),
            *(use.at.says(f"{use.agent.name} uses it") for use in prompt.used_by),
        ],
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        confidence=one.confidence,
        subject=one.field.name,
    )


# Related lists


def _lists(
    org: Org, prompt: Prompt, merged: tuple[MergeField, ...], sensitive: Mapping[str, SensitiveField]
) -> Iterator[Finding]:
    told = set()
    for one in merged:
        if one.resource.casefold() != "relatedlist" or one.path in told:
            continue
        told.add(one.path)
        child = _child(org, prompt, one.path)
        fields = sorted(
            field.name for field in sensitive.values() if field.object.casefold() == child.casefold()
        )
        if child and fields:
            yield Finding(
                f"Prompt {prompt.name} sends a related list of {child} to the model, which has classified fields: "
                f"{joined(fields)}. Which columns the list has is not in the template.",
                at=one.at,
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
            )


def _child(org: Org, prompt: Prompt, path: str) -> str:
    """The object of the records of `Candidate.Applications__r.Records`, where `Candidate` is an input or an object."""
    head, _, rest = path.partition(".")
    version = prompt.active
    named = (
        next((one for one in version.inputs if one.reference.casefold() == f"input:{head}".casefold()), None)
        if version
        else None
    )
    parent = named.definition.partition("://")[2] if named else head
    return org.flows.relationships.children(parent, rest.partition(".")[0])


# Texts of strangers


_STRANGERS = frozenset(
    {"case.comments", "case.description", "case.subject", "casecomment.commentbody", "emailmessage.htmlbody",
     "emailmessage.subject", "emailmessage.textbody", "lead.description", "livechattranscript.body"}
)  # fmt: skip
"""Standard fields that hold what somebody outside wrote: forms of the web, e-mails, chats."""
_DATA = re.compile(
    r"\b(treat|consider|regard|handle)\b.{0,80}\b(data|untrusted|text|content)\b|untrusted"
    r"|\b(not|never|n.t)\b.{0,40}\b(follow|obey|execute|act on)\b.{0,60}\binstruction|\bignore\b.{0,40}\binstruction",
    re.IGNORECASE | re.DOTALL,
)
_MARK = re.compile(r"(\"\"\"|'''|```|[\"'`]|-{3,}|={3,}|#{3,}|<[^<>]+>|&lt;[^&]+&gt;|\[[^\[\]]+\])\s*$")


def _unfenced(prompt: Prompt, merged: tuple[MergeField, ...]) -> Iterator[Finding]:
    content = prompt.active.content.text if prompt.active else ""
    if _DATA.search(content):
        return
    told = set()
    for one in merged:
        field = one.fields[-1] if one.fields else ""
        if field.casefold() in _STRANGERS and field not in told and not _MARK.search(content[: one.offset]):
            told.add(field)
            yield Finding(
                f"Prompt {prompt.name} puts {field}, which people outside write, among its instructions: no marks "
                "stand around it, and no word says that it is data.",
                at=one.at,
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                subject=f"unfenced {field}",
            )
