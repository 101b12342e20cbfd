"""certdrop drop and status: a folder becomes a served certificate, and where everything stands can be seen."""

from pathlib import Path

import pytest

from certdrop.cloud.sending import TRIES
from fakecloud.faults import Fault
from tests.flows.bundles import Made, bundle
from tests.flows.console import Said, certdrop
from tests.flows.pipeline import Pipeline


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "shop", bundle(key="p-256"))


def write(folder: Path, made: Made) -> Path:
    folder.mkdir()
    for name, content in made.files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return folder


def drop(pipeline: Pipeline, *arguments: object, environ: dict[str, str | None] | None = None) -> Said:
    return certdrop(pipeline, "drop", "drop", *arguments, environ=environ)


def status(pipeline: Pipeline, *arguments: object) -> Said:
    said = certdrop(pipeline, "read", "status", *arguments)
    assert (said.code, said.err) == (0, "")
    return said


def test_a_folder_is_dropped_and_followed_until_it_is_served(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.alb_target())

    said = drop(pipeline, folder)

    assert (said.code, said.err) == (0, "")
    assert [line.strip() for line in said.out.splitlines()] == [
        "uploaded 4 files to certs/shop/",
        "waiting for the judge",
        "accepted: 1 deployment",
        f".. open  shop  alb.{pipeline.alb}.443 default",
        f"OK served  shop  alb.{pipeline.alb}.443 default",
        "served",
    ]
    assert pipeline.standings() == [("shop", "served", "")]


def test_the_same_files_once_more_are_served_at_once(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.alb_target())
    drop(pipeline, folder)
    before = pipeline.world.clock.now()

    assert drop(pipeline, folder, "--json").json["outcome"] == "served"
    assert (pipeline.world.clock.now() - before).total_seconds() == 0
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]


def test_what_is_refused_here_is_not_uploaded(pipeline: Pipeline, folder: Path) -> None:
    (folder / "privkey.pem").write_text(bundle("other.example", number=9).key)

    said = drop(pipeline, folder)
    in_json = drop(pipeline, folder, "--json")

    assert said.code == in_json.code == 1
    assert "key-mismatch" in said.out
    assert said.out.endswith("Nothing was uploaded.\n")
    assert in_json.json["outcome"] == "refused"
    assert pipeline.keys("certs/") == []


def test_what_the_cloud_refuses_is_1(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.clb_target())

    said = drop(pipeline, folder)

    assert (said.code, said.err) == (1, "certdrop: shop is not served: clb refused (clb-needs-rsa)\n")


