"""`sfgov.yml`: found, read, validated, frozen. Errors name file and line, and what was probably meant."""

from sfgov.config.load import FILE_NAME, Config, ConfigError, config_of, find_config, load_config
from sfgov.config.settings import unknown_check

__all__ = ["FILE_NAME", "Config", "ConfigError", "config_of", "find_config", "load_config", "unknown_check"]
