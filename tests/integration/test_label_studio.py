"""A real Label Studio, started here: our tasks go in, a span is changed there, exactly that change comes back.

`make test-integration` installs it in an environment of its own and names its program in `LABEL_STUDIO`.
"""

import json
import os
from dataclasses import replace

import pytest

from fazhi.annotations import GoldDocument
from fazhi.exchange import label_studio, read, write
from fazhi.types import LabeledSpan
from tests.integration.servers import Api, free_port, running

TOKEN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("label-studio"), free_port()
    environment = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
    }
    account = ("--username", "a@example.org", "--password", "not-a-secret-1", "--user-token", TOKEN)
    command = [os.environ["LABEL_STUDIO"], "start", "--no-browser", "--port", str(port), *account]
    api = Api(port, TOKEN)
    with running([command], environment, folder, ready=lambda: api("GET", "/api/projects")):
        yield lambda method, path, data=None: api(method, path, data).json()


def exported(server, project: int, path) -> list[GoldDocument]:
    path.write_text(json.dumps(server("GET", f"/api/projects/{project}/export?exportType=JSON")), encoding="utf-8")
    found, mends = read(path, "label-studio")
    assert mends == []
    return sorted(found, key=lambda document: document.id)


def test_there_and_back_with_one_change(server, gold, tmp_path) -> None:
    beyond = GoldDocument("beyond", "😀办理𠀀案件12件。", (LabeledSpan(3, 6, "METRIC"), LabeledSpan(6, 9, "QUANTITY")))
    documents = sorted(
        [*(d for d in gold if d.id in ("wuzhou_2023", "kaiyuan_2024")), replace(beyond, meta=gold[0].meta)],
        key=lambda document: document.id,
    )
    write(documents, tmp_path / "tasks.json", "label-studio")
    project = server("POST", "/api/projects", {"title": "法治报告", "label_config": label_studio.labelling_config()})[
        "id"
    ]
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    answer = server("POST", f"/api/projects/{project}/import", tasks)
    assert (answer["task_count"], answer["annotation_count"]) == (3, 3)
    assert exported(server, project, tmp_path / "first.json") == documents

    changed = next(d for d in documents if d.id == "wuzhou_2023")
    task = next(
        t
        for t in server("GET", f"/api/projects/{project}/export?exportType=JSON")
        if t["data"]["report_id"] == changed.id
    )
    annotation = task["annotations"][0]
    at = next(i for i, s in enumerate(changed.spans) if s.label == "METRIC" and len(s) > 3)
    row = next(r for r in annotation["result"] if r.get("id") == f"s{at}")
    row["value"]["start"] += 1
    row["value"]["text"] = row["value"]["text"][1:]
    server("PATCH", f"/api/annotations/{annotation['id']}", {"result": annotation["result"]})
    after = exported(server, project, tmp_path / "second.json")
    spans = list(changed.spans)
    spans[at] = replace(spans[at], start=spans[at].start + 1)
    assert after == [replace(d, spans=tuple(spans)) if d.id == changed.id else d for d in documents]


def test_predictions_are_taken_as_predictions(server, gold, tmp_path) -> None:
    project = server("POST", "/api/projects", {"title": "预标注", "label_config": label_studio.labelling_config()})[
        "id"
    ]
    task = label_studio.task(gold[2], scores=[0.5] * len(gold[2].spans), model="model-1")
    answer = server("POST", f"/api/projects/{project}/import", [task])
    assert (answer["task_count"], answer["annotation_count"], answer["prediction_count"]) == (1, 0, 1)
