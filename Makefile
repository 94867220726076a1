# SPDX-License-Identifier: Apache-2.0
# The commands; meson and ninja do the work. Each installs what it needs first, and no more (tools/packages*).
PORT ?= 8480
BUILD := build
CHECK_BUILD := build-check
# Loads the driver for PostgreSQL from its own folder: the one that ships loads what is installed.
TESTING_BUILD := build-testing
# A release build that is installed into its own folder, where it finds its driver for PostgreSQL.
INSTALLED_BUILD := build-installed

.PHONY: all setup build installed deb image packages-check bare-check musl-check demo check check-postgresql interop storm failover coverage serve fixture bench install clean

all: build

setup:
	@tools/setup

$(BUILD)/build.ninja:
	@meson setup $(BUILD) >/dev/null || { cat $(BUILD)/meson-logs/meson-log.txt; exit 1; }

build: setup
	@$(MAKE) -s --no-print-directory $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

installed: setup
	@test -f $(INSTALLED_BUILD)/build.ninja || meson setup $(INSTALLED_BUILD) --prefix=$(CURDIR)/$(INSTALLED_BUILD)/installed >/dev/null
	@ninja -C $(INSTALLED_BUILD) --quiet && meson install -C $(INSTALLED_BUILD) --no-rebuild --quiet >/dev/null

# The Debian packages of this tree, in build-deb/.
deb:
	@tools/setup packages-deb
	@tools/deb build-deb

# The image for containers, of the packages: build-deb/countersign.oci.tar. Needs root.
image: deb
	@tools/image build-deb build-deb/countersign.oci.tar

# The packages, twice built and compared, and in clean Debians that boot: installed, set up, upgraded, purged. Needs root.
packages-check:
	@tools/setup packages-check packages-deb
	@/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/packages

# `make check ALL=yes` in a Debian with nothing but a C compiler, make and git: that all it needs is in the lists. An hour; needs root.
bare-check:
	@tools/setup packages-deb
	@tests/packages/bare.py check ALL=yes

# With musl in place of glibc: the libraries, the programs, the unit tests. Half an hour the first time.
musl-check:
	@tools/setup packages-check packages-musl
	@tools/musl-check build-musl

# One whole sign-in, shown step by step. STAY=yes: the server stays, and says where the operator's console is.
demo: build
	@tools/demo $(BUILD) $(if $(STAY),--stay)

# All tests. ALL=yes: those of `make interop` and of `make failover SHORT=yes` too, with one closing line for all.
check:
	@tools/setup packages-check $(if $(ALL),packages-interop packages-failover)
	@tools/check $(if $(ALL),--all) $(CHECK_BUILD) $(BUILD)

# The SOAP clients that are big to install, and the same requests to countersign and to Mono's ASMX.
interop:
	@tools/setup packages-check packages-interop
	@tools/check --interop $(CHECK_BUILD) $(BUILD)

# A thousand sign-ins while processes are killed, and a check of what their clients saw. Takes some minutes.
storm: build
	@tools/setup packages-check
	@COUNTERSIGN_BUILD=$(BUILD) /usr/bin/python3 tests/storm/storm.py 1000 100

# Ten minutes of sign-ins while PostgreSQL, under Patroni, fails over in every way. SHORT=yes: each fault once, some minutes.
failover: setup
	@tools/setup packages-check packages-failover
	@test -f $(TESTING_BUILD)/build.ninja || CC=clang meson setup $(TESTING_BUILD) -Dtesting=true >/dev/null
	@ninja -C $(TESTING_BUILD) --quiet
	@COUNTERSIGN_BUILD=$(TESTING_BUILD) tests/failover/apart.py /usr/bin/python3 $(if $(SHORT),-m pytest -q -s -p no:cacheprovider tests/failover,tests/failover/failover.py 10)

# For the night, some hours: all end-to-end tests with their stores on PostgreSQL, and every pair of operations at once (tests/races).
# PARTS="results nodes": the end-to-end tests of those files alone.
check-postgresql: setup
	@tools/setup packages-check
	@test -f $(TESTING_BUILD)/build.ninja || CC=clang meson setup $(TESTING_BUILD) -Dtesting=true >/dev/null
	@ninja -C $(TESTING_BUILD) --quiet
	@COUNTERSIGN_STORE=postgresql COUNTERSIGN_BUILD=$(TESTING_BUILD) /usr/bin/python3 -m pytest -q -p no:cacheprovider -n 2 \
	    $(if $(PARTS),$(PARTS:%=tests/e2e/test_%.py),tests/e2e)
	@$(if $(PARTS),,COUNTERSIGN_RACES=all LD_LIBRARY_PATH=$(TESTING_BUILD)/src/db \
	    tests/postgres/cluster.py $(TESTING_BUILD)/tests/races/races_test)

# Which lines the tests run, by room: writes docs/coverage.md. Takes some minutes more than `make check`.
coverage:
	@tools/setup packages-check packages-coverage
	@tools/coverage build-coverage

# The demo's server, company, technician and phone on 127.0.0.1:$(PORT), in the foreground.
serve: build
	@exec tools/serve $(BUILD) $(PORT)

# The front with the contract's test worker on 127.0.0.1:$(PORT), in the foreground.
fixture: build
	@exec $(BUILD)/tests/contract/fixture $(PORT)

# How fast, beside its peers, in one run: writes docs/performance.md. PARTS="store nodes": only those sections of it.
bench: installed
	@tools/setup packages-bench
	@bench/run $(INSTALLED_BUILD) $(PARTS)

install: build
	@meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(CHECK_BUILD) build-deb build-packages build-musl
