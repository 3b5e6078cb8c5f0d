"""`sfgov.yml` to a policy: every fault at once, with its line and what was probably meant."""

import datetime
from pathlib import Path
from textwrap import dedent

import pytest

from sfgov.check import Ruleset, Severity
from sfgov.config import Config, ConfigError, find_config, load_config
from sfgov.policy import Bundles, Conditional, Policy, Waiver


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(text: str) -> Config:
    Path("sfgov.yml").write_text(dedent(text), "utf-8")
    return load_config(Path("sfgov.yml"))


def errors(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return list(caught.value.errors)


def test_without_a_file_everything_has_its_default() -> None:
    assert load_config(None) == Config(Policy(), "", {})


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "delete:\nwaivers:\n  # none\nfail_on:\n"])
def test_an_empty_file_and_keys_without_a_value_are_the_defaults(text: str) -> None:
    assert load(text).policy == Policy()


def test_the_whole_of_the_documented_file_is_read() -> None:
    policy = load(
        """\
        ruleset: recommended
        select: [DEL, APX, DAT001]
        ignore: [HYG005]
        fail_on: high
        checks:
          DEL003: {severity: medium}
          DEL012: {max_bypass_holders: 5}
        delete:
          never: [Invoice__c, Contract]
          conditional:
            Opportunity: {unless: "IsClosed = true"}
          cascade_ok: [Attachment__c]
          automation_ok: [Staging__c]
          allow: {profiles: [Admin], permission_sets: [Data_Steward], permission_set_groups: []}
          members_only: [Case_Delete]
        guest: {allowed_writes: {Case: [create]}}
        principals:
          admin:       {profiles: [Admin], permission_sets: []}
          integration: {profiles: [ERP Integration], permission_sets: [Mule_API]}
          agent:       {permission_sets: [Service_Agent_Access], agents: {Support_Agent: [Service_Agent_Access]}}
          personas:
            Sales Rep: {profile: Standard, permission_sets: [CPQ_User], permission_set_groups: [Sales_Core]}
        sod:
          - {name: create-and-pay, left: ["obj:Vendor__c:create"], right: ["obj:Payment__c:create"]}
        classification:
          sensitive_groups: [PII, PHI, HIPAA, PCI, GDPR, CCPA]
          sensitive_levels: [Confidential, Restricted, MissionCritical]
          restricted_levels: [Restricted, MissionCritical]
          ignore_fields: ["Log__c.*"]
          readers: {Contact: [HR_Core]}
        masking:
          templates: [governance/masking/*.yml]
          exports: [governance/exports/DataMask*.json]
          max_objects_per_policy: 3
        retention: governance/retention.yml
        backup: governance/backup.yml
        systems:
          - {name: ERP, principal: "ERP Integration", master_of: {Account: [Credit_Limit__c], Product2: ["*"]}}
        attribution:
          fields: {Lead: ["*utm*", "*gclid*", "First_Touch*", "AI_Referral*"]}
          first_touch: ["First_*", "Original_Lead_Source__c"]
          ai_sources: [ChatGPT, Perplexity, Copilot, Gemini, Claude]
        agents:
          min_topic_coverage: 0.8
          sensitive_actions: ["Refund*", "Delete*", "Cancel*", "Close*"]
        waivers:
          - {check: DEL001, component: "PermissionSet:Sales_*", owner: jane@example.com, reason: "Migration runs until Q4.", expires: 2026-12-31}
        overrides:
          - {paths: ["force-app/legacy/**"], max_severity: low}
        """
    ).policy
    assert policy.ruleset is Ruleset.RECOMMENDED
    assert policy.checks == {"DEL003": {"severity": "medium"}, "DEL012": {"max_bypass_holders": 5}}
    assert policy.delete.conditional == {"Opportunity": Conditional("IsClosed = true")}
    assert policy.delete.allow == Bundles(("Admin",), ("Data_Steward",), ())
    assert policy.principals.personas["Sales Rep"].permission_sets == ("CPQ_User",)
    assert policy.waivers == (
        Waiver(
            "DEL001",
            "PermissionSet:Sales_*",
            "jane@example.com",
            "Migration runs until Q4.",
            datetime.date(2026, 12, 31),
        ),
    )
    assert policy.overrides[0].max_severity is Severity.LOW


