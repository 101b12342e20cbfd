"""The table of findings is complete, sound and tried."""

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from certdrop.bundle.codes import CODES, make_finding, of_certificates, of_drops, of_files, printable
from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.judgement import Judgement
from certdrop.bundle.profiles import find_profile_problems
from tests.unit.bundle.drops import certbot, judge_drop, judge_one, key, leaf, root

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_kebab_case_and_says_what_to_do(code: str) -> None:
    row = CODES[code]

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
    assert row.message.endswith(".")
    assert row.fix
    assert row.cure == "none" or row.severity == "error"


def test_no_code_stands_in_the_table_twice() -> None:
    assert len(CODES) == len(of_drops.ROWS) + len(of_files.ROWS) + len(of_certificates.ROWS)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_met_by_a_test(code: str) -> None:
    sources = "".join(path.read_text() for folder in ("bundle", "cli") for path in (TESTS / folder).glob("test_*.py"))

    assert f'"{code}"' in sources


@pytest.mark.parametrize("code", CODES)
def test_templates_are_filled_with_what_they_name(code: str) -> None:
    row = CODES[code]
    names = {name for _, name, _, _ in string.Formatter().parse(row.message + row.fix) if name}
    values = {name: f"<{name}>" for name in names - {"file"}}

    finding = make_finding(code, "subject", file="a file", **values)

    text = finding.message + finding.fix
    assert all(f"<{name}>" in text for name in values)
    assert ("'a file'" in text) == ("file" in names)


def test_text_from_outside_is_cut_and_made_harmless() -> None:
    assert printable("a\nb\x1b[0m") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[0m"
    assert len(printable("x " * 500)) == 120
    assert "{braces}" in make_finding("no-key", "{braces}").subject


def facts(judgement: Judgement) -> BundleFacts:
    assert judgement.facts is not None
    return judgement.facts


def test_clb_takes_rsa_only() -> None:
    curve, rsa = judge_drop(certbot()), judge_drop(certbot(leaf(key=key("rsa-2048"))))

    [problem] = find_profile_problems(facts(curve), "clb")

    assert problem.code == "clb-needs-rsa"
    assert problem.severity == "error"
    assert problem.subject == "shop.example"
    assert find_profile_problems(facts(curve), "alb") == ()
    assert find_profile_problems(facts(rsa), "clb") == ()


@pytest.mark.parametrize(("bits", "codes"), [(2048, []), (3072, ["clb-key-size"]), (4096, []), (0, [])])
def test_clb_takes_rsa_keys_of_the_documented_sizes(bits: int, codes: list[str]) -> None:
    judged = facts(judge_drop(certbot(leaf(key=key("rsa-2048")))))
    assert judged.key_bits == 2048

    other = judged.model_copy(update={"key_bits": bits})

    assert [problem.code for problem in find_profile_problems(other, "clb")] == codes
    assert find_profile_problems(other, "alb") == ()


def test_a_client_ca_fits_every_profile() -> None:
    assert find_profile_problems(facts(judge_one(root().pem)), "clb") == ()


def test_more_findings_take_the_bundle_away_when_one_is_an_error() -> None:
    judgement = judge_drop(certbot())
    warning, error = make_finding("ignored-file", "x", suffixes=".pem"), make_finding("no-key", "drop")

    assert judgement.with_findings([warning]).accepted
    assert judgement.with_findings([warning]).bundle is not None
    assert judgement.with_findings([warning, error, error]).findings == (error, warning)
    assert judgement.with_findings([error]).bundle is None


@pytest.mark.slow
def test_what_the_other_functions_need_loads_no_cryptography() -> None:
    modules = ", ".join(f"certdrop.bundle.{name}" for name in ("facts", "findings", "profiles", "codes", "judgement"))
    program = f"import sys, {modules}; sys.exit('cryptography' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
