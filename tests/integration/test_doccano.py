"""A real doccano, started here: our reports go in, a span is changed there, exactly that change comes back.

`make test-integration` installs it in an environment of its own and names its program in `DOCCANO`.
"""

import io
import os
import subprocess
import time
import zipfile
from dataclasses import replace

import pytest

from fazhi.annotations import GoldDocument
from fazhi.exchange import doccano, read, write
from fazhi.types import LabeledSpan
from tests.integration.servers import Api, free_port, running

USER = {"username": "admin", "password": "not-a-secret-1"}
PROJECT = {
    "name": "法治报告",
    "description": "d",
    "guideline": "",
    "project_type": "SequenceLabeling",
    "resourcetype": "SequenceLabelingProject",
    "random_order": False,
    "collaborative_annotation": False,
    "single_class_classification": False,
    "allow_member_to_create_label_type": False,
    "allow_overlapping": True,
    "grapheme_mode": False,
    "use_relation": True,
    "tags": [],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("doccano"), free_port()
    environment = {"DOCCANO_HOME": str(folder), "DEBUG": "False"}
    program = os.environ["DOCCANO"]
    for command in (["init"], ["createuser", *(part for k, v in USER.items() for part in (f"--{k}", v))]):
        done = subprocess.run(
            [program, *command],
            env={**os.environ, **environment},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    commands = [[program, "webserver", "--port", str(port)], [program, "task"]]
    with running(commands, environment, folder, ready=lambda: Api(port)("POST", "/v1/auth/login/", USER)) as login:
        yield Api(port, login.json()["key"])


@pytest.fixture
def project(server) -> str:
    found = server("POST", "/v1/projects", PROJECT).json()["id"]
    return f"/v1/projects/{found}"


def finished(server: Api, task: str) -> None:
    """Wait for one of doccano's background tasks."""
    for _ in range(120):
        state = server("GET", f"/v1/tasks/status/{task}").json()
        if state["ready"]:
            assert not state.get("error"), state
            return
        time.sleep(1)
    pytest.fail(f"task {task} does not end")


def upload(server: Api, project: str, path) -> None:
    with path.open("rb") as file:
        content = {"filepond": (path.name, file, "application/json")}
        uploaded = server("POST", "/v1/fp/process/", files=content).text
    choice = {"format": "JSONL", "task": "RelationExtraction", "uploadIds": [uploaded]}
    columns = {"column_data": "text", "column_label": "label", "encoding": "utf_8"}
    finished(server, server("POST", f"{project}/upload", {**choice, **columns}).json()["task_id"])


def exported(server: Api, project: str, path) -> list[GoldDocument]:
    task = server("POST", f"{project}/download", {"format": "JSONL", "exportApproved": False}).json()["task_id"]
    finished(server, task)
    archive = zipfile.ZipFile(io.BytesIO(server("GET", f"{project}/download?taskId={task}").content))
    (name,) = archive.namelist()
    path.write_bytes(archive.read(name))
    found, mends = read(path, "doccano")
    assert mends == []
    return sorted(found, key=lambda document: document.id)


def test_there_and_back_with_one_change(server, project, gold, tmp_path) -> None:
    beyond = GoldDocument("beyond", "😀办理𠀀案件12件。", (LabeledSpan(3, 6, "METRIC"), LabeledSpan(6, 9, "QUANTITY")))
    documents = sorted(
        [*(d for d in gold if d.id in ("wuzhou_2023", "kaiyuan_2024")), replace(beyond, meta=gold[0].meta)],
        key=lambda document: document.id,
    )
    for label in doccano.label_set():
        server("POST", f"{project}/span-types", label)
    write(documents, tmp_path / "reports.jsonl", "doccano")
    upload(server, project, tmp_path / "reports.jsonl")
    assert exported(server, project, tmp_path / "first.jsonl") == documents

    changed = next(d for d in documents if d.id == "wuzhou_2023")
    examples = server("GET", f"{project}/examples?limit=10").json()["results"]
    example = next(e["id"] for e in examples if e["meta"]["report_id"] == changed.id)
    at = next(i for i, s in enumerate(changed.spans) if s.label == "METRIC" and len(s) > 3)
    spans = f"{project}/examples/{example}/spans"
    old = changed.spans[at]
    (span,) = [
        row["id"]
        for row in server("GET", spans).json()
        if (row["start_offset"], row["end_offset"]) == (old.start, old.end)
    ]
    server("PATCH", f"{spans}/{span}", {"start_offset": old.start + 1})
    after = list(changed.spans)
    after[at] = replace(old, start=old.start + 1)
    assert exported(server, project, tmp_path / "second.jsonl") == [
        replace(d, spans=tuple(after)) if d.id == changed.id else d for d in documents
    ]
