"""PDQ, Facebook's 256-bit perceptual image hash. Pure."""
MATCH_DISTANCE = 31      # bits; at most this = the same picture
MIN_QUALITY = 50         # 0 … 100; flatter pictures hash alike


def distance(a: str, b: str) -> int:
    """Bits in which two 64-digit hex hashes differ."""
    return (int(a, 16) ^ int(b, 16)).bit_count()
