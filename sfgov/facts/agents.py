"""AI agents as files write them: Agent Script, planners with topics and actions, bots, prompt templates, tests.

The three encodings share what they share: a topic, an action, a parameter and a variable are the same structs whether
a script or XML says them. What only one of them has is empty elsewhere. `model.agents` joins them to agents.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts.base import Fact, Mark


class AgentText(msgspec.Struct, frozen=True, gc=False, array_like=True):
    r"""Prose for the model or the user: an instruction, a description, a message.

    `text` keeps its line breaks where the file has them, so that `line_of` finds the line of a word; `escaped` says
    that the breaks come from `\n` in a quoted string, which stands on one line.
    """

    text: str
    line: int
    escaped: bool = False

    def line_of(self, offset: int) -> int:
        """The line of the file on which the character at this offset stands."""
        return self.line if self.escaped else self.line + self.text.count("\n", 0, offset)


NO_TEXT = AgentText("", 0)


class AgentSetting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A scalar of the agent as a whole.

    `name` is the path of names in a script (`config.runtime.groundedness`, `access.default_agent_user`) or the
    element of XML (`botUser`). A quoted value is without its quotes; `quoted` tells `None` from `"None"`.
    """

    name: str
    value: str
    line: int
    quoted: bool = False


class AgentParameter(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An input or output of an action.

    `type` is as written: `string`, `list[object]`, `lightning__textType`. `default` is what a script binds in the
    declaration itself (`citationsUrl: string = @knowledge.citations_url`), as an expression.
    """

    name: str
    line: int
    type: str = ""
    complex_type: str = ""
    """`complex_data_type_name`, or the object of `lightning:sObjectInfo`."""
    label: str = ""
    description: AgentText = NO_TEXT
    default: str = ""
    required: Mark = 0
    """`is_required`, or whether `required` of a schema lists it; a schema lists only the required ones."""
    user_input: Mark = 0
    """`is_user_input`, `copilotAction:isUserInput`: whether the value is asked of the user."""
    displayable: Mark = 0
    """`is_displayable`, `copilotAction:isDisplayable`"""
    used_by_planner: Mark = 0
    """`is_used_by_planner`, `copilotAction:isUsedByPlanner`"""
    filtered: Mark = 0
    """`filter_from_agent`: kept from the model."""
    pii: Mark = 0
    """`lightning:isPII`"""


class AgentAction(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The definition of an action: what it calls, with what, and whether the user is asked first.

    `target_type` is the scheme of a script's target (`flow`, `apex`, `generatePromptResponse`, `prompt` …) or
    `invocationTargetType`; `target` the name behind it, without scheme.
    """

    name: str
    line: int
    full_name: str = ""
    """Where it differs from `name`: local actions of a planner have the record's id at their end."""
    label: str = ""
    description: AgentText = NO_TEXT
    target_type: str = ""
    target: str = ""
    target_line: int = 0
    source: str = ""
    """The library action that it was copied from."""
    confirmation: Mark = 0
    """`require_user_confirmation`, `isConfirmationRequired`"""
    inputs: tuple[AgentParameter, ...] = ()
    outputs: tuple[AgentParameter, ...] = ()
    end_line: int = 0


class AgentCondition(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An expression of a script that decides whether a step is there.

    `available when` and `if` must hold; `else` and `after-exit` must not: `after-exit` because an
    `if` before it has left the topic by a transition.
    """

    kind: Literal["available when", "if", "else", "after-exit"]
    expression: str
    line: int

    @property
    def holds(self) -> bool:
        """Whether the expression must be true for the step, else false."""
        return self.kind in ("available when", "if")


class AgentBinding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`with parameter=value`. The value is an expression as written; `...` leaves it to the model."""

    parameter: str
    value: str
    line: int


class AgentAssignment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`set @variables.name = value`, as part of a call: what is done with its outputs."""

    variable: str
    value: str
    line: int


class AgentStep(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One thing that a topic of a script does, or lets the model do.

    | kind | reference | |
    | --- | --- | --- |
    | `tool` | `@actions.X`, `@utils.setVariables`, `@utils.escalate`, `@subagent.X` … | an entry of `reasoning.actions`: the model decides when |
    | `run` | `@actions.X` | a deterministic call |
    | `transition` | `@utils.transition` | `target` is the topic that it goes to |
    | `set` | | `sets` has the one assignment |
    | `text` | | `text` goes into the prompt |
    | `collect` | `@variables.X` | asks the user for a value; `text` is the question |

    A tool that goes to a topic (`@utils.transition to @subagent.X`) is a `tool` with a `target`. `block` is where it
    stands: `reasoning.actions`, `reasoning.instructions`, `before_reasoning`, `after_reasoning` …
    """

    kind: Literal["tool", "run", "transition", "set", "text", "collect"]
    block: str
    line: int
    name: str = ""
    """Of a tool."""
    reference: str = ""
    target: str = ""
    """The topic of a transition, without `@subagent.`."""
    inputs: tuple[AgentBinding, ...] = ()
    sets: tuple[AgentAssignment, ...] = ()
    conditions: tuple[AgentCondition, ...] = ()
    """All must agree; outermost first."""
    description: AgentText = NO_TEXT
    text: AgentText = NO_TEXT
    parent: int = -1
    """Index, in the topic's steps, of the call after which this one runs, or -1."""
    label: str = ""
    confirmation: Mark = 0
    """`require_user_confirmation`, where the entry of a tool says it for itself."""


class AgentLink(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name that refers to a topic or action written elsewhere."""

    name: str
    line: int


class AgentTopic(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A topic (subagent): what it is for, what it is told, and what it can do.

    `kind` is `start_agent`, `subagent`, `topic` or `connected_subagent` in a script; in XML it is the `pluginType`.
    """

    name: str
    line: int
    kind: str
    full_name: str = ""
    """Where it differs from `name`: local topics of a planner have the record's id at their end."""
    label: str = ""
    description: AgentText = NO_TEXT
    scope: AgentText = NO_TEXT
    override: AgentText = NO_TEXT
    """`system.instructions` of the topic: they stand in place of the agent's own."""
    instructions: tuple[AgentText, ...] = ()
    """In XML. A script's instructions are steps of kind `text`."""
    utterances: tuple[AgentText, ...] = ()
    can_escalate: Mark = 0
    """`canEscalate`"""
    actions: tuple[AgentAction, ...] = ()
    functions: tuple[AgentLink, ...] = ()
    """Actions by name: `genAiFunctions`, `localActionLinks`."""
    steps: tuple[AgentStep, ...] = ()
    settings: tuple[AgentSetting, ...] = ()
    """Of the topic alone: `model_config.model`, `schema` …"""
    source: str = ""
    """The library topic that it was copied from."""
    target: str = ""
    """Of a connected subagent: the URI of the other agent."""
    inputs: tuple[AgentParameter, ...] = ()
    """Of a connected subagent: what it is given."""
    end_line: int = 0


class AgentVariable(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A variable of the conversation.

    `modifier` is `mutable` or `linked` in a script, `context` or `conversation` for those of a bot. `source` is where
    a linked one gets its value (`@MessagingSession.Id`), or the field that a bot maps it to (`MessagingSession.Id`).
    """

    name: str
    line: int
    modifier: str
    type: str = ""
    default: str = ""
    """As written, empty where there is none."""
    source: str = ""
    label: str = ""
    description: AgentText = NO_TEXT
    visibility: str = ""
    """`Internal` or `External`, as written."""
    displayable: Mark = 0
    used_by_planner: Mark = 0
    in_prompt: Mark = 0
    """`includeInPrompt`"""


class AgentConnection(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A channel and, if it has one, the way to a human: `connection messaging`, or one of `plannerSurfaces`.

    Where a surface has several routes, there is one connection for each.
    """

    type: str
    line: int
    route_type: str = ""
    route_name: str = ""
    """As written: `flow://Route_To_Queue`, `Route_To_Queue`."""
    route_line: int = 0
    escalation_message: AgentText = NO_TEXT
    instructions: AgentText = NO_TEXT
    """What the model is told besides, on this channel."""
    inputs: tuple[AgentParameter, ...] = ()
    formats: tuple[AgentAction, ...] = ()
    """Forms in which it answers; those of the org's own call Apex."""


class AiAuthoringBundle(Fact, frozen=True, kw_only=True):
    """A `.agent` file: Agent Script. `name` is the bundle's, `developer_name` what the script calls itself."""

    developer_name: str = ""
    settings: tuple[AgentSetting, ...] = ()
    """Every scalar outside of variables, topics and connections, by path."""
    instructions: AgentText = NO_TEXT
    """`system.instructions`"""
    messages: tuple[tuple[str, AgentText], ...] = ()
    """`system.messages`, by name: `welcome`, `error`."""
    variables: tuple[AgentVariable, ...] = ()
    connections: tuple[AgentConnection, ...] = ()
    topics: tuple[AgentTopic, ...] = ()
    """`start_agent`, subagents, topics and connected subagents, in the order of the file."""
    actions: tuple[AgentAction, ...] = ()
    """Defined outside of any topic."""
    complete: bool = True
    """False where some of it could not be read, so that what is not here may be in the file all the same."""


class AiAuthoringBundleMeta(Fact, frozen=True, kw_only=True):
    """The `.bundle-meta.xml` beside a script."""

    bundle_type: str = ""
    target: str = ""
    """The published version that it is locked to: `Support_Agent.v2`."""
    version_tag: str = ""


class PlannerMapping(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An `attributeMappings` block: binds an input or output of an action to a variable or a constant.

    `attribute` is `Topic.Action.parameter`, or `Action.parameter`; `target` the variable.
    """

    attribute: str
    line: int
    attribute_type: str = ""
    """`CustomPluginFunctionAttribute`, `StandardPluginFunctionInput`, `StandardPluginFunctionOutput` …"""
    mapping_type: str = ""
    target: str = ""
    constant: str = ""


class PlannerCondition(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One condition of a rule: `isVerified equal true`."""

    left: str
    operator: str
    right: str
    line: int
    left_type: str = ""


class PlannerRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A `ruleExpressions` block. It does nothing until something is assigned to it."""

    name: str
    line: int
    label: str = ""
    expression: str = ""
    expression_type: str = ""
    conditions: tuple[PlannerCondition, ...] = ()


class PlannerAssignment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A `ruleExpressionAssignments` block: the rule decides whether the topic or action is there."""

    rule: str
    line: int
    target: str = ""
    target_type: str = ""
    """`Plugin` (a topic), `Function` (an action), `PluginFunction`."""


class Planner(Fact, frozen=True, kw_only=True):
    """A planner: an agent's topics and actions, and the rules that lock them."""

    label: str = ""
    description: AgentText = NO_TEXT
    planner_type: str = ""
    topics: tuple[AgentTopic, ...] = ()
    """`localTopics`, and `genAiCustomizedPlugin` of library topics."""
    plugins: tuple[AgentLink, ...] = ()
    """`genAiPlugins`, by name."""
    topic_links: tuple[AgentLink, ...] = ()
    """`localTopicLinks`, by name."""
    functions: tuple[AgentLink, ...] = ()
    """Actions that belong to no topic: `genAiFunctions` and the planner's own `localActionLinks`."""
    actions: tuple[AgentAction, ...] = ()
    """`plannerActions`"""
    mappings: tuple[PlannerMapping, ...] = ()
    rules: tuple[PlannerRule, ...] = ()
    assignments: tuple[PlannerAssignment, ...] = ()
    connections: tuple[AgentConnection, ...] = ()
    """`plannerSurfaces`"""
    script: int = 0
    """The line of `agentScript` or `agentGraph`: it was compiled from a script. 0 where there is neither."""


class GenAiPlannerBundle(Planner, frozen=True, kw_only=True):
    """A planner of API 64 and later, with topics and actions of its own."""


class GenAiPlanner(Planner, frozen=True, kw_only=True):
    """A planner of API 63 and before."""


class GenAiPlugin(Fact, frozen=True, kw_only=True):
    """A topic of the library."""

    topic: AgentTopic


class GenAiFunction(Fact, frozen=True, kw_only=True):
    """An action of the library. Its parameters stand in `GenAiSchema`, its renamed ones in `attributes`."""

    action: AgentAction
    attributes: tuple[FunctionAttribute, ...] = ()


class FunctionAttribute(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A `mappingAttributes` block: the name by which a planner's mapping calls a parameter."""

    name: str
    parameter: str
    direction: str
    """`input` or `output`"""
    line: int


class GenAiSchema(Fact, frozen=True, kw_only=True):
    """The `schema.json` of an action's inputs or outputs.

    `name` is the path from the bundle's folder on: `Create_Booking/input` for a library action,
    `My_Planner/localActions/Topic_16j…/Action_179…/input` for a local one.
    """

    direction: str
    """`input` or `output`"""
    parameters: tuple[AgentParameter, ...] = ()
    complete: bool = True
    """False where it cannot be read."""


class PromptInput(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An input of a prompt template; `definition` is `SOBJECT://Contact` or `primitive://String`."""

    name: str
    line: int
    definition: str = ""
    reference: str = ""
    """As the content names it: `Input:Contact`."""
    required: Mark = 0


class PromptProvider(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A `templateDataProviders` block: `flow://F`, `apex://C`, `invocable://getRelatedList` …"""

    definition: str
    line: int
    reference: str = ""
    """As the content names it: `Flow:F`."""
    parameters: tuple[tuple[str, str, int], ...] = ()
    """(name, value expression, line)"""


class PromptVersion(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One version of a prompt template."""

    identifier: str
    line: int
    status: str = ""
    model: str = ""
    content: AgentText = NO_TEXT
    inputs: tuple[PromptInput, ...] = ()
    providers: tuple[PromptProvider, ...] = ()


class GenAiPromptTemplate(Fact, frozen=True, kw_only=True):
    """A prompt template, all versions."""

    label: str = ""
    type: str = ""
    visibility: str = ""
    related_entity: str = ""
    related_field: str = ""
    active_version: str = ""
    versions: tuple[PromptVersion, ...] = ()


class Bot(Fact, frozen=True, kw_only=True):
    """A bot, which every published agent is. `settings` are its scalars, by element."""

    label: str = ""
    description: AgentText = NO_TEXT
    agent_type: str = ""
    """`EinsteinServiceAgent`, `AgentforceEmployeeAgent`, `Employee` …; empty for a classic bot."""
    type: str = ""
    """`Bot`, `ExternalCopilot`, `InternalCopilot` …"""
    user: str = ""
    settings: tuple[AgentSetting, ...] = ()
    variables: tuple[AgentVariable, ...] = ()


class BotStep(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A step of a dialog that calls something or hands over: `kind` is its `type`.

    `target_type` and `target` are what it invokes (`flow`, `apex`), or `Transfer`.
    """

    kind: str
    line: int
    target_type: str = ""
    target: str = ""


class BotDialog(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A dialog of a bot."""

    name: str
    line: int
    label: str = ""
    steps: tuple[BotStep, ...] = ()
    messages: tuple[AgentText, ...] = ()
    leads_to: tuple[AgentLink, ...] = ()
    """Dialogs that it goes on to."""


class BotVersion(Fact, frozen=True, kw_only=True):
    """A version of a bot; `name` is `Bot.v1`. Versions inside a `.bot` file (older API) are facts of their own."""

    planners: tuple[AgentLink, ...] = ()
    """`conversationDefinitionPlanners`"""
    role: AgentText = NO_TEXT
    company: AgentText = NO_TEXT
    tone: str = ""
    """`Casual`, `Formal`, `Neutral`"""
    entry_dialog: str = ""
    dialogs: tuple[BotDialog, ...] = ()
    variables: tuple[AgentVariable, ...] = ()
    settings: tuple[AgentSetting, ...] = ()


class AgentTestExpectation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a test expects, or measures: `topic_sequence_match` with a value, `coherence` without."""

    name: str
    value: str
    line: int


class AgentTestCase(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One case. `topic` and `actions` are what it expects; `actions` is None where it says nothing of them."""

    line: int
    utterance: AgentText = NO_TEXT
    topic: str = ""
    topic_line: int = 0
    actions: tuple[str, ...] | None = None
    actions_line: int = 0
    outcome: AgentText = NO_TEXT
    expectations: tuple[AgentTestExpectation, ...] = ()
    history: int = 0
    """How many turns went before."""
    variables: tuple[str, ...] = ()
    """The context variables that it sets."""


class AgentTests(Fact, frozen=True, kw_only=True):
    """Tests of an agent, in whatever file."""

    label: str = ""
    subject: str = ""
    subject_type: str = ""
    subject_version: str = ""
    cases: tuple[AgentTestCase, ...] = ()


class AiEvaluationDefinition(AgentTests, frozen=True, kw_only=True):
    """Tests of the Testing Center."""


class AiTestingDefinition(AgentTests, frozen=True, kw_only=True):
    """Tests of the newer kind, with scorers."""


class AgentTestSpec(AgentTests, frozen=True, kw_only=True):
    """A test specification in YAML, from which the others are made. `name` is the file's stem."""
