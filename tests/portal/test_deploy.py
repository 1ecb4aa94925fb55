"""The examples in deploy/: what a ministry copies must not be weaker than the code behind it."""
import re
from pathlib import Path

import pytest

from cases.intake.evidence_upload import MOST_BODY
from portal.static_headers import OTHERS

NGINX = Path("deploy/nginx.conf").read_text()
SERVERS = [block for block in re.split(r"^server \{", NGINX, flags=re.M)[1:] if "listen 443" in block]


def test_every_server_speaks_new_tls_only():
    assert len(SERVERS) == 4
    assert all("ssl_protocols TLSv1.2 TLSv1.3;" in server for server in SERVERS)


def test_no_server_writes_down_who_came():
    """In each block, since a log that Debian's nginx.conf names beside ours would be written as well."""
    servers = re.split(r"^server \{", NGINX, flags=re.M)[1:]
    assert len(servers) == 6
    assert all("access_log off; error_log /dev/null crit;" in server for server in servers)


def test_it_is_in_the_words_of_debians_nginx():
    assert NGINX.count("listen 443 ssl http2;") == len(SERVERS)         # "http2 on" is of 1.25; Debian 12 has 1.22
    assert not re.search(r"^\s*.*\bhttp2 on;", NGINX, re.M)


def test_people_are_led_to_https_and_programs_are_not():
    redirected = re.search(r"listen 80;\s+server_name ([^;]+);", NGINX)
    assert redirected
    assert redirected[1].split() == ["mehfooz.example", "desk.mehfooz.example", "cms.mehfooz.example"]
    assert "listen 80 default_server; return 444;" in NGINX


def test_what_editors_upload_comes_with_headers_of_its_own():
    places = re.findall(r"location /media/ \{(.*?)\n    \}", NGINX, re.S)
    assert len(places) == 2
    for place in places:
        for header in ("X-Content-Type-Options nosniff", f'Content-Security-Policy "{OTHERS}; sandbox"',
                       "Cross-Origin-Resource-Policy same-origin",
                       'Strict-Transport-Security "max-age=31536000; includeSubDomains"'):
            assert f"add_header {header} always;" in place
        assert "add_header Content-Disposition $disposition;" in place
    assert '"~^/media/documents/" attachment;' in NGINX


def test_every_role_behind_the_proxy_knows_who_asks():
    """On a unix socket nobody has an address: without the header all strangers share one count of wrong guesses."""
    assert "CLIENT_ADDRESS_HEADER=X-Real-IP\n" in Path("deploy/environment.d/common").read_text()
    assert "proxy_set_header X-Real-IP $remote_addr;" in NGINX


def test_a_screenshot_stays_in_memory_and_few_are_there_at_once():
    """nginx writes what its buffer does not hold to a file; and each file on its way is held in memory, by it and by us."""
    place = re.search(r"location ~ \^/\(en\|ur\)/files/\$ \{(.*?)\n    \}", NGINX, re.S)
    assert place
    size, buffer = (re.search(rf"{name} (\d+)m;", place[1]) for name in ("client_max_body_size", "client_body_buffer_size"))
    assert size
    assert buffer
    assert int(buffer[1]) >= int(size[1]) >= MOST_BODY / 2 ** 20
    assert "limit_conn files " in place[1]
    assert "limit_conn_zone $server_name zone=files:" in NGINX
    assert "$binary_remote_addr" not in NGINX
    assert "client_body_in_file_only off;" in NGINX


@pytest.mark.parametrize("unit", ["mehfooz-web@", "mehfooz-worker", "mehfooz-beat", "mehfooz-backup"])
def test_no_process_reads_the_history_of_the_code(unit):
    assert "InaccessiblePaths=-/opt/mehfooz/.git\n" in Path(f"deploy/{unit}.service").read_text()
