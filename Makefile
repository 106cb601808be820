# Everything runs in .venv, installed from requirements.lock (exact versions, with hashes).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FUZZ_READY := $(VENV)/.ready-fuzz
SIMULATE_READY := $(VENV)/.ready-simulate
BENCH_VENV := .venv-bench
COMPILED := .compiled
COMPILED_READY := $(COMPILED)/.ready
BENCH_READY := $(BENCH_VENV)/.ready

.PHONY: setup setup-bench compiled test-compiled nginx chromium compiler crawl refresh-demo bench bench-scale bench-refresh bench-extract bench-export test torture fuzz simulate lint lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Crawls the bundled demo site into output/demo/questions.jsonl
crawl: $(READY)
	$(BIN)/qa-scraper crawl

# Crawls the demo site, lets it change by some steps and looks at it again; shows what each refresh found and cost
STEPS ?= 2
refresh-demo: $(READY)
	$(BIN)/python -m tests.refresh_demo $(STEPS)

compiler:
	@echo '#include <stdio.h>' | cc -fsyntax-only -x c - 2> /dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends gcc libc6-dev > /dev/null; \
	  else \
	    echo "A C compiler is missing: sudo apt-get install gcc libc6-dev (for Debian's own Python python3-dev too)"; exit 1; \
	  fi

# The package as pip installs it: with what every page goes through compiled by mypyc; it needs a C compiler
compiled: compiler $(COMPILED_READY)

$(COMPILED_READY): $(READY) hatch_build.py README.md LICENSE $(shell find qa_scraper -name __pycache__ -prune -o -print)
	rm -rf $(COMPILED)
	QA_SCRAPER_COMPILE=yes $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --target $(COMPILED)/lib .
	touch $@

# What a crawl costs beside the same crawl by stock Scrapy, Crawlee and aiohttp (about 20 minutes); bench/results.json
BENCH_PAGES ?= 5000
BENCH_RUNS ?= 5
BENCH_OUTPUT ?= bench
bench: $(READY) $(BENCH_READY) compiled nginx
	$(BIN)/python -m tests.bench --pages $(BENCH_PAGES) --runs $(BENCH_RUNS) --output $(BENCH_OUTPUT)

# What a crawl takes with a million URLs due, beside one with 5,000 (about 20 minutes)
BENCH_SCALE ?= 1000000
bench-scale: $(READY) nginx
	$(BIN)/python -m tests.bench.scale --urls $(BENCH_SCALE) --output $(BENCH_OUTPUT)

# What the benchmark needs: nginx (Debian's package); Crawlee and py-spy, apart from our packages; the compiled package
setup-bench: $(BENCH_READY) compiled nginx

$(BENCH_READY): requirements-bench.lock
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# What is no Python package, from Debian's: nginx need not run as a service; without chromium, in which tests look at
# pages, these are skipped
nginx chromium:
	@PATH="$$PATH:/usr/sbin" command -v $@ > /dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends $@ > /dev/null; \
	  else \
	    echo "$@ is missing: sudo apt-get install $@$(if $(filter nginx,$@), (it need not run as a service))"; exit 1; \
	  fi

# What a refresh costs beside a first crawl: 5,000 pages of 35 KB, 1% changed; 30 refreshes with kills (about 10 minutes)
bench-refresh: $(READY)
	$(BIN)/python -m tests.bench.refresh

# What extraction costs, a line a page: the real pages beside the project, else the fixtures
bench-extract: $(READY)
	$(BIN)/python -m tests.bench.extract

# What an export of 200,000 records costs, a line a format (about 10 minutes, 8 GB of disk); bounds for Parquet
BENCH_RECORDS ?= 200000
bench-export: $(READY)
	$(BIN)/python -m tests.bench.export --records $(BENCH_RECORDS)

test: lint
	$(BIN)/python -m pytest

# Coverage-guided fuzzing from decoding to JSON lines; fails where anything is found. Its corpus grows in .fuzz/
FUZZ_RUNS ?= 1000000
FUZZ_JOBS ?= 2
fuzz: $(FUZZ_READY)
	$(BIN)/python -m tests.fuzz.run --runs $(FUZZ_RUNS) --jobs $(FUZZ_JOBS)

$(FUZZ_READY): $(READY) requirements-fuzz.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.lock
	touch $@

# Which pages to look at again: the rule against round robin and Nutch's, a minute; writes docs/refresh-simulation.*
simulate: $(SIMULATE_READY)
	$(BIN)/python -m tests.simulation

$(SIMULATE_READY): $(READY) requirements-simulate.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-simulate.lock
	touch $@

# Kills, crashes, disk and network faults by the thousand, about two hours; writes the table of docs/reliability.md
TRIALS ?= 500
WORKERS ?= 1
torture: $(READY)
	$(BIN)/python -m tests.faults --trials $(TRIALS) --workers $(WORKERS)

# The tests of what is compiled, and crawls that are killed or have workers, with the compiled package
test-compiled: compiled
	PYTHONPATH=$(CURDIR)/$(COMPILED)/lib:$(CURDIR) $(BIN)/pytest --import-mode=importlib \
	  tests/extraction tests/test_text.py tests/test_urls.py tests/test_url_patterns.py tests/test_page.py \
	  tests/crawl/test_demo_crawl.py tests/crawl/test_restarts.py tests/crawl/test_workers.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Renews the locks, requirements.lock from pyproject.toml (needs uv: pip install uv); atheris 3.1 has no Python 3.11
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command "make lock" -o requirements.lock
	echo 'atheris<3.1' | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command "make lock" -o requirements-fuzz.lock
	echo 'matplotlib>=3.10' | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command "make lock" -o requirements-simulate.lock
	printf 'crawlee[parsel]>=1.11\npy-spy>=0.4\n' | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --upgrade --quiet --custom-compile-command "make lock" \
	  --constraint requirements.lock -o requirements-bench.lock

clean:
	rm -rf $(VENV) $(BENCH_VENV) $(COMPILED) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz
