"""certdrop check: what a person and a program get to see, and the exit codes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from certdrop.bundle.parsing import MAX_FILE_BYTES
from certdrop_cli import style
from certdrop_cli.main import main
from certdrop_cli.style import Style, choose_style
from tests.unit.bundle.drops import certbot, intermediate, key, leaf, root

AT = ["--at", "2026-11-01T12:00:00Z"]


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, content in certbot().items():
        (folder / name).write_bytes(content)
    return folder


def check(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main(["check", *map(str, arguments), *AT])
    return code, capsys.readouterr().out


def test_an_accepted_drop_shows_what_will_be_served(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = check(capsys, drop)

    assert code == 0
    assert text.splitlines() == [
        f"\N{HEAVY CHECK MARK} accepted  {drop}: server certificate",
        "",
        "Found",
        "  leaf          shop.example  EC P-256  until 2027-10-01  cert.pem:1, fullchain.pem:1",
        "  intermediate  Issuing       EC P-256  until 2027-10-01  chain.pem:1, fullchain.pem:13",
        "  key           private key   EC P-256                    privkey.pem:1",
        "",
        "To be served",
        "  names        shop.example",
        "  valid        2026-10-01 to 2027-10-01, 333 days left",
        f"  fingerprint  SHA-256 {leaf().fingerprint}",
    ]


def test_a_refused_drop_says_what_is_wrong_and_how_to_mend_it(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drop / "privkey.pem").write_bytes(leaf(key=key("p-256", 9)).key_pem)

    code, text = check(capsys, drop)

    assert code == 1
    assert text.splitlines()[:4] == [
        f"\N{HEAVY BALLOT X} refused  {drop} (1 error).",
        "",
        "  error: key-mismatch  privkey.pem:1",
        "    The private key does not belong to the certificate cert.pem, fullchain.pem (shop.example).",
    ]
    assert "    \N{RIGHTWARDS ARROW} Add the key that the certificate was requested with" in text


def test_a_drop_that_lacks_a_part_would_wait(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drop / "privkey.pem").unlink()

    code, text = check(capsys, drop)

    assert code == 1
    assert "It would wait for the missing part." in text


def test_the_json_holds_exactly_the_contract(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = check(capsys, drop, "--json")

    assert code == 0
    assert json.loads(text) == {
        "verdict": "accepted",
        "kind": "server",
        "fingerprint": leaf().fingerprint,
        "names": ["shop.example"],
        "not_after": "2027-10-01T00:00:00Z",
        "findings": [],
    }


def test_the_json_of_an_empty_folder_has_nothing_to_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = check(capsys, tmp_path, "--json")
    answer = json.loads(text)

    assert code == 1
    assert answer["verdict"] == "refused"
    assert [answer["kind"], answer["fingerprint"], answer["names"], answer["not_after"]] == [None, None, [], None]
    assert [finding["code"] for finding in answer["findings"]] == ["no-certificate", "no-key"]
    assert all(set(each) == {"code", "severity", "subject", "message", "fix"} for each in answer["findings"])


def test_the_profile_of_clb_refuses_elliptic_curves(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, drop, "--profile", "alb", "--json")[0] == 0

    code, text = check(capsys, drop, "--profile", "clb", "--json")

    assert code == 1
    assert json.loads(text)["verdict"] == "refused"
    assert json.loads(text)["findings"][0]["code"] == "clb-needs-rsa"


def test_a_single_file_may_hold_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "all.PEM"
    path.write_bytes(leaf().key_pem + leaf().pem + intermediate().pem)

    assert json.loads(check(capsys, path, "--json")[1])["findings"] == []


def test_files_that_the_cloud_would_not_read_are_ignored_with_a_warning(
    drop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (drop / "README").write_text("hello")
    (drop / "folder.pem").mkdir()

    code, text = check(capsys, drop, "--json")

    assert code == 0
    [finding] = json.loads(text)["findings"]
    assert (finding["code"], finding["subject"]) == ("ignored-file", "README")


def test_a_named_file_is_judged_whatever_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "store.p12"
    path.write_bytes(leaf().der)

    code, text = check(capsys, path, "--json")

    assert code == 1
    assert [each["code"] for each in json.loads(text)["findings"]] == ["unsupported-der", "no-key", "ignored-file"]


def test_a_client_ca_is_named_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ca.pem").write_bytes(root().pem)

    code, text = check(capsys, tmp_path)

    assert code == 0
    assert ": client CA" in text
    assert "To check clients with" in text


def test_a_huge_file_is_refused_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "huge.pem").open("wb") as file:
        file.truncate(MAX_FILE_BYTES * 1000)

    assert "file-too-large" in check(capsys, tmp_path)[1]


def test_many_names_are_counted_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = leaf(names=[f"a{number}.example" for number in range(20)], common_name="")
    (tmp_path / "all.pem").write_bytes(server.pem + server.key_pem + intermediate().pem)

    assert "and 12 more" in " ".join(check(capsys, tmp_path)[1].split())


@pytest.mark.parametrize(
    ("time", "code"),
    [("2027-10-01", 0), ("2027-10-01T00:00:01", 1), ("2027-10-01T08:00:00+08:00", 0), ("2027-10-01T00:00:01z", 1)],
)
def test_the_time_may_be_chosen(drop: Path, time: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(drop), "--at", time]) == code
    assert "shop.example" in capsys.readouterr().out


def test_without_a_time_it_is_now(drop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(drop), "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["fingerprint"] == leaf().fingerprint


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check"],
        ["check", ".", "--profile", "nlb"],
        ["check", ".", "--at", "tomorrow"],
        ["check", ".", "--unknown"],
        ["unknown"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage: certdrop" in capsys.readouterr().err


def test_a_path_that_is_not_there_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nothing")]) == 2
    assert "there is no file or folder" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_2(
    drop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)

    assert main(["check", str(drop)]) == 2
    assert "cert.pem cannot be read: Permission denied" in capsys.readouterr().err


def test_a_hostile_name_reaches_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "\x1b[31m.pem").write_bytes(b"junk")

    assert "\x1b" not in check(capsys, tmp_path)[1]


class Terminal(io.StringIO):
    """A terminal that shows colours and everything in Unicode."""

    encoding = "UTF-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")

    painted = choose_style(Terminal())

    assert painted == Style(colour=True, unicode=True, width=style._MAX_WIDTH)
    for paint in (painted.good, painted.bad, painted.warn, painted.bold, painted.dim):
        assert paint("x").startswith("\x1b[")
        assert paint("x").endswith("x\x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not choose_style(Terminal()).colour
    assert choose_style(io.StringIO()) == Style(colour=False, unicode=False, width=style._MAX_WIDTH)


def test_without_unicode_marks_are_plain() -> None:
    assert Style(unicode=False).mark("\N{HEAVY CHECK MARK}", "OK") == "OK"


@pytest.mark.slow
def test_the_module_is_the_command(drop: Path) -> None:
    command = [sys.executable, "-m", "certdrop_cli", "check", str(drop), *AT]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "accepted" in done.stdout


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_trouble(drop: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "certdrop_cli", "check", str(drop), *AT]

    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
