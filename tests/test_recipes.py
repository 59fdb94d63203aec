import json

import pytest

from fazhi.errors import FazhiError
from fazhi.recipes import BASE, REAL_GOLD, crossvalidate, fit, folds, merge, over_seeds, seed_numbers, state
from tests.conftest import ROOT

SMOKE = ROOT / "configs" / "smoke.cfg"


@pytest.fixture(autouse=True)
def _in_root(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)


def settings(tiny_encoder) -> dict:
    return {
        "paths.encoder": str(tiny_encoder),
        "components.tagger.window": 128,
        "components.tagger.stride": 128,
        "corpora.train.window": 128,
    }


def test_overlays_change_only_what_they_name() -> None:
    base, smoke = merge([BASE], {}), merge([BASE, SMOKE], {"training.dropout": 0.3})
    assert (smoke["training"]["max_steps"], smoke["training"]["dropout"]) == (3, 0.3)
    assert smoke["training"]["optimizer"] == base["training"]["optimizer"]
    assert smoke["components"] == base["components"]


def test_missing_config_is_named(tmp_path) -> None:
    with pytest.raises(FazhiError, match=r"none\.cfg: no such config"):
        merge([tmp_path / "none.cfg"], {})


def test_every_real_report_is_tested_once_and_never_trained_on(gold, tiny_encoder, tmp_path) -> None:
    tested = [document.id for held_out in folds(gold).values() for document in held_out]
    assert sorted(tested) == sorted(document.id for document in gold)

    result = crossvalidate(tmp_path, [BASE, SMOKE], settings(tiny_encoder), start_from=None)
    assert set(result["reports"]) == set(tested)
    for group, held_out in folds(gold).items():
        config = merge([tmp_path / held_out[0].id / "config.cfg"], {})
        assert group not in config["corpora"]["train"]["include"]
        assert group not in config["corpora"]["dev"]["include"]
        assert len(config["corpora"]["train"]["include"]) == len(tested) - 1

    # A second run trains nothing: all folds are finished.
    lines: list[str] = []
    again = crossvalidate(tmp_path, [BASE, SMOKE], settings(tiny_encoder), start_from=None, report=lines.append)
    assert again == result
    assert sum("used again" in line for line in lines) == len(tested)


def test_a_changed_recipe_is_trained_anew(tiny_encoder, tmp_path) -> None:
    changes = {
        **settings(tiny_encoder),
        "paths.train": REAL_GOLD,
        "corpora.train.include": ["梧州市"],
        "corpora.dev.include": ["梧州市"],
    }
    lines: list[str] = []
    fit(tmp_path, [BASE, SMOKE], changes, report=lines.append)
    fit(
        tmp_path,
        [BASE, SMOKE],
        {**changes, "training.max_steps": 2, "training.eval_frequency": 1},
        report=lines.append,
    )
    assert sum("steps" in line for line in lines) == 2
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    assert rows[-1]["step"] == 2


def test_state_tells_recipes_apart() -> None:
    assert state({}) == state({})
    others = [
        state({}, overlays=[SMOKE]),
        state({"training.dropout": 0.3}),
        state({}, second={"training.max_steps": 9}),
    ]
    assert len({state({}), *others}) == 4


def test_a_seed_that_the_file_holds_is_not_run_again(tmp_path, monkeypatch) -> None:
    ran: list[tuple[int, str]] = []

    def run(out, seed, overrides, **options) -> dict:
        ran.append((seed, out.name))
        counts = {"f1": seed / 10}
        return {"scores": {"labels": {"MEASURE": counts}, "micro": counts, "links": counts}, "reports": {"of": seed}}

    monkeypatch.setattr("fazhi.recipes.two_stages", run)
    figures = tmp_path / "figures.json"
    over_seeds(tmp_path / "train", [3], {}, figures=figures)
    found = over_seeds(tmp_path / "train", [3, 5], {}, figures=figures)
    assert ran == [(3, "train"), (5, "seed_5")]
    assert found == json.loads(figures.read_text(encoding="utf-8"))
    assert (found["reports"], [one["seed"] for one in found["seeds"]]) == ({"of": 3}, [3, 5])
    assert found["over_seeds"]["micro"] == {"mean": 0.4, "lowest": 0.3, "highest": 0.5}

    # Another recipe, or another first seed: everything anew.
    over_seeds(tmp_path / "train", [3], {"training.dropout": 0.3}, figures=figures)
    over_seeds(tmp_path / "train", [5, 3], {"training.dropout": 0.3}, figures=figures)
    assert [seed for seed, _ in ran] == [3, 5, 3, 5, 3]


@pytest.mark.parametrize("overlay", sorted((ROOT / "configs").glob("*.cfg")), ids=lambda p: p.stem)
def test_every_config_can_be_laid_over_the_base(overlay) -> None:
    merged = merge([BASE, overlay], {}).interpolate()
    assert merged["training"]["optimizer"]["learn_rate"]["total_steps"] == merged["training"]["max_steps"]
    assert merged["components"]["tagger"]["window"] == merged["corpora"]["train"]["window"]


def test_seeds_are_read_from_the_command_line() -> None:
    assert seed_numbers("0,1,7") == [0, 1, 7]
    with pytest.raises(FazhiError, match="write them as"):
        seed_numbers("0,a")
    with pytest.raises(FazhiError, match="twice"):
        seed_numbers("1,1")
