"""How records get into the org from other systems, and how their changes get out."""
