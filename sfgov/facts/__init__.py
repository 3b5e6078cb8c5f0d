"""Facts: what single files say, typed. They carry lines, never paths: who read the file knows its path."""

from sfgov.facts.access import CustomSite, DelegateGroup, SharingRules
from sfgov.facts.agents import (
    AgentTestSpec,
    AiAuthoringBundle,
    AiAuthoringBundleMeta,
    AiEvaluationDefinition,
    AiTestingDefinition,
    Bot,
    BotVersion,
    GenAiFunction,
    GenAiPlanner,
    GenAiPlannerBundle,
    GenAiPlugin,
    GenAiPromptTemplate,
    GenAiSchema,
)
from sfgov.facts.apex import ApexClass, ApexMeta, ApexTrigger
from sfgov.facts.apps import (
    ConnectedApp,
    ExternalClientApplication,
    ExtlClntAppConfigurablePolicies,
    ExtlClntAppGlobalOauthSettings,
    ExtlClntAppOauthConfigurablePolicies,
    ExtlClntAppOauthSettings,
)
from sfgov.facts.base import Fact, Mark, Problem
from sfgov.facts.endpoints import (
    CorsWhitelistOrigin,
    CspTrustedSite,
    ManagedEventSubscription,
    RemoteSiteSetting,
)
from sfgov.facts.filters import ListView, MatchingRules
from sfgov.facts.flow import Flow, FlowDefinition
from sfgov.facts.governance import BackupDeclaration, RetentionDeclaration
from sfgov.facts.leads import CampaignInfluenceModel, DuplicateRule
from sfgov.facts.masking import DataMaskExport, DataMaskPolicy, MaskingTemplate
from sfgov.facts.objects import (
    CustomField,
    CustomObject,
    GlobalValueSet,
    RecordType,
    StandardValueSet,
    ValidationRule,
)
from sfgov.facts.pages import FlexiPage, Layout
from sfgov.facts.permissions import MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.protection import (
    EventRelayConfig,
    FieldRestrictionRule,
    LeadConvertSettings,
    PlatformEventChannelMember,
    TransactionSecurityPolicy,
)
from sfgov.facts.records import (
    Component,
    CustomLabels,
    CustomMetadata,
    ExternalCredential,
    InstalledPackage,
    NamedCredential,
    Settings,
)
from sfgov.facts.workflow import Workflow

AnyFact = (
    AgentTestSpec
    | AiAuthoringBundle
    | AiAuthoringBundleMeta
    | AiEvaluationDefinition
    | AiTestingDefinition
    | ApexClass
    | ApexMeta
    | ApexTrigger
    | BackupDeclaration
    | Bot
    | BotVersion
    | CampaignInfluenceModel
    | Component
    | ConnectedApp
    | CorsWhitelistOrigin
    | CspTrustedSite
    | CustomField
    | CustomLabels
    | CustomMetadata
    | CustomObject
    | CustomSite
    | DataMaskExport
    | DataMaskPolicy
    | DelegateGroup
    | DuplicateRule
    | EventRelayConfig
    | ExternalClientApplication
    | ExternalCredential
    | ExtlClntAppConfigurablePolicies
    | ExtlClntAppGlobalOauthSettings
    | ExtlClntAppOauthConfigurablePolicies
    | ExtlClntAppOauthSettings
    | FieldRestrictionRule
    | FlexiPage
    | Flow
    | FlowDefinition
    | GenAiFunction
    | GenAiPlanner
    | GenAiPlannerBundle
    | GenAiPlugin
    | GenAiPromptTemplate
    | GenAiSchema
    | GlobalValueSet
    | InstalledPackage
    | Layout
    | LeadConvertSettings
    | ListView
    | ManagedEventSubscription
    | MaskingTemplate
    | MatchingRules
    | MutingPermissionSet
    | NamedCredential
    | PermissionSet
    | PermissionSetGroup
    | PlatformEventChannelMember
    | Profile
    | RecordType
    | RemoteSiteSetting
    | RetentionDeclaration
    | Settings
    | SharingRules
    | StandardValueSet
    | TransactionSecurityPolicy
    | ValidationRule
    | Workflow
)
"""Every kind of fact: what a worker sends back and a cache holds."""

__all__ = [
    "AgentTestSpec",
    "AiAuthoringBundle",
    "AiAuthoringBundleMeta",
    "AiEvaluationDefinition",
    "AiTestingDefinition",
    "AnyFact",
    "ApexClass",
    "ApexMeta",
    "ApexTrigger",
    "BackupDeclaration",
    "Bot",
    "BotVersion",
    "CampaignInfluenceModel",
    "Component",
    "ConnectedApp",
    "CorsWhitelistOrigin",
    "CspTrustedSite",
    "CustomField",
    "CustomLabels",
    "CustomMetadata",
    "CustomObject",
    "CustomSite",
    "DataMaskExport",
    "DataMaskPolicy",
    "DelegateGroup",
    "DuplicateRule",
    "EventRelayConfig",
    "ExternalClientApplication",
    "ExternalCredential",
    "ExtlClntAppConfigurablePolicies",
    "ExtlClntAppGlobalOauthSettings",
    "ExtlClntAppOauthConfigurablePolicies",
    "ExtlClntAppOauthSettings",
    "Fact",
    "FieldRestrictionRule",
    "FlexiPage",
    "Flow",
    "FlowDefinition",
    "GenAiFunction",
    "GenAiPlanner",
    "GenAiPlannerBundle",
    "GenAiPlugin",
    "GenAiPromptTemplate",
    "GenAiSchema",
    "GlobalValueSet",
    "InstalledPackage",
    "Layout",
    "LeadConvertSettings",
    "ListView",
    "ManagedEventSubscription",
    "Mark",
    "MaskingTemplate",
    "MatchingRules",
    "MutingPermissionSet",
    "NamedCredential",
    "PermissionSet",
    "PermissionSetGroup",
    "PlatformEventChannelMember",
    "Problem",
    "Profile",
    "RecordType",
    "RemoteSiteSetting",
    "RetentionDeclaration",
    "Settings",
    "SharingRules",
    "StandardValueSet",
    "TransactionSecurityPolicy",
    "ValidationRule",
    "Workflow",
]
