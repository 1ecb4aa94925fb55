"""What the ministry's legal department ordered, in writing, for a file that may show a child. Pure: the settings read it.

To possess, copy or pass on such a picture is an offence in itself (PECA 2016, section 22), so a program must not decide what
becomes of it, and neither must a caseworker alone with a screen.
"""
from dataclasses import dataclass
from enum import StrEnum


class Order(StrEnum):
    PRESERVE = "preserve"        # sealed to the recovery key, which is held outside and takes three people to open
    DESTROY = "destroy"          # at once; its hashes and the log stay


@dataclass(frozen=True)
class Instruction:
    """`reference`: how the letter is found again: number, date, who signed."""
    order: Order
    reference: str


class InstructionMissing(ValueError):
    """There is none, or it orders nothing that we know. The message says what is wanted."""

    def __init__(self) -> None:
        super().__init__("LEGAL_INSTRUCTION is required: what the ministry's legal department ordered in writing for a file that "
                         "may show a child, as “preserve: <reference of the letter>” or “destroy: <reference of the letter>” "
                         "(docs/how-to/deploy.md)")


def parse(text: str) -> Instruction:
    """ "preserve: Legal/2026/14 of 4 May 2026" → Instruction. Raises InstructionMissing."""
    order, _colon, reference = text.partition(":")
    if order.strip() not in set(Order) or not reference.strip():
        raise InstructionMissing
    return Instruction(Order(order.strip()), reference.strip())