def test_words_that_older_yaml_takes_for_other_things_are_names() -> None:
    assert load("delete: {never: [no, on, 0123, 12:30]}").policy.delete.never == ("no", "on", "0123", "12:30")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("delte: {}", 'sfgov.yml:1: unknown key "delte"; did you mean "delete"?'),
        ("delete:\n  nevr: []", 'sfgov.yml:2: unknown key "nevr"; did you mean "never"?'),
        (
            "delete:\n  allow:\n    profile: []",
            'sfgov.yml:3: unknown key "profile"; did you mean "profiles"?',
        ),
        (
            "sod:\n- {name: x, left: [], rigth: [], right: []}",
            'sfgov.yml:2: unknown key "rigth"; did you mean "right"?',
        ),
        ("guest: {foo: 1}", 'sfgov.yml:1: unknown key "foo"; known here: allowed_writes'),
        (
            "fail_on: hihg",
            'sfgov.yml:1: fail_on: "hihg" is none of critical, high, medium, low, info, never; did you mean "high"?',
        ),
        (
            "ruleset: Strict",
            'sfgov.yml:1: ruleset: "Strict" is none of minimal, recommended, strict; did you mean "strict"?',
        ),
        (
            "ruleset: 3",
            "sfgov.yml:1: ruleset: expected one of minimal, recommended, strict, found the number 3",
        ),
        ("select: DEL", 'sfgov.yml:1: select: expected a list, found the text "DEL"; write [DEL]'),
        ("ignore:\n- 12", "sfgov.yml:2: ignore: expected text, found the number 12; put it in quotes"),
        ("ignore:\n-", "sfgov.yml:2: ignore: expected text, found nothing"),
        (
            "delete: [x]",
            "sfgov.yml:1: delete: expected a mapping with never, conditional, cascade_ok, automation_ok, allow, members_only, found a list",
        ),
        ("checks: {DEL001: }", "sfgov.yml:1: checks.DEL001: expected a mapping, found nothing"),
        (
            "agents:\n  min_topic_coverage: yes",
            'sfgov.yml:2: agents.min_topic_coverage: expected a number, found the text "yes"',
        ),
        (
            "masking: {max_objects_per_policy: 1.5}",
            "sfgov.yml:1: masking.max_objects_per_policy: expected a whole number, found the number 1.5",
        ),
        (
            "masking: {max_objects_per_policy: true}",
            "sfgov.yml:1: masking.max_objects_per_policy: expected a whole number, found true",
        ),
        ("retention: {a: 1}", "sfgov.yml:1: retention: expected text, found a mapping"),
        (
            "guest:\n  allowed_writes:\n    Case: [creat]",
            'sfgov.yml:3: guest.allowed_writes.Case: "creat" is none of create, delete, edit; did you mean "create"?',
        ),
        ("- a", "sfgov.yml:1: expected settings, such as: ruleset: recommended"),
        ("just text", "sfgov.yml:1: expected settings, such as: ruleset: recommended"),
        ("select: []\nselect: []", 'sfgov.yml:2: the key "select" is here twice; it is in line 1 already'),
        ("select:\n\t- x", "sfgov.yml:2: a tab stands in the indentation; YAML takes spaces only"),
        (
            "attribution: {fields: {Lead: [*utm*]}}",
            'sfgov.yml:1: text that starts with "*" must be put in quotes',
        ),
    ],
)
def test_one_fault(text: str, message: str) -> None:
    assert errors(text) == [message]


@pytest.mark.parametrize("date", ["2026-13-01", "31.12.2026", "2026-12-31T00:00:00", "20261231x"])
def test_a_date_that_is_none(date: str) -> None:
    text = f"waivers:\n- {{check: DEL001, component: x, owner: o, reason: r, expires: '{date}'}}"
    assert errors(text) == [f'sfgov.yml:2: waivers.expires: "{date}" is not a date; write it as 2026-12-31']


def test_a_date_without_dashes_is_a_number() -> None:
    text = "waivers:\n- {check: DEL001, component: x, owner: o, reason: r, expires: 20261231}"
    assert errors(text) == [
        "sfgov.yml:2: waivers.expires: expected a date like 2026-12-31, found the number 20261231"
    ]


