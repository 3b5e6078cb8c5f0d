"""Which files of AI agents are read: scripts, the schemas of actions, and specifications of tests wherever they lie."""

from __future__ import annotations

from tests.project.folders import Open

PROJECT = '{"packageDirectories": [{"path": "force-app", "default": true}]}'
SPEC = "name: x\nsubjectType: AGENT\nsubjectName: Help\ntestCases:\n  - utterance: Hi\n"


def test_a_script_is_read_with_its_meta_file_and_alone(opened: Open) -> None:
    project = opened(
        {
            "aiAuthoringBundles/Help/Help.agent": "",
            "aiAuthoringBundles/Help/Help.bundle-meta.xml": "",
            "aiAuthoringBundles/Alone/Alone.agent": "",
        }
    )
    assert [(file.path, file.name, file.role) for file in project.files] == [
        ("aiAuthoringBundles/Alone/Alone.agent", "Alone", "body"),
        ("aiAuthoringBundles/Help/Help.agent", "Help", "body"),
        ("aiAuthoringBundles/Help/Help.bundle-meta.xml", "Help", "meta"),
    ]
    assert project.names == (("AiAuthoringBundle", "Alone"), ("AiAuthoringBundle", "Help"))


def test_one_script_given_alone_is_read_with_its_bundle(opened: Open) -> None:
    files = {"aiAuthoringBundles/Help/Help.agent": "", "aiAuthoringBundles/Help/Help.bundle-meta.xml": ""}
    project = opened(files, "aiAuthoringBundles/Help/Help.agent")
    assert [file.path for file in project.files] == ["Help.agent", "Help.bundle-meta.xml"]


def test_schemas_count_as_no_components_and_obey_the_forceignore(opened: Open) -> None:
    project = opened(
        {
            ".forceignore": "**/output/**\n",
            "genAiFunctions/Get/Get.genAiFunction-meta.xml": "",
            "genAiFunctions/Get/input/schema.json": "{}",
            "genAiFunctions/Get/output/schema.json": "{}",
            "genAiFunctions/Get/input/other.json": "{}",
        }
    )
    assert [(file.path, file.role) for file in project.files] == [
        ("genAiFunctions/Get/Get.genAiFunction-meta.xml", "whole"),
        ("genAiFunctions/Get/input/schema.json", "schema"),
    ]
    assert project.names == (("GenAiFunction", "Get"),)


def test_test_specifications_are_known_by_their_keys(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            "force-app/aiAuthoringBundles/Help/Help.agent": "",
            "specs/help.yaml": SPEC,
            "force-app/test/agent/more.yml": SPEC,
            "tests/other.yaml": "name: x\ntestCases: []\n",
            "node_modules/tests/bad.yaml": SPEC,
            "docs/help.yaml": SPEC,
        }
    )
    found = [(file.path, file.type, file.name) for file in project.files if file.type == "AgentTestSpec"]
    assert found == [
        ("force-app/test/agent/more.yml", "AgentTestSpec", "more"),
        ("specs/help.yaml", "AgentTestSpec", "help"),
    ]
    assert not [name for name in project.names if name[0] == "AgentTestSpec"]


def test_test_specifications_of_the_project_around_a_package_are_read(opened: Open) -> None:
    project = opened(
        {
            "sfdx-project.json": PROJECT,
            "force-app/aiAuthoringBundles/Help/Help.agent": "",
            "specs/agents/help.yaml": SPEC,
        },
        "force-app",
    )
    assert [file.path for file in project.files] == [
        "acme/specs/agents/help.yaml",
        "aiAuthoringBundles/Help/Help.agent",
    ]
    assert project.reader.read("acme/specs/agents/help.yaml") == SPEC.encode()
