"""Access and privilege."""
