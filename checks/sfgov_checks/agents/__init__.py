"""AI agents: decision boundaries that are wired, least access, and a way to a human."""
