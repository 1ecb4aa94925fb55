"""The signed list of scripts, checked over HTTP against a portal that serves as production does, and by openssl and sha256sum."""
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command

from cases.vault.signing import verify_key
from portal import static_manifest
from portal.management.commands.sign_static import private
from portal.middleware import POLICY, in_words

SEALING = "js/vault/sealing.mjs"


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the release key and its public half."""
    key, folder = ec.generate_private_key(ec.SECP256R1()), tmp_path_factory.mktemp("release")
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "public.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return folder


@pytest.fixture
def signed(static_files: None, release: Path) -> Iterator[Path]:
    """The collected files with their list, before a server looks at them; put back as they were."""
    call_command("sign_static", release / "key.pem", verbosity=0)
    yield settings.STATIC_ROOT
    for name in (static_manifest.LIST, static_manifest.SIGNATURE):
        (settings.STATIC_ROOT / name).unlink()


@pytest.fixture
def portal(signed: Path, live: str) -> str:
    return live


def verify(url: str, release: Path) -> None:
    call_command("verify_static", url=url, key=release / "public.pem", verbosity=0)


@pytest.fixture
def altered(signed: Path) -> Iterator[Path]:
    """One byte of the module that seals is another, in the file that is served."""
    path = signed / SEALING
    before = path.read_bytes()
    path.write_bytes(before.replace(b"not one chain", b"not one chaim"))
    yield path
    path.write_bytes(before)


def test_a_portal_that_serves_what_was_signed_is_confirmed(portal: str, release: Path, capsys: pytest.CaptureFixture[str]):
    verify(portal, release)
    assert "every script is the one that was signed" in capsys.readouterr().out
    listed = (settings.STATIC_ROOT / static_manifest.LIST).read_text()
    assert f"static/{SEALING}\n" in listed
    assert f"# root public key: {settings.ROOT_PUBLIC_KEY.hex()}\n" in listed


def test_an_altered_module_is_named(altered: Path, portal: str, release: Path):
    with pytest.raises(CommandError) as said:
        verify(portal, release)
    assert f"static/{SEALING}: is another file than was signed" in str(said.value)
    assert str(said.value).count("\n") == 1, "and no other"


def test_an_altered_list_is_refused(signed: Path, portal: str, release: Path):
    path = signed / static_manifest.LIST
    path.write_text(path.read_text().replace("a", "b", 1))
    with pytest.raises(CommandError, match="not signed by this key"):
        verify(portal, release)


def test_another_key_is_refused(portal: str, release: Path, tmp_path: Path):
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "public.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(CommandError, match="not signed by this key"):
        verify(portal, tmp_path)


@pytest.fixture
def without_the_inbox(signed: Path, release: Path) -> None:
    """Properly signed, but the list does not know the inbox's script."""
    lines = (signed / static_manifest.LIST).read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if "static/js/inbox" not in line)
    (signed / static_manifest.LIST).write_text(text)
    (signed / static_manifest.SIGNATURE).write_bytes(static_manifest.sign(text, private(release / "key.pem")))


def test_a_page_that_loads_an_unsigned_script_is_named(without_the_inbox: None, portal: str, release: Path):
    with pytest.raises(CommandError, match=r"/ur/inbox/: loads /static/js/inbox\.[0-9a-f]+\.mjs, which was not signed"):
        verify(portal, release)


def test_a_page_that_names_another_root_is_named(signed: Path, release: Path, live: str, settings: LazySettings):
    settings.ROOT_PUBLIC_KEY = verify_key(bytes(32))              # of the portal that answers, not of the list
    with pytest.raises(CommandError) as said:
        verify(live, release)
    named = [line.split(":")[0] for line in str(said.value).splitlines()[1:]]
    assert named == [f"/{language}/{page}/" for language in ("en", "ur") for page in ("report", "inbox")]
    assert "has keys checked against another root key" in str(said.value)


@pytest.mark.parametrize(("html", "fault"), [
    ("<script>go()</script>", "holds a script of its own"), ('<p onclick="go()">', "holds a script of its own"),
    ('<script src="https://evil.example/x.js"></script>', "loads https://evil.example/x.js"),
    ('<script src="/media/x.js"></script>', "loads /media/x.js"),
    (f'<form data-root="04{"ab" * 64}">', "another root key")])
def test_what_a_page_may_not_hold_is_found(monkeypatch, html: str, fault: str):
    page = (html.encode(), in_words(POLICY))
    monkeypatch.setattr(static_manifest, "fetch", lambda url: page)
    found = list(static_manifest.page_faults("https://x.example/en/", "/en/", {"static/js/site.mjs"}, "04" + "cd" * 64))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(("page", "faults"), [("/en/report/", 1), ("/ur/inbox/", 1), ("/en/", 0)])
def test_a_page_that_would_post_what_is_typed_is_found(monkeypatch, page: str, faults: int):
    html = b'<script src="/static/js/site.mjs"></script><form>'
    monkeypatch.setattr(static_manifest, "fetch", lambda url: (html, static_manifest.page_policy(page)))
    assert len(list(static_manifest.page_faults(f"https://x.example{page}", page, {"static/js/site.mjs"}, ""))) == faults


@pytest.mark.parametrize("said", ["", "script-src 'self' 'unsafe-inline'; default-src 'none'", "script-src *",
                                  f"{in_words(POLICY)}; script-src-elem 'unsafe-inline'"])
def test_a_page_with_a_weaker_policy_is_found(monkeypatch, said: str):
    monkeypatch.setattr(static_manifest, "fetch", lambda url: (b"<p>", said))
    assert list(static_manifest.page_faults("https://x.example/en/", "/en/", set(), ""))


@pytest.mark.parametrize("content", [b"", b"no key", ec.generate_private_key(ec.SECP384R1()).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())], ids=["empty", "text", "another curve"])
def test_what_is_no_release_key_is_refused_in_one_line(tmp_path: Path, content: bytes):
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(CommandError):
        call_command("sign_static", tmp_path / "key.pem")


def test_openssl_and_sha256sum_check_it_without_us(signed: Path, release: Path, tmp_path: Path):
    """The commands of docs/how-to/verify-the-scripts.md, on the files as they would be fetched."""
    shutil.copytree(signed, tmp_path / "static")
    guide = Path("docs/how-to/verify-the-scripts.md").read_text()
    for command in ("openssl dgst -sha256 -verify release.pem -signature scripts.sig scripts.txt", "sha256sum --check --quiet"):
        assert command in guide
    shutil.copy(release / "public.pem", tmp_path / "release.pem")
    for name in (static_manifest.LIST, static_manifest.SIGNATURE):
        shutil.copy(signed / name, tmp_path)
    openssl = ["openssl", "dgst", "-sha256", "-verify", "release.pem", "-signature", "scripts.sig", "scripts.txt"]
    sums = ["sha256sum", "--check", "--quiet", "scripts.txt"]
    for command in (openssl, sums):
        assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "static" / SEALING).write_text("x")
    assert subprocess.run(sums, cwd=tmp_path, capture_output=True).returncode == 1
