"""Small orgs that exchange records with other systems, for the tests of the integration checks."""

from __future__ import annotations

from tests.flow_xml import tag, xml

Files = dict[str, str]
POST = "HttpRequest r = new HttpRequest(); r.setEndpoint('callout:ERP/in'); r.setMethod('POST'); new Http().send(r);"
GET = POST.replace("POST", "GET")


def some(*parts: Files) -> Files:
    return {path: text for part in parts for path, text in part.items()}


def trigger(body: str, object_name: str = "Account", events: str = "after update", name: str = "T") -> Files:
    """A trigger whose body is line 2."""
    return {f"triggers/{name}.trigger": f"trigger {name} on {object_name} ({events}) {{\n{body}\n}}\n"}


def cls(name: str, *lines: str, head: str = "") -> Files:
    """A class whose lines start on line 2."""
    return {f"classes/{name}.cls": "\n".join([f"public class {name} {head} {{", *lines, "}", ""])}


def job(name: str = "Push", body: str = POST) -> Files:
    """A queueable job that does `body` on line 3."""
    return cls(name, "public void execute(QueueableContext c) {", body, "}", head="implements Queueable")


def member(entity: str = "AccountChangeEvent", channel: str = "ChangeEvents", *fields: str) -> Files:
    """A channel member; its entity is line 3."""
    enriched = [f"<enrichedFields>{tag('name', name)}</enrichedFields>" for name in fields]
    text = xml(
        "PlatformEventChannelMember", tag("eventChannel", channel), tag("selectedEntity", entity), *enriched
    )
    return {f"platformEventChannelMembers/{channel}_{entity}.platformEventChannelMember-meta.xml": text}


def relay(channel: str = "ChangeEvents", state: str = "RUN") -> Files:
    """An event relay; its channel is line 2."""
    text = xml("EventRelayConfig", tag("eventChannel", channel), tag("state", state))
    return {"eventRelays/ERP.eventRelay-meta.xml": text}
