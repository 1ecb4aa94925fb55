"""One HEAD through a real proxy to a real server: what leaves, what is read of the answer, and where nothing goes at all."""
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cases.escalation import look_wire
from cases.escalation.look_wire import Unanswered, can_look, read_line, status_of
from cases.outbox.errors import Retry
from tests.fakes.look_proxy import World, look_proxy
from tests.fakes.webhook_receiver import self_signed

HOST = "93.184.216.34"                  # anybody's address, so it is judged as one; the proxy leads it to a server of ours


@pytest.fixture
def world(settings: Any) -> Iterator[World]:
    with look_proxy() as there:
        settings.LOOK_PROXY = there.url
        yield there


@pytest.mark.parametrize("status", [200, 204, 301, 404, 410, 451, 503])
def test_the_status_comes_back_and_a_single_head_was_asked(world, status):
    world.answer = f"HTTP/1.1 {status} Whatever\r\nLocation: http://{HOST}/elsewhere\r\n\r\n".encode()
    assert status_of(f"http://{HOST}/v/1?a=b") == status
    assert world.tunnels == [f"CONNECT {HOST}:80"], "no redirect is followed"
    [asked] = world.heard
    assert asked.startswith(f"HEAD /v/1?a=b HTTP/1.1\r\nHost: {HOST}\r\n".encode())
    assert b"mehfooz" not in asked.lower()
    assert b"cookie" not in asked.lower()


def test_over_tls_the_server_has_to_be_who_it_says(world, tmp_path: Path, monkeypatch):
    world.certificate = self_signed(tmp_path / "site.pem", HOST)
    with pytest.raises(Unanswered, match="certificate"):
        status_of(f"https://{HOST}/v/1")
    monkeypatch.setenv("SSL_CERT_FILE", str(world.certificate))
    assert status_of(f"https://{HOST}/v/1") == 200
    assert world.tunnels[-1] == f"CONNECT {HOST}:443"
    assert world.heard[-1].startswith(b"HEAD /v/1 ")


def test_of_an_answer_nothing_is_read_but_its_first_line():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 200 OK\r\nX-Name: Nargis\r\n\r\npicture")
        assert read_line(ours, 512) == b"HTTP/1.1 200 OK\r\n"
        assert ours.recv(100) == b"X-Name: Nargis\r\n\r\npicture", "it was left where it was"


def test_no_end_of_the_answer_is_waited_for(world):
    world.answer, world.drips = b"HTTP/1.1 404 Not Found\r\n" + b"x" * 10_000, True
    began = time.monotonic()
    assert status_of(f"http://{HOST}/") == 404
    assert time.monotonic() - began < 10, "500 seconds, to its end"


def test_who_answers_byte_by_byte_is_cut(world, monkeypatch):
    monkeypatch.setattr(look_wire, "LONGEST_CALL", 0.5)
    world.answer, world.drips = b"HTTP/1.1 " + b"2" * 400, True
    began = time.monotonic()
    with pytest.raises(Unanswered):
        status_of(f"http://{HOST}/")
    assert time.monotonic() - began < 5, "20 seconds, to its end"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1\r\n", b"SSH-2.0 200\r\n", b"HTTP/1.1 2000 OK\r\n", b"HTTP/1.1 " + b"2" * 600])
def test_what_is_no_status_line_is_no_status(world, said):
    world.answer = said
    with pytest.raises(Unanswered):
        status_of(f"http://{HOST}/")


@pytest.mark.parametrize("link", [
    "http://127.0.0.1/", "https://10.0.0.7/x", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://localhost/",
    "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://0.0.0.0/"])
def test_no_link_leads_into_a_private_network(world, link, settings):
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Unanswered, match="private_address"):
        status_of(link)
    assert world.tunnels == []


def test_a_network_that_is_open_for_webhooks_is_closed_for_links(world, settings):
    settings.WEBHOOK_NETWORKS = [ip_network("10.0.0.0/8")]
    with pytest.raises(Unanswered, match="private_address"):
        status_of("http://10.0.0.7/")
    assert world.tunnels == []


@pytest.mark.parametrize("link", [
    "@her.account", "ftp://93.184.216.34/", "https://", "https://user:pass@93.184.216.34/", "https://93.184.216.34:8443/",
    "http://93.184.216.34/\r\nX: y", "https://93.184.216.34/a b", "http://[::1", f"https://{'a' * 70}.example/", "data:,x"])
def test_what_is_no_plain_web_address_is_not_looked_at(world, link):
    assert not can_look(link)
    with pytest.raises(Unanswered):
        status_of(link)
    assert world.tunnels == []


def test_urdu_in_a_link_is_sent_as_browsers_send_it(world):
    assert status_of(f"http://{HOST}/تصویر?ن=%20") == 200
    assert world.heard[0].startswith(b"HEAD /%D8%AA%D8%B5%D9%88%DB%8C%D8%B1?%D9%86=%20 HTTP/1.1\r\n")


def test_a_proxy_that_is_away_is_tried_again_and_one_that_refuses_is_no_answer(world, settings):
    world.refuses = True
    with pytest.raises(Unanswered, match="proxy 403"):
        status_of(f"http://{HOST}/")
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.LOOK_PROXY = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Retry, match="proxy"):
        status_of(f"http://{HOST}/")


@pytest.mark.parametrize("wrong", ["proxy:3128", "https://proxy:3128", "socks5://proxy:1080", "http://proxy", "http://me:word@proxy:3128",
                                   "http://proxy:3128/path", "http://proxy:99999"])
def test_a_setting_that_names_no_plain_proxy(wrong):
    with pytest.raises(ValueError, match=r"LOOK_PROXY|[Pp]ort"):
        look_wire.proxy(wrong)
