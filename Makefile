# SPDX-License-Identifier: BSD-2-Clause
# One plain GNU Makefile. Flavours (release, asan, tsan) are separate trees below build/, made from the
# same rules; header dependencies are the compiler's.
#
#   make help     what can be made

PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,$(PREFIX)/lib/systemd/system)
VERSION := 0.1.0
JOBS ?= $(shell nproc)

ifeq ($(origin CXX),default)
CXX := g++
endif
# ccache hits across checkouts: every path that the compiler is given is relative to the tree, and the
# directory itself is left out of the hash. The precompiled headers are trusted by their contents.
CCACHE := $(shell command -v ccache 2>/dev/null)
export CCACHE_NOHASHDIR := 1
export CCACHE_SLOPPINESS := pch_defines,time_macros,include_file_mtime,include_file_ctime
FAST_LINKER := $(if $(shell command -v ld.lld 2>/dev/null),-fuse-ld=lld)
PKGS := libcares opendkim openssl libidn2 libsystemd re2 gmime-3.0 libarchive libmagic libseccomp libxml-2.0 libpsl
# As system headers: glib's have no need to please our warnings.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wno-missing-field-initializers -Werror
# GCC 12 takes the buffers of std::string for smaller than they are (its bugs 105329, 105651).
GCC_MISTAKEN := -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
# -g1 is what a backtrace needs; full debug information takes a third of the time of a build.
CXXFLAGS ?= -O2 -g1
LANGUAGE := -std=c++20 -pthread -I. -DSPILLWAY_VERSION='"$(VERSION)"' -fstack-protector-strong -fPIE $(WARNINGS) $(PKG_CFLAGS)
HARDENING := -D_FORTIFY_SOURCE=2 -Wformat -Wformat-security
LDFLAGS ?=
BASE_LDFLAGS = -pthread -pie -Wl,-z,relro,-z,now,--as-needed $(FAST_LINKER) $(LDFLAGS)

# Each flavour: its compiler, how it compiles the product (and what measures it), and how the tests, which
# are compiled often and run once.
TEST_CXX := $(or $(shell command -v clang++ 2>/dev/null),$(CXX))
CXX_release = $(CXX)
CXX_asan = clang++
CXX_tsan = clang++
PRODUCT_release = $(HARDENING) $(if $(findstring g++,$(subst clang++,,$(CXX))),$(GCC_MISTAKEN)) $(CXXFLAGS)
# With what libFuzzer needs to see where it has been.
PRODUCT_asan = -O1 -gline-tables-only -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
PRODUCT_tsan = -O1 -gline-tables-only -fsanitize=thread
TEST_CXX_release = $(TEST_CXX)
TEST_CXX_asan = clang++
TEST_CXX_tsan = clang++
TEST_release = -O0 -g1
TEST_asan = -O0 -gline-tables-only -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_tsan = -O0 -gline-tables-only -fsanitize=thread

# libmilter is linked statically: some of the calls it makes are wrapped.
comma := ,
POOL_CURE := pthread_create pthread_detach pthread_cond_timedwait pthread_cond_signal sigwait
IO_CURE := accept close poll read writev
WRAPS := -Wl,--undefined=__wrap_sigwait -Wl,--undefined=__wrap_read $(patsubst %,-Wl$(comma)--wrap=%,$(POOL_CURE) $(IO_CURE))
LIBS := -lspf2 $(PKG_LIBS) -lresolv -lrt
MILTER_LIBS := $(WRAPS) -l:libmilter.a
GTEST_LIBS := -lgmock -lgtest -lgtest_main

