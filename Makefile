# make run    set everything up and start Voxveil (the app, the terminal or the bundled sample, by what is there)
# make test   set everything up and run all checks
# make lint   ruff and mypy only
# make bench  time per block, delay, and side by side with others, as measured on this machine (out/bench)
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test lint bench system system-test clean

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
RECIPE := pyproject.toml tools/constraints.txt tools/python_env.sh

SOUND := libportaudio2 libasound2-plugins libpulse0
SCREEN := libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 libx11-6 libxcb-cursor0 libxcb-icccm4 \
  libxcb-keysyms1 libxkbcommon-x11-0
SERVERS := pulseaudio pulseaudio-utils pipewire wireplumber pipewire-pulse dbus xvfb

# Tests that only compute, and may use every core. The others run against the clock, one after the other.
COMPUTED := $(addprefix tests/,core model training export evaluation)

help:
	@sed -n 's/^# //p;/^SHELL/q' Makefile

run: system .venv/.ready-run
	@$(BIN)/voxveil run $(ARGS)

test: system-test .venv/.ready-test
	@$(MAKE) --no-print-directory lint
ifeq ($(ARGS),)
	@$(BIN)/python -m pytest --numprocesses logical --dist loadfile $(COMPUTED)
	@$(BIN)/python -m pytest $(addprefix --ignore=,$(COMPUTED))
else
	@$(BIN)/python -m pytest $(ARGS)
endif

lint: .venv/.ready-test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary

bench: system-test .venv/.ready-test
	@$(BIN)/voxveil bench compute --out out/bench $(ARGS)
	@$(BIN)/voxveil bench latency --out out/bench $(ARGS)
	@$(BIN)/voxveil bench compare --out out/bench $(if $(wildcard bench/stored.json),--against bench/stored.json) $(ARGS)

system:
	@tools/system_packages.sh $(SOUND) $(SCREEN)

system-test:
	@tools/system_packages.sh $(SOUND) $(SCREEN) $(SERVERS)

# What tests need includes what running needs.
.venv/.ready-run: $(RECIPE)
	@PYTHON="$(PYTHON)" tools/python_env.sh run
	@touch $@

.venv/.ready-test: $(RECIPE)
	@PYTHON="$(PYTHON)" tools/python_env.sh test
	@touch $@ .venv/.ready-run

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache
