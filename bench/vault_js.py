"""What a phone loads to seal, and what it loads besides on the receipt and inbox pages: brotli 11, as WhiteNoise serves them."""
from pathlib import Path

import brotli

from bench import Figure

NAME = "vault_js"
FIGURES = ("sealing_js_kb", "argon2_js_kb")
MODULES = Path(__file__).resolve().parent.parent / "static" / "js" / "vault"
PEER = "libsodium-wrappers, 124 KB"          # built and compressed by the same method


def run() -> dict[str, Figure]:
    return {"sealing_js_kb": Figure(weight("sealing.mjs"), "KB", PEER),
            "argon2_js_kb": Figure(weight("argon2-worker.mjs"), "KB")}


def weight(name: str) -> float:
    return round(len(brotli.compress((MODULES / name).read_bytes(), quality=11)) / 1024, 2)