MAINS := milter/main.cc milter/inspect/main.cc policy/main.cc policy/ctl/main.cc
SOURCES := $(filter-out $(MAINS),$(wildcard conf/*.cc milter/*.cc milter/*/*.cc policy/*.cc policy/*/*.cc))
RIG := $(filter-out %_main.cc,$(wildcard t/rig/*.cc))
UNIT := $(wildcard t/unit/*/*_test.cc t/unit/*/*/*_test.cc)
# TSan is for code that threads share: not for what has none, whose tests take half of the time.
UNIT_release := $(UNIT)
UNIT_asan := $(UNIT)
UNIT_tsan := $(filter-out $(foreach room,conf milter/auth milter/client milter/mail milter/rules policy/ctl policy/law \
  policy/sim,t/unit/$(room)/%),$(UNIT))
INPROC := $(wildcard t/inproc/*.cc)
FUZZ := $(wildcard t/fuzz/*.cc)
CONFORMANCE := $(wildcard t/conformance/*.cc)
SBIN_PROGRAMS := spillway-milter spillway-policyd spillwayctl
PROGRAMS := $(SBIN_PROGRAMS) spillway-inspector
MADE_MANUALS := build/man/spillway.toml.5 build/man/spillwayctl.8
TOOLS := dnsd milterload noop-filter policyload trivial-policy verify-floor decision

.DEFAULT_GOAL := all
.PHONY: all check demo replay fuzz sim sim-ablate conformance asan tsan tidy tidy-changed format install uninstall clean help deb bench \
  bench-peers unit e2e unit-programs compile-commands
.SUFFIXES:
.SECONDARY:

# $(1) flavour, $(2) what it is part of: PRODUCT or TEST, $(3) its precompiled header, $(4) compiler
define PRECOMPILED
build/$(1)/$(3)$$(if $$(findstring clang,$(4)),.pch,.gch): $(3) Makefile
	@mkdir -p $$(@D)
	@echo "PCH $$@"
	@cp $(3) build/$(1)/$(3)
	@$$(CCACHE) $(4) $$(LANGUAGE) $$($(2)_$(1)) $$(if $$(findstring clang,$(4)),-Xclang -fno-pch-timestamp) -x c++-header $(3) -o $$@
endef

# How an object of the product is compiled, with $(1) as flavour, and one of the tests.
COMPILE = $(CCACHE) $(3) $(LANGUAGE) $($(2)_$(1)) $(if $(findstring clang,$(3)),-Xclang -fno-pch-timestamp -include-pch \
  build/$(1)/$(4).pch,$(if $(findstring g++,$(3)),-fpch-preprocess -include build/$(1)/$(4))) -MMD -MP -c $< -o $@
PCH_OF = build/$(1)/$(3)$(if $(findstring clang,$(2)),.pch,.gch)

define FLAVOUR
$(call PRECOMPILED,$(1),PRODUCT,milter/base/std.h,$(CXX_$(1)))
$(call PRECOMPILED,$(1),TEST,t/rig/gtest.h,$(TEST_CXX_$(1)))
build/$(1)/%.o: %.cc Makefile $(call PCH_OF,$(1),$(CXX_$(1)),milter/base/std.h)
	@mkdir -p $$(@D)
	@echo "CXX $$@"
	@$$(call COMPILE,$(1),PRODUCT,$(CXX_$(1)),milter/base/std.h)
$(patsubst %.cc,build/$(1)/%.o,$(UNIT) $(INPROC) $(FUZZ) $(CONFORMANCE)): build/$(1)/%.o: %.cc Makefile $(call PCH_OF,$(1),$(TEST_CXX_$(1)),t/rig/gtest.h)
	@mkdir -p $$(@D)
	@echo "CXX $$@"
	@$$(call COMPILE,$(1),TEST,$(TEST_CXX_$(1)),t/rig/gtest.h)
build/$(1)/libspillway.a: $(patsubst %.cc,build/$(1)/%.o,$(SOURCES))
	@rm -f $$@
	@ar rcs $$@ $$^
build/$(1)/librig.a: $(patsubst %.cc,build/$(1)/%.o,$(RIG))
	@rm -f $$@
	@ar rcs $$@ $$^
$(call PROGRAM,$(1),spillway-milter,milter/main.o libspillway.a,$(MILTER_LIBS) $(LIBS))
$(call PROGRAM,$(1),spillway-inspector,milter/inspect/main.o libspillway.a,$(PKG_LIBS))
$(call PROGRAM,$(1),spillway-policyd,policy/main.o libspillway.a,$(LIBS))
$(call PROGRAM,$(1),spillwayctl,policy/ctl/main.o libspillway.a,$(LIBS))
$(call PROGRAM,$(1),unit-tests,$(UNIT_$(1):.cc=.o) librig.a libspillway.a,$(GTEST_LIBS) $(LIBS))
$(call PROGRAM,$(1),inproc-tests,$(INPROC:.cc=.o) librig.a libspillway.a,$(GTEST_LIBS) $(MILTER_LIBS) $(LIBS))
$(call PROGRAM,$(1),fuzz-replay,$(filter-out t/fuzz/libfuzzer.o,$(FUZZ:.cc=.o)) libspillway.a,$(LIBS))
$(call PROGRAM,$(1),fuzz,$(filter-out t/fuzz/replay.o,$(FUZZ:.cc=.o)) libspillway.a,-fsanitize=fuzzer $(LIBS))
$(call PROGRAM,$(1),spf-suite,t/conformance/spf_suite.o librig.a libspillway.a,-lyaml-cpp $(LIBS))
$(call PROGRAM,$(1),arc-suite,t/conformance/arc_suite.o librig.a libspillway.a,-lyaml-cpp $(LIBS))
$(call PROGRAM,$(1),dnsd,t/rig/dnsd_main.o librig.a libspillway.a,-lresolv)
$(call PROGRAM,$(1),scanner-filter,t/rig/scanner_filter_main.o libspillway.a,$(MILTER_LIBS) $(LIBS))
$(call PROGRAM,$(1),milterload,t/bench/milterload.o librig.a libspillway.a,)
$(call PROGRAM,$(1),policyload,t/bench/policyload.o libspillway.a,)
$(call PROGRAM,$(1),trivial-policy,t/bench/trivial_policy.o libspillway.a,$(LIBS))
$(call PROGRAM,$(1),decision,t/bench/decision.o libspillway.a,$(LIBS))
$(call PROGRAM,$(1),verify-floor,t/bench/verify_floor.o librig.a libspillway.a,$(LIBS))
$(call PROGRAM,$(1),noop-filter,t/bench/noop_filter.o,-l:libmilter.a)
endef

# $(1) flavour, $(2) program, $(3) its parts, $(4) libraries
define PROGRAM
build/$(1)/$(2): $(patsubst %,build/$(1)/%,$(3))
	@echo "LD  $$@"
	@$(CXX_$(1)) $$(BASE_LDFLAGS) $$(PRODUCT_$(1)) -o $$@ $$^ $(4)
endef

$(foreach flavour,release asan tsan,$(eval $(call FLAVOUR,$(flavour))))

all: $(PROGRAMS:%=build/release/%)  ## both daemons and spillwayctl, in build/release

# A test program that hangs must say so, not keep everybody waiting.
BOUNDED = timeout --kill-after=10 900

UNIT_PROGRAMS := spillway-inspector unit-tests inproc-tests fuzz-replay
unit-programs: $(UNIT_PROGRAMS:%=build/release/%)

FILTER ?= *
unit: unit-programs  ## GoogleTest: units, and the daemon in-process (FILTER='Dmarc*': some of them)
	$(BOUNDED) build/release/unit-tests --gtest_brief=1 --gtest_filter='$(FILTER)'
	$(BOUNDED) build/release/inproc-tests --gtest_brief=1 --gtest_filter='$(FILTER)'
	$(if $(filter-out *,$(FILTER)),,$(BOUNDED) build/release/fuzz-replay t/fuzz)

# Mostly they wait, each in a network namespace of its own. The longest first.
E2E := $(wildcard t/e2e/scanner_trouble.t t/e2e/sign.t) $(filter-out t/e2e/scanner_trouble.t t/e2e/sign.t,$(wildcard t/e2e/*.t))

e2e: all build/release/dnsd build/release/scanner-filter  ## whole-system tests against a real Postfix (CASE=dmarc: one)
	prove --timer -j3 --exec /usr/bin/python3 $(if $(CASE),t/e2e/$(CASE).t,$(E2E))

check:  ## install what is needed and pass all tests
	scripts/bootstrap
	$(MAKE) -j$(JOBS) all unit-programs $(MADE_MANUALS)
	$(MAKE) unit
	scripts/check-includes
	scripts/check-sizes
	scripts/check-docs
	scripts/check-new-check
	$(MAKE) e2e

demo:  ## install what is needed, run the gateway on real messages, show what it did (STAY=1 keeps it running)
	scripts/bootstrap
	$(MAKE) -j$(JOBS) all build/release/dnsd
	scripts/demo $(if $(STAY),--stay)

replay:  ## the incident on a real Postfix, with and without Spillway: table, JSON and plot in build/replay
	scripts/bootstrap
	$(MAKE) -j$(JOBS) all build/release/dnsd build/release/scanner-filter
	scripts/replay

sim: build/release/spillwayctl  ## the admission law on fresh scenarios (SEED=, COUNT=)
	t/sim/run

sim-ablate: build/release/spillwayctl  ## each number of the law halved and doubled, on fresh scenarios (SEED=, COUNT=)
	t/sim/ablate

conformance: build/release/spf-suite build/release/arc-suite  ## published suites in ../shared/suites (SUITES=dir)
	build/release/spf-suite $(or $(SUITES),../shared/suites)/spf/rfc7208-tests.yml
	build/release/arc-suite $(or $(SUITES),../shared/suites)/arc/arc-draft-validation-tests.yml \
	  $(or $(SUITES),../shared/suites)/arc/arc-draft-sign-tests.yml

# toml++ 3.3 reaches what it calls unreachable on some input; what comes of it is an error all the same.
build/asan/conf/toml_file.o: private PRODUCT_asan += -fno-sanitize=unreachable
# libopendkim's leak is known by its call stack, whose unwinding would take minutes for thousands of signatures.
MANY_SIGNATURES := DkimOracleTest.ChangedMessages
asan: build/release/spillway-inspector build/asan/unit-tests build/asan/inproc-tests build/asan/fuzz-replay  ## unit and protocol tests under ASan and UBSan
	ASAN_OPTIONS=fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=t/lsan.supp \
	  $(BOUNDED) build/asan/unit-tests --gtest_brief=1 --gtest_filter='-$(MANY_SIGNATURES)'
	ASAN_OPTIONS=detect_leaks=0 $(BOUNDED) build/asan/unit-tests --gtest_brief=1 --gtest_filter='$(MANY_SIGNATURES)'
	$(BOUNDED) build/asan/inproc-tests --gtest_brief=1
	$(BOUNDED) build/asan/fuzz-replay t/fuzz

$(FUZZ:%.cc=build/asan/%.o): private TEST_asan += -fsanitize-coverage=inline-8bit-counters,indirect-calls,trace-cmp,pc-table
fuzz: build/asan/fuzz  ## libFuzzer on each harness under ASan and UBSan (TIME=60 seconds each, CASE=mime_walk: one)
	t/fuzz/run $(or $(TIME),60) $(CASE)

tsan: build/release/spillway-inspector build/tsan/unit-tests build/tsan/inproc-tests  ## unit tests of what has threads, and protocol tests, under TSan
	TSAN_OPTIONS="suppressions=t/tsan.supp" $(BOUNDED) build/tsan/unit-tests --gtest_brief=1
	TSAN_OPTIONS="suppressions=t/tsan.supp" $(BOUNDED) build/tsan/inproc-tests --gtest_brief=1

bench: all $(TOOLS:%=build/release/%)  ## throughput beside a no-op filter and opendkim, and what a signature costs at least
	t/bench/compare
	t/bench/policy
	build/release/decision
	build/release/verify-floor

bench-peers: all build/release/milterload build/release/noop-filter build/release/dnsd  ## the same work beside opendkim + opendmarc and rspamd, installed for it
	scripts/bootstrap --peers
	t/bench/compare --peers

FORMATTED = $(SOURCES) $(MAINS) $(RIG) $(UNIT) $(INPROC) $(FUZZ) $(wildcard t/rig/*_main.cc t/bench/*.cc t/conformance/*.cc) \
  $(wildcard conf/*.h milter/*.h milter/*/*.h policy/*.h policy/*/*.h t/rig/*.h t/inproc/*.h)
format:  ## rewrite the sources in the house's style
	clang-format -i $(FORMATTED)

TIDY = printf '%s\n' $(SOURCES) $(MAINS) | scripts/tidy $(1) $(filter-out -Werror -fPIE,$(LANGUAGE))
tidy:  ## clang-format and clang-tidy, both must be clean
	@clang-format --dry-run -Werror $(FORMATTED)
	@$(call TIDY)

tidy-changed:  ## the same, clang-tidy only on what changed in the last days (DAYS=1)
	@clang-format --dry-run -Werror $(FORMATTED)
	@$(call TIDY,--days $(or $(DAYS),1))

deb:  ## Debian package in dist/
	scripts/make-deb $(VERSION)

build/man/spillway.toml.5: conf/spillway.toml packaging/man/spillway.toml.5.in scripts/config-manual
	@mkdir -p $(@D)
	scripts/config-manual conf/spillway.toml packaging/man/spillway.toml.5.in > $@
build/man/spillwayctl.8: build/release/spillwayctl packaging/man/spillwayctl.8.in scripts/metrics-manual
	@mkdir -p $(@D)
	build/release/spillwayctl metrics | scripts/metrics-manual packaging/man/spillwayctl.8.in > $@

install: all $(MADE_MANUALS)  ## DESTDIR, PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(SYSCONFDIR)/spillway \
	  $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/share/doc/spillway
	install -m 755 $(SBIN_PROGRAMS:%=build/release/%) $(DESTDIR)$(PREFIX)/sbin
	install -D -m 755 build/release/spillway-inspector $(DESTDIR)$(PREFIX)/libexec/spillway/spillway-inspector
	install -m 644 packaging/man/*.8 $(filter %.8,$(MADE_MANUALS)) $(DESTDIR)$(PREFIX)/share/man/man8
	install -d $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 packaging/man/*.5 $(filter %.5,$(MADE_MANUALS)) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 conf/rules.toml conf/postfix/main.cf.sample conf/sendmail/spillway.mc $(DESTDIR)$(PREFIX)/share/doc/spillway
	test -e $(DESTDIR)$(SYSCONFDIR)/spillway/spillway.toml || \
	  install -m 644 conf/spillway.toml $(DESTDIR)$(SYSCONFDIR)/spillway/spillway.toml
	for unit in spillway-milter spillway-policyd; do \
	  sed -e 's,@sbindir@,$(PREFIX)/sbin,g' -e 's,@sysconfdir@,$(SYSCONFDIR),g' packaging/systemd/$$unit.service.in \
	    > $(DESTDIR)$(UNITDIR)/$$unit.service; done

uninstall:  ## the configuration stays
	rm -f $(SBIN_PROGRAMS:%=$(DESTDIR)$(PREFIX)/sbin/%) $(DESTDIR)$(UNITDIR)/spillway-milter.service \
	  $(DESTDIR)$(UNITDIR)/spillway-policyd.service
	rm -f $(patsubst %,$(DESTDIR)$(PREFIX)/share/man/man8/%,$(notdir $(wildcard packaging/man/*.8) $(filter %.8,$(MADE_MANUALS)))) \
	  $(patsubst %,$(DESTDIR)$(PREFIX)/share/man/man5/%,$(notdir $(wildcard packaging/man/*.5) $(filter %.5,$(MADE_MANUALS))))
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/spillway $(DESTDIR)$(PREFIX)/libexec/spillway

clean:  ## remove build/ and dist/
	rm -rf build dist

compile-commands: compile_commands.json  ## for editors and clangd
compile_commands.json: Makefile
	@$(foreach source,$(SOURCES) $(MAINS) $(RIG) $(UNIT) $(INPROC) $(FUZZ),$(file >>$@.list,$(source)))
	@scripts/compile-commands '$(subst ',,$(LANGUAGE))' < $@.list > $@
	@rm -f $@.list

help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

-include $(shell find build -name '*.d' -type f -not -path 'build/deb/*' 2>/dev/null)
