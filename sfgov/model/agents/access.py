"""In whose name an agent works, and what that user may do."""

from __future__ import annotations

import msgspec

from sfgov.model.bundles import Bundle
from sfgov.model.grants import Answer, Grant, Held


class AgentAccess(msgspec.Struct, frozen=True):
    """The profiles, permission sets and groups of an agent's user.

    `how` says by what each is known to be the agent's: `declared` in the policy, `named` as `<Agent>_Access`.
    Metadata holds no assignments, so without either nothing is known. `visible_to` are the bundles that let people
    use the agent (`agentAccesses`): employee agents work in the name of those people.
    """

    bundles: tuple[tuple[Bundle, str], ...] = ()
    visible_to: tuple[tuple[Bundle, Grant], ...] = ()
    missing: tuple[str, ...] = ()
    """Declared bundles that the tree does not hold."""

    @property
    def known(self) -> bool:
        """Whether any bundle of the agent's user is known."""
        return bool(self.bundles)

    @property
    def complete(self) -> bool:
        """Whether all that is declared is in the tree, with all that it refers to."""
        return self.known and not self.missing and not any(bundle.partial for bundle, _ in self.bundles)

    def has(self, kind: str, name: str, flag: str = "enabled") -> Answer:
        """Whether any of its bundles has exactly this switch: `("classAccesses", "OrderService")`."""
        return self._joined([bundle.has(kind, name, flag) for bundle, _ in self.bundles])

    def object_access(self, name: str, flag: str) -> Answer:
        """Whether it has an object permission such as `allowEdit`, in whatever way."""
        return self._joined([bundle.object_access(name, flag) for bundle, _ in self.bundles])

    def field_access(self, name: str, flag: str) -> Answer:
        """Whether it can read (`readable`) or write (`editable`) a field."""
        return self._joined([bundle.field_access(name, flag) for bundle, _ in self.bundles])

    def _joined(self, answers: list[Answer]) -> Answer:
        """Of several bundles one is enough. Without any, nothing is known."""
        grants = tuple(grant for answer in answers for grant in answer.grants)
        partial = not self.complete or any(answer.held is Held.UNKNOWN for answer in answers)
        return Answer(grants, partial=partial)
