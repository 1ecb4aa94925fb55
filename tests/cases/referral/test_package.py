"""What leaves for an authority: sealed, signed, and checked by a program that shares no code with ours."""
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
import pyzipper

from cases.referral import package, verify
from cases.vault import hpke, signing
from cases.vault.signing import Link

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FILES = {"report.pdf": b"%PDF-1.7", "links.txt": "https://example.com/ا\n".encode(), "files/1.webp": bytes(200_000)}
UNIT = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def root() -> bytes:
    return hpke.new_pair()[0]


def signed(root: bytes, files: dict[str, bytes] = FILES) -> dict[str, bytes]:
    """A unit in its second version, signed by the first, which the root signed."""
    pairs, signer, links = [hpke.new_pair() for _ in range(2)], root, []
    for version, (private, public) in enumerate(pairs, start=1):
        link = Link("unit", UNIT, version, public, signing.verify_key(private), b"")
        links.append(Link(link.kind, link.recipient, version, public, link.verify, signing.sign(signer, link.message)))
        signer = private
    listed = package.manifest(files, reference="MZ-23456789AB", to="nccia", made_at=AT)
    signature = package.signature(listed, private=pairs[-1][0], links=links, root=signing.verify_key(root))
    return {**files, package.MANIFEST: listed, package.SIGNATURE: signature}


def test_a_body_with_a_key_opens_and_checks_it(root: bytes, tmp_path: Path) -> None:
    public = verify.new_key(tmp_path / "key.txt")
    blob = package.to_key(signed(root), public)
    assert b"report.pdf" not in blob
    sealed = tmp_path / "MZ.zip.age"
    sealed.write_bytes(blob)
    assert verify.main(["open", str(sealed), "--key", str(tmp_path / "key.txt"), "--to", str(tmp_path / "in")]) == 0
    assert (tmp_path / "in/links.txt").read_bytes() == FILES["links.txt"]
    known = signing.verify_key(root).hex()
    assert verify.main(["check", str(tmp_path / "in"), "--root", known]) == 0
    assert verify.main(["check", str(tmp_path / "in")]) == 1, "who signed is not known without the root"
    (tmp_path / "in/links.txt").write_bytes(b"https://example.com/other\n")
    assert verify.main(["check", str(tmp_path / "in"), "--root", known]) == 1


def test_the_stock_age_opens_ours_and_we_open_its_keys(root: bytes, tmp_path: Path) -> None:
    stock = pyrage.x25519.Identity.generate()
    assert verify.public_text(verify.secret_of(f"# created\n{stock}\n")) == str(stock.to_public())
    blob = package.to_key(signed(root), str(stock.to_public()))
    assert verify.check(verify.unzipped(pyrage.decrypt(blob, [stock])), signing.verify_key(root).hex()) == []
    for size in (0, 65535, 65536, 65537, 140_000):
        plain = bytes(size)
        assert verify.open_age(pyrage.encrypt(plain, [stock.to_public()]), verify.secret_of(str(stock))) == plain
    other = verify.new_key(tmp_path / "other.txt")
    with pytest.raises(verify.NotOurs, match="another key"):
        verify.open_age(package.to_key(FILES, other), verify.secret_of(str(stock)))
    for at in (30, len(blob) // 2, len(blob) - 1):
        with pytest.raises(verify.NotOurs):
            verify.open_age(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1:], verify.secret_of(str(stock)))
    with pytest.raises(verify.NotOurs):
        verify.open_age(blob[:-70_000], verify.secret_of(str(stock)))


def test_a_body_without_a_key_gets_a_zip_with_a_passphrase(root: bytes, tmp_path: Path) -> None:
    said = package.new_passphrase()
    assert len(said) == 29
    assert said != package.new_passphrase()
    blob = package.to_passphrase(signed(root), said)
    with pyzipper.AESZipFile(io.BytesIO(blob)) as archive:
        assert all(info.wz_aes_strength == 3 and info.wz_aes_version == 2 for info in archive.infolist())
        with pytest.raises(RuntimeError, match="password"):
            archive.read("report.pdf", pwd=b"wrong")
        archive.extractall(tmp_path, pwd=said.encode())
    assert verify.main(["check", str(tmp_path), "--root", signing.verify_key(root).hex()]) == 0
    with pytest.raises(verify.NotOurs, match="7-Zip"):
        verify.unzipped(blob)


@pytest.mark.parametrize(("change", "told"), [
    (lambda files: files.pop("report.pdf"), "report.pdf: missing"),
    (lambda files: files.update({"more.txt": b"x"}), "more.txt: not in the manifest"),
    (lambda files: files.update({"links.txt": b"x"}), "links.txt: changed"),
    (lambda files: files.update({"manifest.json": files["manifest.json"].replace(b"nccia", b"other")}),
     "the manifest was changed"),
    (lambda files: files.pop("signature.json"), "no signature"),
    (lambda files: files.update({"signature.json": b"[]"}), "cannot be read"),
    (lambda files: files.update({"custody.json": b'{"entries": 5}'}), "cannot be read"),
])
def test_whatever_was_changed_is_named(root: bytes, change, told: str) -> None:
    files = signed(root)
    change(files)
    assert told in " ".join(verify.check(files, signing.verify_key(root).hex()))


def test_a_chain_that_does_not_begin_at_the_root_signs_nothing(root: bytes) -> None:
    files, other = signed(root), signing.verify_key(hpke.new_pair()[0]).hex()
    assert verify.check(files, other) == ["the key that signed it is not the ministry's"]
    signature = json.loads(files["signature.json"])
    signature["chain"][1]["version"] = 3
    assert verify.check(files | {"signature.json": json.dumps(signature).encode()}, signing.verify_key(root).hex())


def test_no_file_leaves_its_folder_and_no_key_that_is_none_is_sealed_to(tmp_path: Path, root: bytes) -> None:
    for name in ("../x", "/x", "a/../../x", "manifest.json", ""):
        with pytest.raises(ValueError, match="not a name"):
            package.manifest({name: b""}, reference="MZ-23456789AB", to="pta", made_at=AT)
    sly = package.to_key({"../sly.txt": b"x"}, verify.new_key(tmp_path / "key.txt"))
    with pytest.raises(verify.NotOurs, match="leave the folder"):
        verify.open_into(sly, verify.secret_of((tmp_path / "key.txt").read_text()), tmp_path / "in")
    for key in ("", "age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1"):
        with pytest.raises(package.BadKey):
            package.recipient(key)
    with pytest.raises(package.TooLarge):
        package.manifest({"a": bytes(package.MOST_BYTES + 1)}, reference="MZ-23456789AB", to="pta", made_at=AT)


def test_the_tool_stands_alone(tmp_path: Path) -> None:
    """Copied out of the house it needs nothing of it."""
    (tmp_path / "verify.py").write_text(Path(verify.__file__).read_text())
    done = subprocess.run([sys.executable, "-I", "verify.py", "new-key", "k"], capture_output=True, text=True, check=True,
                          cwd=tmp_path)
    assert "age1" in done.stdout
    imported = {line.split()[1].split(".")[0] for line in Path(verify.__file__).read_text().splitlines()
                if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
