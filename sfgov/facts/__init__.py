"""Facts: what single files say, typed. They carry lines, never paths: who read the file knows its path."""

from sfgov.facts.apex import ApexClass, ApexMeta, ApexTrigger
from sfgov.facts.base import Fact, Mark, Problem
from sfgov.facts.flow import Flow, FlowDefinition
from sfgov.facts.masking import DataMaskExport, DataMaskPolicy, MaskingTemplate
from sfgov.facts.objects import CustomField, CustomObject, RecordType, ValidationRule
from sfgov.facts.permissions import MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.records import Component, CustomMetadata, InstalledPackage, Settings

AnyFact = (
    ApexClass
    | ApexMeta
    | ApexTrigger
    | Component
    | CustomField
    | CustomMetadata
    | CustomObject
    | DataMaskExport
    | DataMaskPolicy
    | Flow
    | FlowDefinition
    | InstalledPackage
    | MaskingTemplate
    | MutingPermissionSet
    | PermissionSet
    | PermissionSetGroup
    | Profile
    | RecordType
    | Settings
    | ValidationRule
)
"""Every kind of fact: what a worker sends back and a cache holds."""

__all__ = [
    "AnyFact",
    "ApexClass",
    "ApexMeta",
    "ApexTrigger",
    "Component",
    "CustomField",
    "CustomMetadata",
    "CustomObject",
    "DataMaskExport",
    "DataMaskPolicy",
    "Fact",
    "Flow",
    "FlowDefinition",
    "InstalledPackage",
    "Mark",
    "MaskingTemplate",
    "MutingPermissionSet",
    "PermissionSet",
    "PermissionSetGroup",
    "Problem",
    "Profile",
    "RecordType",
    "Settings",
    "ValidationRule",
]
