"""The RFC's vectors against the library, and our published vectors against both implementations of our formats."""
import json
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, Suite

from cases.vault import envelope, hpke, receipt, signing
from tests import vectors

pytestmark = pytest.mark.full_cost
RFC = json.loads((Path(__file__).parent / "rfc9180_p256.json").read_text())["vectors"]
OURS = {name: json.loads((vectors.FOLDER / name).read_text()) for name in vectors.DOCUMENTS}
AEADS = {"AES-128-GCM": AEAD.AES_128_GCM, "AES-256-GCM": AEAD.AES_256_GCM, "ChaCha20Poly1305": AEAD.CHACHA20_POLY1305}
unhex = bytes.fromhex


def test_the_rfc_vectors_cover_our_suite():
    assert "AES-256-GCM" in {vector["aead"] for vector in RFC}


@pytest.mark.parametrize("vector", RFC, ids=lambda vector: vector["aead"])
def test_the_library_opens_the_rfc_vectors(vector):
    private = ec.derive_private_key(int(vector["skRm"], 16), ec.SECP256R1())
    suite = Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, AEADS[vector["aead"]])
    sealed = unhex(vector["enc"] + vector["ct"])
    assert openssl.hpke._decrypt_with_aad(suite, sealed, private, unhex(vector["info"]),
                                          unhex(vector["aad"])) == unhex(vector["pt"])
    assert hpke.public_of(unhex(vector["skRm"])) == unhex(vector["pkRm"])


def test_the_second_implementation_seals_the_rfc_vector():
    vector = next(vector for vector in RFC if vector["aead"] == "AES-256-GCM")
    sealed = vectors.hpke_seal(*(unhex(vector[name]) for name in ("skEm", "pkRm", "info", "pt", "aad")))
    assert sealed.hex() == vector["enc"] + vector["ct"]


@pytest.mark.parametrize("name", vectors.DOCUMENTS)
def test_published_vectors_are_what_the_script_makes(name):
    assert (vectors.FOLDER / name).read_text() == vectors.as_text(vectors.DOCUMENTS[name]())


@pytest.mark.parametrize("vector", OURS["envelope.json"]["fields"], ids=lambda vector: vector["name"])
def test_our_fields_open(vector):
    place = {"case": UUID(vector["case"]), "field": vector["field"], "record": UUID(vector["record"])}
    assert envelope.open_blob(unhex(vector["key"]), unhex(vector["blob"]), **place) == unhex(vector["plain"])
    assert envelope.belongs(**place) == unhex(vector["aad"])


@pytest.mark.parametrize("vector", OURS["envelope.json"]["wraps"], ids=lambda vector: f"{vector['purpose']} to {vector['kind']}")
def test_our_wraps_open(vector):
    info = hpke.context(vector["purpose"], scope=UUID(vector["scope"]), key=UUID(vector["key"]), kind=vector["kind"],
                        recipient=vector["recipient"], version=vector["version"])
    assert info == unhex(vector["info"])
    assert hpke.open_blob(unhex(vector["private"]), unhex(vector["blob"]), info=info) == unhex(vector["plain"])
    assert hpke.public_of(unhex(vector["private"])) == unhex(vector["public"])


@pytest.mark.parametrize("vector", OURS["receipt.json"]["receipts"], ids=lambda vector: vector["name"])
def test_our_receipts_open(vector):
    assert {receipt.normalise(typed) for typed in vector["typed"]} == {vector["code"]}
    derived = receipt.derive(vector["typed"][-1], unhex(vector["salt"]))
    assert (derived.locator.hex(), derived.unlock.hex()) == (vector["locator"], vector["unlock"])
    assert receipt.locator_digest(derived.locator) == vector["locator_digest"]
    assert receipt.unlock_private(derived.unlock, unhex(vector["locked"])) == unhex(vector["private"])


def links_of(vector) -> list[signing.Link]:
    return [signing.Link(each["kind"], each["recipient"], each["version"], unhex(each["public"]), unhex(each["verify"]),
                         unhex(each["signature"])) for each in vector["links"]]


@pytest.mark.parametrize("vector", OURS["keys.json"]["trusted"], ids=lambda vector: vector["name"])
def test_our_chains_hold(vector):
    links = links_of(vector)
    assert signing.check(links, unhex(OURS["keys.json"]["root"])) == links[-1]
    for link, each in zip(links, vector["links"], strict=True):
        assert link.message == unhex(each["message"])
        assert signing.verify_key(unhex(each["private"])) == link.verify
        assert hpke.public_of(unhex(each["private"])) == link.public
    signers = [unhex(each["private"]) for each in vector["links"]]
    assert [signing.sign(signer, link.message) for signer, link in zip(signers, links[1:], strict=False)] == [
        link.signature for link in links[1:]]


@pytest.mark.parametrize("vector", OURS["keys.json"]["refused"], ids=lambda vector: vector["name"])
def test_broken_chains_are_refused(vector):
    with pytest.raises(signing.KeyMissing):
        signing.check(links_of(vector), unhex(OURS["keys.json"]["root"]))


def test_another_root_refuses_all():
    for vector in OURS["keys.json"]["trusted"]:
        for root in (signing.verify_key(bytes(32)), b"", bytes(65)):
            with pytest.raises(signing.KeyRefused):
                signing.check(links_of(vector), root)
