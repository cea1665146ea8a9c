# `make demo` shows the product, `make test` checks it; both set up what they need first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help bundle demo test run-tests lint prove attack bench pictures catalogue sbom
bin := .venv/bin
# Modules are compiled once, for the tests start dozens of processes.
unexport PYTHONDONTWRITEBYTECODE
words := $(wildcard casework/translations/*/LC_MESSAGES/*.po)

help:
	@echo "make demo       a fictional commune on this machine"
	@echo "make test       style, types, import contracts, tests (PYTEST_ARGS=tests/vault for a part)"
	@echo "make lint       style, types, import contracts, templates, spelling"
	@echo "make prove      the long proofs: many examples, faults, both databases"
	@echo "make attack     bandit, wapiti and sqlmap against a demo"
	@echo "make bench      what things cost, beside the figure to hold"
	@echo "make pictures   every page of the demo as a picture, into build/pictures"
	@echo "make catalogue  new sentences into the English catalogue"
	@echo "make bundle     one file that installs on a server without internet, into build"
	@echo "make sbom       what the program is made of"

.venv/.ready-run: pyproject.toml uv.lock .ci/setup $(words)
	@.ci/setup run
	@touch $@

.venv/.ready-test: pyproject.toml uv.lock .ci/setup $(words)
	@.ci/setup test
	@touch $@ .venv/.ready-run

# A fictional commune on this machine, with its addresses and sign-ins printed.
demo: .venv/.ready-run
	@$(bin)/casework demo $(DEMO_ARGS)

lint: .venv/.ready-test
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/djlint templates --lint --quiet
	$(bin)/codespell

# Style and types are looked at while the tests run; what they found is told when the tests have ended.
test: .venv/.ready-test
	@.ci/beside "$(MAKE) --no-print-directory lint" "$(MAKE) --no-print-directory run-tests"

# Three workers on two cores: while one waits for a browser or a server, the others go on.
# PYTEST_ARGS picks tests; the coverage of a part says nothing, so it is measured for the whole alone.
run-tests: .venv/.ready-test
	@.ci/browser
	@rm -f .coverage .coverage.*
ifdef PYTEST_ARGS
	$(bin)/pytest -n 3 --dist worksteal -m "not prove" $(PYTEST_ARGS)
else
	$(bin)/coverage run -m pytest -n 3 --dist worksteal -m "not prove"
	@$(bin)/coverage combine --quiet
	$(bin)/coverage report
endif

# The long proofs: every test with many examples, then faults and attacks.
prove: .venv/.ready-test
	@.ci/browser
	CASEWORK_REQUIRE=browser,postgres CASEWORK_FAULTS=long $(bin)/pytest -n 3 --dist worksteal --hypothesis-profile=prove $(PYTEST_ARGS)

# bandit over the source; wapiti and sqlmap (of an environment of their own) against a demo, signed in as each role.
attack: .venv/.ready-test
	@$(bin)/python -u -m tests.attack.scan $(ATTACK_ARGS)

bench: .venv/.ready-test
	$(bin)/python -m bench

# Every page of every role, 360 and 1280 px wide, with its height on a phone; to be looked at one by one.
pictures: .venv/.ready-test
	@.ci/browser
	@$(bin)/python -m tests.browser.pictures

# One file for a server: the wheel, what it needs by the hashes of uv.lock, and what installs it.
bundle: .venv/.ready-run
	@.ci/bundle build

# What the program is made of (CycloneDX), read from uv.lock.
sbom: .venv/.ready-test
	@PATH="$$PATH:.venv-tools/bin" uv export --quiet --frozen --no-dev --all-extras --format cyclonedx1.5 --preview-features sbom-export --output-file sbom.json
	@echo sbom.json

# The words of the program: the Vietnamese sentence is the key, the English catalogue is filled by hand.
catalogue: .venv/.ready-test
	$(bin)/pybabel --quiet extract -F pyproject.toml -k lazy_gettext -k gettext_noop -k BadInput -k Conflict -k Busy -k Throttled -k Ungrounded -k SignInNeeded -k lazy_ngettext:1,2 --no-location --sort-output --project=casework --header-comment="# The words of casework." -o casework/translations/messages.pot .
	$(bin)/pybabel update -i casework/translations/messages.pot -d casework/translations -l en --init-missing --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete
