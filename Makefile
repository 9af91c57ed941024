# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
BINARY := .build/release/orthoweave

.PHONY: help setup build demo test lint format docs api-docs acceptance parity bench bench-peers torture soak fuzz fuzz-targets coverage sanitize sbom image plugin install deb clean

help:
	@echo "make demo        set up, build, run the sample pipeline, say where the layers are"
	@echo "make test        set up, all tests"
	@echo "make lint        format, module boundaries, weeded-out phrases, width of documents"
	@echo "make docs        the documents as a site in .build/site (mkdocs-material from PyPI)"
	@echo "make api-docs    pages of all public and package declarations (DocC)"
	@echo "make acceptance  QGIS, cogeo, PostGIS and other programs read what was written (installs them)"
	@echo "make parity      networks and class maps against mmsegmentation, smp, torchvision (sets the reference up; hours)"
	@echo "make bench       kernels and tracing, checked against stored ratios;  make bench-peers: beside PyTorch, ONNX Runtime, OpenVINO"
	@echo "make torture     runs killed at random moments and at every system call"
	@echo "make soak        1,000 and 10,000 small sources: memory and time;  make fuzz: mutated rasters"
	@echo "make coverage    how much of each module the tests run;  make sanitize: tests and a run under sanitizers"
	@echo "make fuzz-targets  libFuzzer, a minute for each reader of foreign bytes;  make sbom: what the program is made of"
	@echo "make install     PREFIX=/usr/local DESTDIR=: program, man pages, completions, unit files;  make deb: a Debian package"
	@echo "make image       container image by docker or podman;  make plugin: the QGIS plugin as a zip file"

setup:
	@scripts/setup

build: setup
	swift build -c release --product orthoweave

demo: build
	@scripts/demo $(BINARY)

# Tests that run the program take the optimized one.
test: build
	ORTHOWEAVE_BINARY=$(CURDIR)/$(BINARY) swift test

lint:
	scripts/format --check
	scripts/check-boundaries
	scripts/check-words
	scripts/wrap-docs --check

format:
	scripts/format

docs:
	scripts/docs-site

api-docs: setup
	scripts/api-docs

acceptance: build
	scripts/acceptance/all

parity: build
	scripts/parity
	$${ORTHOWEAVE_REFERENCE_VENV:-.build/reference-venv}/bin/python scripts/parity-predictions
	$${ORTHOWEAVE_REFERENCE_VENV:-.build/reference-venv}/bin/python scripts/published-networks --check

bench: setup
	swift build -c release --product orthoweave-bench
	.build/release/orthoweave-bench kernels --limits Benchmarks/limits.json
	.build/release/orthoweave-bench trace --limits Benchmarks/limits.json
	.build/release/orthoweave-bench trace --geopackage --limits Benchmarks/limits.json

bench-peers: build
	scripts/bench-peers

torture: build
	scripts/torture

soak: build
	scripts/soak

fuzz: build
	scripts/fuzz-rasters

fuzz-targets: setup
	scripts/fuzz-targets

coverage: setup
	scripts/coverage

sanitize: setup
	scripts/sanitize

sbom: build
	scripts/sbom

image:
	@engine=$$(command -v docker || command -v podman) || { echo "neither docker nor podman is installed"; exit 1; }; $$engine build -t orthoweave .

plugin:
	@scripts/make-plugin

# The binary has Swift's runtime inside: it runs where no compiler is.
install: setup
	swift build -c release --product orthoweave --static-swift-stdlib
	scripts/install

deb: setup
	swift build -c release --product orthoweave --static-swift-stdlib
	scripts/make-deb

clean:
	rm -rf .build .build-* layers
