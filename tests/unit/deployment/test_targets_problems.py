"""What is told of mistakes in a listener's settings, and of targets that contradict each other."""

import pytest

from certdrop.deployment.targets_problems import MAXIMUM_PROBLEMS
from certdrop.deployment.targets_yaml import parse_targets
from certdrop.errors import TargetsError
from tests.unit.deployment.target_examples import file_of, problems

SHOP = ["name: shop", "drops: [shop]", "alb: alb-n5qw04uq8vavfe0000", "region: cn-hangzhou"]
CLB = ["name: c", "drops: [shop]", "clb: lb-1a", "region: cn-hangzhou"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([*SHOP, "listener: {}"], "line 7, targets[0].listener.server_group: is missing"),
        (
            [*SHOP, "listener: {server_group: sgp-1, server_groups: [sgp-2]}"],
            "line 7, targets[0].listener: expected exactly one of `server_group` and `server_groups`",
        ),
        (
            [*SHOP, "listener:", "  server_groups: [sgp-1, sgp-1]"],
            "line 8, targets[0].listener.server_groups: a server group is named twice",
        ),
        (
            [*SHOP, "listener:", "  server_groups:", *(f"  - sgp-{n}" for n in range(21))],
            "line 8, targets[0].listener.server_groups: expected at most 20 of them",
        ),
        (
            [*SHOP, "listener: {server_group: sgp-1, protocol: QUIC, quic_upgrade: lsn-1}"],
            "targets[0].listener.quic_upgrade: only a listener of protocol HTTPS has this setting",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  protocol: QUIC", "  headers:", "    client_port: true"],
            "line 11, targets[0].listener.headers.client_port: only a listener of protocol HTTPS has this setting",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  headers: {x_forwarded_for: drop}"],
            "line 9, targets[0].listener.headers.x_forwarded_for: expected 'append', 'remove' or 'off'",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  headers: {trusted_proxies: [10.1.1.0/24]}"],
            "line 9, targets[0].listener.headers.trusted_proxies: only together with `find_client_address: true`",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  headers: {trusted_proxies: [10.1.1.0/99]}"],
            "line 9, targets[0].listener.headers.trusted_proxies[0]: expected an address or a network such as",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  headers: {client_certificate: {issuer: X-Issuer}}"],
            "line 9, targets[0].listener.headers.client_certificate.issuer: expected true, false, or the header's name",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  description: 'a b'"],
            "line 9, targets[0].listener.description: expected letters, digits, Chinese characters and / . _ - only",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  tags:", "    env: test", "    acs:x: y"],
            "line 11, targets[0].listener.tags.acs:x: must not start with aliyun or acs:",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  tags: {certdrop: mine}"],
            "line 9, targets[0].listener.tags.certdrop: certdrop marks its listeners with this tag itself",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  tags: {see: 'at http://x'}"],
            "line 9, targets[0].listener.tags.see: must not hold http:// or https://",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  tags: {n: 5}"],
            "line 9, targets[0].listener.tags.n: expected a text (in quotes",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", "  tags: [env]"],
            "line 9, targets[0].listener.tags: expected a mapping of keys to values",
        ),
        (
            [*SHOP, "listener:", "  server_group: sgp-1", f"  tags: {{{', '.join(f't{n}: v' for n in range(20))}}}"],
            "line 9, targets[0].listener.tags: expected at most 19 of them",
        ),
        (
            [*SHOP, "client_ca: {certificate_id: 1-cn-hangzhou}", "listener: {server_group: s-1, protocol: QUIC}"],
            "line 7, targets[0].client_ca: a QUIC listener cannot ask clients for a certificate",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", "  tags: {env: ''}"],
            "line 9, targets[0].listener.tags.env: expected a value that is not empty",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", f"  tags: {{{'k-' * 33}: v}}"],
            "expected a key of 1 to 64 characters",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", "  acl: {id: acl-1}"],
            "line 9, targets[0].listener.acl.type: is missing",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", "  acl: {id: acl-1, type: allow}"],
            "line 9, targets[0].listener.acl.type: expected 'white' or 'black'",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", "  health_check: {domain: a_b}"],
            "targets[0].listener.health_check.domain: expected a host's name of letters, digits, . and -, or $_ip",
        ),
        (
            [*CLB, "listener:", "  backend_port: 80", "  headers: {slb_ipp: true}"],
            "line 9, targets[0].listener.headers.slb_ipp: unknown key; did you mean `slb_ip`?",
        ),
        (
            [*CLB, "client_ca: {certificate_id: 139a0}"],
            "line 7, targets[0].client_ca.certificate_id: unknown key; expected one of drop",
        ),
    ],
)
def test_a_mistake_in_a_listeners_settings_is_told_where_it_stands(lines: list[str], expected: str) -> None:
    told = problems(file_of(lines))

    assert [line for line in told if expected in line], told


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "clb: lb-1a, client_ca: {drop: a}",
            "clb: lb-1a, role: additional, client_ca: {drop: b}",
            "line 4, targets[1].client_ca: targets[0] says otherwise of the same listener",
        ),
        (
            "alb: alb-1a, client_ca: {certificate_id: '1'}",
            "alb: alb-1a, client_ca: {certificate_id: '2'}",
            "line 4, targets[1].client_ca: targets[0] says otherwise of the same listener",
        ),
        (
            "alb: alb-1a, listener: {server_group: s-1}",
            "alb: alb-1a, listener: {server_group: s-1, protocol: QUIC}",
            "line 4, targets[1].listener.protocol: targets[0] says otherwise of the same listener",
        ),
    ],
)
def test_targets_of_one_listener_agree_on_it(first: str, second: str, expected: str) -> None:
    head = "version: 1\ntargets:\n"
    lines = [f"  - {{name: t{n}, drops: [d], region: cn-hangzhou, {text}}}\n" for n, text in enumerate((first, second))]

    assert problems(head + "".join(lines)) == [expected]
    other_port = lines[1].replace("region:", "port: 8443, region:")
    assert len(parse_targets(head + lines[0] + other_port).targets) == 2


def test_a_byte_that_is_no_text_is_told_with_its_line() -> None:
    with pytest.raises(TargetsError) as caught:
        parse_targets(b"version: 1\ntargets: []  # caf\xe9\n")

    [problem] = caught.value.problems
    assert str(problem) == "line 2, the file: expected UTF-8, found the byte 0xe9"


PEM = "-----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize("line", [f'description: "{PEM}"', f'"{PEM}": x'])
def test_what_may_be_a_key_is_told_by_its_place_and_not_shown(line: str) -> None:
    told = problems(file_of([*SHOP, line]))

    assert [one for one in told if one.startswith("line 7, ")]
    assert "PRIVATE" not in str(told)


def test_of_a_file_that_is_nothing_but_problems_a_hundred_are_told() -> None:
    told = problems("version: 1\ntargets:\n" + "  - !own {}\n" * 5000)

    assert len(told) == MAXIMUM_PROBLEMS
    assert told[-1].startswith("line 102, ")
