"""The unit keys that one member holds open during one request. Pure; never stored, never logged."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from cases.vault.aead import OpenFailed


class NotHeld(OpenFailed):
    """None of the keys at hand fits: another unit's record, or one whose keys were destroyed."""


@dataclass(frozen=True)
class Keyring:
    """`units`: unit UUID → key version → private key (32 bytes). `public`: of what opened these."""
    member: UUID
    units: Mapping[UUID, Mapping[int, bytes]] = field(repr=False)
    public: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        inner = {unit: MappingProxyType(dict(versions)) for unit, versions in self.units.items()}
        object.__setattr__(self, "units", MappingProxyType(inner))

    def private(self, unit: UUID, version: int) -> bytes:
        """The private half of that version of the unit's key, or NotHeld."""
        try:
            return self.units[unit][version]
        except KeyError as error:
            raise NotHeld from error