def test_a_waiver_needs_an_owner_a_reason_and_a_date() -> None:
    text = """\
        waivers:
          - check: DEL001
            component: "*"
            reason:
        """
    assert errors(text) == [
        'sfgov.yml:2: waivers: the key "expires" is missing',
        'sfgov.yml:2: waivers: the key "owner" is missing',
        'sfgov.yml:2: waivers: the key "reason" is missing',
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
        rulset: strict
        delete:
          never: [Invoice__c]
          never: [Contract]
          allow: {profile: [Admin]}
        fail_on: !x high
        agents: {min_topic_coverage: many}
        """
    assert errors(text) == [
        'sfgov.yml:1: unknown key "rulset"; did you mean "ruleset"?',
        'sfgov.yml:4: the key "never" is here twice; it is in line 3 already',
        'sfgov.yml:5: unknown key "profile"; did you mean "profiles"?',
        'sfgov.yml:6: the tag "!x" is not supported',
        'sfgov.yml:7: agents.min_topic_coverage: expected a number, found the text "many"',
    ]


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"^other\.yml: cannot be read: No such file or directory$"):
        load_config(Path("other.yml"))


def test_a_folder_in_the_file_s_place() -> None:
    Path("sfgov.yml").mkdir()
    with pytest.raises(ConfigError, match=r"^sfgov\.yml: cannot be read: Is a directory$"):
        load_config(Path("sfgov.yml"))


def test_a_file_that_is_not_utf_8() -> None:
    Path("sfgov.yml").write_bytes("ruleset: strict\nretention: gedächtnis".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"^sfgov\.yml:2: the text is not UTF-8$"):
        load_config(Path("sfgov.yml"))


def test_the_line_of_a_key_or_of_what_is_around_it() -> None:
    config = load("# who\n\ndelete:\n  never:\n    - Invoice__c\n    - Contract\n")
    assert config.line_of("delete", "never", "Contract") == 6
    assert config.line_of("delete", "never", "1") == 6
    assert config.line_of("delete", "never", "Case") == 4
    assert config.line_of("delete", "allow", "profiles") == 3
    assert config.line_of("waivers") == 1


class TestFinding:
    def test_the_nearest_folder_above_that_has_one(self, tmp_path: Path) -> None:
        deep = tmp_path / "org" / "force-app" / "main"
        deep.mkdir(parents=True)
        (tmp_path / "org" / "sfgov.yml").touch()
        (tmp_path / "sfgov.yml").touch()
        assert find_config(deep) == Path("org/sfgov.yml")
        assert find_config(Path("org/force-app")) == Path("org/sfgov.yml")
        assert find_config(Path()) == Path("sfgov.yml")

    def test_beside_an_archive(self, tmp_path: Path) -> None:
        (tmp_path / "org.zip").touch()
        (tmp_path / "sfgov.yml").touch()
        assert find_config(Path("org.zip")) == Path("sfgov.yml")

    def test_not_above_the_git_root(self, tmp_path: Path) -> None:
        (tmp_path / "sfgov.yml").touch()
        (tmp_path / "repo" / ".git").mkdir(parents=True)
        (tmp_path / "repo" / "force-app").mkdir()
        assert find_config(tmp_path / "repo" / "force-app") is None
        (tmp_path / "repo" / "sfgov.yml").touch()
        assert find_config(tmp_path / "repo" / "force-app") == Path("repo/sfgov.yml")

    def test_a_file_of_git_is_a_git_root_too(self, tmp_path: Path) -> None:
        (tmp_path / "sfgov.yml").touch()
        (tmp_path / "worktree").mkdir()
        (tmp_path / "worktree" / ".git").write_text("gitdir: elsewhere")
        assert find_config(tmp_path / "worktree") is None

    def test_a_folder_of_that_name_is_not_it(self, tmp_path: Path) -> None:
        (tmp_path / "org" / "sfgov.yml").mkdir(parents=True)
        (tmp_path / "sfgov.yml").touch()
        assert find_config(tmp_path / "org") == Path("sfgov.yml")

    def test_the_other_spelling_would_be_overlooked(self, tmp_path: Path) -> None:
        (tmp_path / "sfgov.yaml").touch()
        with pytest.raises(
            ConfigError, match=r"^sfgov\.yaml: the file is read under the name sfgov\.yml only; rename"
        ):
            find_config(tmp_path)


class TestPlaces:
    """How the file lies to the org: what findings about it name, and where its own paths start."""

    @pytest.mark.parametrize(
        ("root", "path", "below"),
        [
            (".", "sfgov.yml", ""),
            ("repo", "../sfgov.yml", "repo/"),
            ("repo/force-app", "../../sfgov.yml", "repo/force-app/"),
            ("repo/../repo", "../sfgov.yml", "repo/"),
        ],
    )
    def test_seen_from_the_org(self, root: str, path: str, below: str) -> None:
        Path("repo/force-app").mkdir(parents=True)
        Path("sfgov.yml").touch()
        config = load_config(Path("sfgov.yml"), root=Path(root))
        assert (config.path, config.below(Path(root))) == (path, below)
        assert config.folder(Path(root)).samefile(Path())

    def test_a_file_elsewhere_has_no_way_down_to_the_org(self) -> None:
        Path("org").mkdir()
        Path("policies").mkdir()
        Path("policies/sfgov.yml").touch()
        config = load_config(Path("policies/sfgov.yml"), root=Path("org"))
        assert (config.path, config.below(Path("org"))) == ("../policies/sfgov.yml", "")

    def test_without_a_file(self) -> None:
        assert (Config().folder(Path("org")), Config().below(Path("org"))) == (Path("org"), "")
