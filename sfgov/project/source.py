"""A file of an org, and what it is: decided from folder and suffix, without reading it."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec


class SourceFile(msgspec.Struct, frozen=True, order=True):
    """One file that holds (a part of) one component.

    `path` is relative to the org's root, with `/`. `type` is the Metadata API type that folder and suffix say
    (`CustomField`, `PermissionSet`; empty where only the root element can tell), or one of sfgov's own:
    `MaskingTemplate`, `DataMaskExport`, `RetentionDeclaration`, `BackupDeclaration`, `AgentTestSpec`. `name` is the component's full name, URL-decoded
    (`Account.SSN__c`). `role` is `body` for Apex source and Agent Script, `meta` for the XML beside a body (also of a
    bundle or resource, whose other bodies are not read), `part` for one file of a decomposed component, `schema` for
    the JSON of an agent action's inputs or outputs, else `whole`. `package` is
    the package directory that holds it, as `PackageDirectory.path` names it; empty where there is none.
    """

    path: str
    type: str
    name: str
    role: Literal["whole", "body", "meta", "part", "schema"] = "whole"
    package: str = ""


class Reader(Protocol):
    """Gives the bytes of a file. Picklable, so that worker processes read for themselves."""

    def read(self, path: str) -> bytes:
        """The file's bytes; raises `OSError` (with a reason) when it cannot be read."""
        ...
