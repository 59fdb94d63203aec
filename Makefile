# Each command does all its own set-up: environment in .venv, results in out/.
PYTHON ?= python3
BIN := .venv/bin
MODEL := $(wildcard models/zh_fazhi_report-*.whl)
RAW := $(wildcard corpus/raw/*_2*.txt)

# Large blocks of memory are kept from step to step: training on a CPU does not pay for page faults at each step.
train evaluate: export MALLOC_MMAP_THRESHOLD_ := 8589934592
train evaluate: export MALLOC_TRIM_THRESHOLD_ := 17179869184
train evaluate: export MALLOC_TOP_PAD_ := 268435456

.PHONY: demo test test-integration train evaluate check prove clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fazhi needs Python 3.11 or later; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,encoder]'
	touch $@

.venv/model: .venv/installed $(MODEL)
	@test -n "$(MODEL)" || { echo "models/ holds no wheel; run 'make train', then copy out/package/*.whl to models/"; exit 1; }
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall $(MODEL)
	touch $@

demo: .venv/model
	$(BIN)/fazhi extract $(RAW) --table -o out/demo/reports.jsonl -o out/demo/reports.csv -o out/demo/reports.html

test: .venv/model
	$(BIN)/python -m pytest

# Real annotation tools, each in an environment of its own; their databases are made anew for each run.
.tools/label-studio/installed:
	$(PYTHON) -m venv .tools/label-studio
	.tools/label-studio/bin/python -m pip install --quiet 'label-studio==1.23.2'
	touch $@

# doccano 1.8.4 asks for no upper bounds, and does not start with what came after it.
.tools/doccano/installed:
	$(PYTHON) -m venv .tools/doccano
	.tools/doccano/bin/python -m pip install --quiet 'doccano==1.8.4' 'marshmallow<4' 'numpy<2' 'setuptools<81'
	touch $@

test-integration: export LABEL_STUDIO := $(CURDIR)/.tools/label-studio/bin/label-studio
test-integration: export DOCCANO := $(CURDIR)/.tools/doccano/bin/doccano
test-integration: .venv/installed .tools/label-studio/installed .tools/doccano/installed
	$(BIN)/python -m pytest --override-ini addopts=-q tests/integration

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: .venv/installed
	$(BIN)/python training/prepare.py
	$(BIN)/python training/train.py --out out/train
	$(BIN)/python training/crossvalidate.py --out out/train --json out/train/evaluation.json
	$(BIN)/python training/package.py build --model out/train/release/model-last --evaluation out/train/evaluation.json --out out/package
	$(BIN)/python training/package.py prove out/package/*.whl --expected out/package/expected.jsonl

evaluate: .venv/installed
	$(BIN)/python training/crossvalidate.py --out out/train --seeds 0,1,2 --json models/evaluation.json
	$(BIN)/python training/figures.py

prove: .venv/installed
	$(BIN)/python training/package.py prove $(MODEL) --expected models/expected.jsonl

clean:
	rm -rf .venv .tools out
