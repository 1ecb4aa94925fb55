"""Typed settings from the environment. A value that is set but malformed, or a secret that is missing, stops the start."""
import os
from pathlib import Path


class SettingMissing(Exception):
    """A required environment variable is absent or malformed; the message names it, never its value."""


def env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise SettingMissing(f"{name} is required")
    return value


def envbool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise SettingMissing(f"{name} must be true or false")


def envint(name: str, default: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise SettingMissing(f"{name} must be a whole number") from error


def envkey(name: str, length: int) -> bytes:
    """A public key, `length` bytes in hex; empty when it is not set."""
    try:
        value = bytes.fromhex(os.environ.get(name, ""))
    except ValueError as error:
        raise SettingMissing(f"{name} must be {length} bytes in hex") from error
    if value and len(value) != length:
        raise SettingMissing(f"{name} must be {length} bytes in hex")
    return value


def envlist(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def envgiven(name: str) -> bool:
    """Whether the environment holds a secret, under either of its names."""
    return name in os.environ or f"{name}_FILE" in os.environ


def envsecret(name: str, default: str | None = None) -> str:
    """A secret from NAME, or from the file that NAME_FILE points to (Docker and systemd credentials). Empty is missing."""
    path = os.environ.get(f"{name}_FILE")
    value = Path(path).read_text().strip() if path else env(name, default)
    if not value and default is None:
        raise SettingMissing(f"{name} is empty")
    return value
