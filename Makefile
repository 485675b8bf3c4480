# `make` lists what can be done. Everything runs from .venv, which the first call makes.

PYTHON ?= python3
RUN := .venv/bin/python
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help run demo demo-live sources test check lint evaluate bench train screenshots fuzz lock clean ready ready-dev

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ready ## Airflow and the dashboard, collecting from the live web
	@$(RUN) -m scripts.serve

demo: ready ## the same over the sample archive: a filled dashboard without the web
	@$(RUN) -m scripts.serve --demo

demo-live: ready ## the live path without the web: a day and 30 days from a stand-in's services
	@$(RUN) -m scripts.demo_live

sources: ready-dev ## write docs/sources.md anew, after a change of a connector or of the sources
	$(RUN) -m scripts.sources_page

test: ready-dev ## every test, also those that start Airflow, a database or a browser
	@$(RUN) -c "from report import pdf; pdf.browser() or print(pdf.LACKING, 'Else tests of pages fail.')"
	$(RUN) -m pytest -m "" --numprocesses auto --dist loadfile --no-loadscope-reorder

check: lint ## what to run before a commit: lint and the quick tests
	$(RUN) -m pytest

lint: ready-dev ## format, lint, types, import rules
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports

evaluate: ready-dev ## how good we are, against floors: make evaluate [DATA=coded texts] [PAGES=news pages]
	$(RUN) -m scrapers.evaluate_sample
	$(if $(PAGES),$(RUN) -m scrapers.evaluate --pages $(PAGES),@echo "PAGES not set: no extraction figures")
	$(if $(DATA),$(RUN) -m models.evaluate --data $(DATA),@echo "DATA not set: no figures of the reader")

bench: ready-dev ## how fast: collecting, reading (SOURCE=MiniLM TORCH=python with torch: beside it), views at ARTICLES=1000000
	$(RUN) -m scripts.bench_collect
	$(RUN) -m scripts.bench_reading $(if $(SOURCE),--source $(SOURCE)) $(if $(TORCH),--torch-python $(TORCH))
	$(RUN) -m scripts.bench_queries --articles $(or $(ARTICLES),1000000)
	$(if $(STORE),$(RUN) -m scripts.bench_pages --store $(STORE),@echo "STORE not set: no figures of the pages")
	$(if $(STREAMLIT),$(RUN) -m scripts.bench_paint $(if $(STORE),--store $(STORE)))
	$(if $(PAGES),$(RUN) -m scrapers.bench --pages $(PAGES),@echo "PAGES not set: no figures of extraction")

train: ready-dev ## the weights again, in hours: make train DATA=corpora SOURCE=MiniLM TORCH=python with torch
	$(RUN) -m scripts.remake --data $(DATA) --source $(SOURCE) --torch-python $(TORCH)

screenshots: ready-dev ## every page, light, dark, phone and print, into .screenshots/
	$(RUN) -m scripts.screenshots

fuzz: ready-dev ## hostile input for ten minutes: make fuzz [SECONDS=600]
	FRAMEWATCH_FUZZ_SECONDS=$(or $(SECONDS),600) $(RUN) -m pytest -q tests/test_fuzz_guard.py tests/test_fuzz_extract.py

lock: ready-dev ## pin what requirements.in asks for, with hashes (LOCK_ALSO=--upgrade: the newest)
	.venv/bin/uv pip compile requirements.in $(LOCK) -o requirements.txt
	.venv/bin/uv pip compile requirements-dev.in -c requirements.txt $(LOCK) -o requirements-dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --quiet $(LOCK_ALSO)

ready:
	@$(PYTHON) scripts/bootstrap.py

ready-dev:
	@$(PYTHON) scripts/bootstrap.py --dev

clean: ## remove what was made here, but no collected data
	rm -rf .venv .framewatch-demo .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