def test_what_stalls_is_1(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.world.faults.add(Fault(action="CreateListener", code="NoPermission", status=403, times=10**6))

    said = drop(pipeline, folder, "--json")

    assert (said.code, said.json["outcome"], said.json["reason"]) == (1, "stalled", "shop stalled (NoPermission)")
    assert said.json["report"]["deployments"][0]["request_id"]


def test_what_no_target_wants_is_1(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.alb_target(drops=("other",)))

    said = drop(pipeline, folder)

    assert (said.code, "no target in force wants it" in said.err) == (1, True)


def test_what_is_not_settled_in_time_is_3(pipeline: Pipeline, folder: Path) -> None:
    said = drop(pipeline, folder, "--timeout", "30")

    assert said.code == 3
    assert "not settled after 30 seconds; no config/targets.yml is in force" in said.err


def test_other_files_that_come_meanwhile_end_the_following(pipeline: Pipeline, folder: Path) -> None:
    said_before = drop(pipeline, folder, "--no-wait")
    pipeline.world.after(10, "somebody else", lambda: pipeline.put("certs/shop/more.pem", "x"))

    said = drop(pipeline, folder)

    assert (said_before.code, said_before.out) == (0, "uploaded 4 files to certs/shop/\n")
    assert (said.code, "other files came into the drop meanwhile" in said.err) == (1, True)


def test_files_that_lie_there_already_are_told_of(pipeline: Pipeline, folder: Path) -> None:
    pipeline.put("certs/web/old.pem", bundle().fullchain)

    said = drop(pipeline, folder, "--name", "web", "--no-wait", "--json")

    assert said.json == {"drop": "web", "outcome": "uploaded"}
    assert said.err == "certdrop: certs/web/ also holds 'old.pem', which is judged with these files\n"


def test_a_single_file_names_its_drop(pipeline: Pipeline, tmp_path: Path) -> None:
    made = bundle(key="p-256")
    (tmp_path / "api.pem").write_text(made.key + made.fullchain)

    assert drop(pipeline, tmp_path / "api.pem", "--no-wait").code == 0
    assert pipeline.keys("certs/") == ["certs/api/api.pem"]


@pytest.mark.parametrize(("name", "problem"), [("a/b", "is no name for a drop"), ("", "is no name for a drop")])
def test_a_name_that_no_drop_can_have_is_2(pipeline: Pipeline, folder: Path, name: str, problem: str) -> None:
    said = drop(pipeline, folder, "--name", name)

    assert (said.code, problem in said.err) == (2, True)


def test_a_file_that_would_not_be_read_is_2(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "shop.txt").write_text(bundle().fullchain)

    said = drop(pipeline, tmp_path / "shop.txt")

    assert (said.code, "must end in .pem" in said.err) == (2, True)


# what the environment lacks, and what the cloud refuses


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        (
            {"CERTDROP_BUCKET": None, "ALIBABA_CLOUD_ACCESS_KEY_ID": None},
            "CERTDROP_BUCKET is not set; ALIBABA_CLOUD_AC",
        ),
        ({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}, "certdrop: ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set\n"),
        ({"CERTDROP_REGION": "Hangzhou"}, "CERTDROP_REGION: "),
        ({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong-SECRET"}, "ALIBABA_CLOUD_ACCESS_KEY_SECRET does not belong to"),
        ({"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIunknown"}, "ALIBABA_CLOUD_ACCESS_KEY_ID is not known, or not active"),
        ({"ALIBABA_CLOUD_SECURITY_TOKEN": "CAISwrong-SECRET"}, "ALIBABA_CLOUD_SECURITY_TOKEN"),
    ],
)
def test_what_the_environment_says_wrong_is_2_and_one_line(
    pipeline: Pipeline, folder: Path, environ: dict[str, str | None], problem: str
) -> None:
    said = drop(pipeline, folder, environ=environ)

    assert (said.code, said.out) == (2, "")
    assert problem in said.err
    assert said.err.startswith("certdrop: ")
    assert said.err.count("\n") == 1
    assert "wrong-SECRET" not in said.err


def test_a_bucket_that_is_not_there_is_2(pipeline: Pipeline) -> None:
    said = certdrop(pipeline, "", "status", environ={"CERTDROP_BUCKET": "another-bucket"})

    assert said.code == 2
    assert "there is no bucket another-bucket in cn-hangzhou (CERTDROP_BUCKET, CERTDROP_REGION)" in said.err


def test_a_person_who_may_not_is_told_where_to_read(pipeline: Pipeline, folder: Path) -> None:
    pipeline.targets(pipeline.alb_target())

    said = certdrop(pipeline, "read", "drop", folder)

    assert (said.code, "PutObject" in said.err, "docs/permissions.md" in said.err) == (2, True, True)


@pytest.mark.parametrize("command", [("status",), ("drop", "FOLDER"), ("redrive",)])
def test_a_cloud_that_is_down_is_3(pipeline: Pipeline, folder: Path, command: tuple[str, ...]) -> None:
    pipeline.world.faults.add(Fault(service="oss", code="ServiceUnavailable", status=503, times=TRIES))

    said = certdrop(pipeline, "read", *(str(folder) if word == "FOLDER" else word for word in command))

    assert (said.code, said.err.count("\n"), "is the network up" in said.err) == (3, 1, True)


# status


def test_status_of_nothing(pipeline: Pipeline) -> None:
    said = status(pipeline)

    assert said.out == "Targets  none in force: put config/targets.yml into the bucket\n\nNo deployments.\n"


def test_status_tells_where_every_deployment_stands(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target())
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.drop("bad", cert_pem="junk")
    pipeline.advance(200)
    pipeline.drop("fresh", **bundle("fresh.example", number=3).files)

    said = status(pipeline)
    in_json = status(pipeline, "--json").json
    only = status(pipeline, "shop", "--json").json

    assert "Targets  2 in force (version 1)" in said.out
    assert "bad  refused\n  error: not-pem  cert.pem" in said.out
    assert "fresh  to be judged" in said.out
    assert "shop  accepted  shop.example, www.shop.example  until 2027-10-01" in said.out
    assert f"OK served   shop  alb.{pipeline.alb}.443 default" in said.out
    assert "clb-needs-rsa" in said.out
    assert "1 refused, 1 served\n\nalb." in said.out
    assert [(one["drop"], one["files"]) for one in in_json["drops"]] == [
        ("bad", "judged"),
        ("fresh", "to be judged"),
        ("shop", "judged"),
    ]
    assert [one["drop"] for one in only["drops"]] == ["shop"]


def test_status_tells_why_a_newer_targets_file_is_not_in_force(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.put("config/targets.yml", "version: 1\ntargets:\n  - nmae: shop\n")
    pipeline.tick()

    said = status(pipeline)

    assert "line 3" in said.out
    assert "the last good one stays in force" in said.out
    assert status(pipeline, "--json").json["targets"]["in_force"] == 1


def test_status_tells_of_newer_files_and_of_files_that_are_gone(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(120)
    pipeline.copies = 0
    pipeline.drop("shop", cert_pem="x")
    newer = status(pipeline).out
    for key in pipeline.keys("certs/"):
        pipeline.world.oss.delete_object(f"certdrop-{pipeline.world.account_id}", key)
    gone = status(pipeline).out

    assert "newer files or targets: judged soon" in newer
    assert "no files lie there any more" in gone
    assert "served" in newer
    assert "served" in gone
