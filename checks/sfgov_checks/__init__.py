"""The checks that come with sfgov: an ordinary plugin, loaded through the same entry point as any other."""
