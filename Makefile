# SPDX-License-Identifier: BSD-2-Clause
# One plain GNU Makefile. Flavours (release, asan, tsan) are separate trees below build/, made from the
# same rules; header dependencies are the compiler's.
#
#   make help     what can be made

PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,$(PREFIX)/lib/systemd/system)
VERSION := 0.1.0

ifeq ($(origin CXX),default)
CXX := g++
endif
CCACHE := $(shell command -v ccache 2>/dev/null)
PKGS := libcares opendkim openssl libidn2 libsystemd re2 gmime-3.0 libarchive libmagic libseccomp libxml-2.0 libpsl
# As system headers: glib's have no need to please our warnings.
PKG_CFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
PKG_LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wno-missing-field-initializers -Werror
CXXFLAGS ?= -O2 -g
BASE_CXXFLAGS = -std=c++20 -pthread -I. -DSPILLWAY_VERSION='"$(VERSION)"' \
  -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE $(WARNINGS) $(PKG_CFLAGS)
# libmilter is linked statically: some of the calls it makes are wrapped.
comma := ,
POOL_CURE := pthread_create pthread_detach pthread_cond_timedwait pthread_cond_signal sigwait
IO_CURE := accept close poll read writev
WRAPS := -Wl,--undefined=__wrap_sigwait -Wl,--undefined=__wrap_read $(patsubst %,-Wl$(comma)--wrap=%,$(POOL_CURE) $(IO_CURE))
BASE_LDFLAGS = -pthread -pie -Wl,-z,relro,-z,now,--as-needed
LIBS = -lspf2 $(PKG_LIBS) -lresolv -lrt
MILTER_LIBS = -l:libmilter.a

MAINS := milter/main.cc milter/inspect/main.cc policy/main.cc policy/ctl/main.cc
SOURCES := $(filter-out $(MAINS),$(wildcard conf/*.cc milter/*.cc milter/*/*.cc policy/*.cc policy/*/*.cc))
RIG := $(filter-out %_main.cc,$(wildcard t/rig/*.cc))
UNIT := $(wildcard t/unit/*/*_test.cc t/unit/*/*/*_test.cc)
INPROC := $(wildcard t/inproc/*.cc)
FUZZ := $(wildcard t/fuzz/*.cc)
PROGRAMS := spillway-milter spillway-inspector spillway-policyd spillwayctl
TOOLS := dnsd milterload noop-filter policyload trivial-policy verify-floor

.DEFAULT_GOAL := all
.PHONY: all check demo replay sim conformance asan tsan tidy format install uninstall clean help deb bench bench-peers unit e2e

# $(1) flavour, $(2) its extra flags
define FLAVOUR
build/$(1)/%.o: %.cc Makefile
	@mkdir -p $$(@D)
	@echo "CXX $$@"
	@$$(CCACHE) $$(CXX) $$(BASE_CXXFLAGS) $$(CXXFLAGS) $(2) -MMD -MP -c $$< -o $$@
build/$(1)/libspillway.a: $$(patsubst %.cc,build/$(1)/%.o,$(SOURCES))
	@rm -f $$@
	@ar rcs $$@ $$^
build/$(1)/librig.a: $$(patsubst %.cc,build/$(1)/%.o,$(RIG))
	@rm -f $$@
	@ar rcs $$@ $$^
build/$(1)/spillway-milter: build/$(1)/milter/main.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) $$(WRAPS) -o $$@ $$^ $$(MILTER_LIBS) $$(LIBS)
build/$(1)/spillway-inspector: build/$(1)/milter/inspect/main.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(PKG_LIBS)
build/$(1)/spillway-policyd: build/$(1)/policy/main.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(PKG_LIBS)
build/$(1)/spillwayctl: build/$(1)/policy/ctl/main.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(LIBS)
build/$(1)/unit-tests: $$(patsubst %.cc,build/$(1)/%.o,$(UNIT)) build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ -lgmock -lgtest -lgtest_main $$(LIBS)
build/$(1)/inproc-tests: $$(patsubst %.cc,build/$(1)/%.o,$(INPROC)) build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) $$(WRAPS) -o $$@ $$^ -lgmock -lgtest -lgtest_main $$(MILTER_LIBS) $$(LIBS)
build/$(1)/fuzz-replay: $$(patsubst %.cc,build/$(1)/%.o,$(FUZZ)) build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(LIBS)
build/$(1)/%-suite: build/$(1)/t/conformance/%_suite.o build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ -lyaml-cpp $$(LIBS)
build/$(1)/dnsd: build/$(1)/t/rig/dnsd_main.o build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ -lresolv
build/$(1)/scanner-filter: build/$(1)/t/rig/scanner_filter_main.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) $$(WRAPS) -o $$@ $$^ $$(MILTER_LIBS) $$(LIBS)
build/$(1)/milterload: build/$(1)/t/bench/milterload.o build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^
build/$(1)/policyload: build/$(1)/t/bench/policyload.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^
build/$(1)/trivial-policy: build/$(1)/t/bench/trivial_policy.o build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(PKG_LIBS)
build/$(1)/verify-floor: build/$(1)/t/bench/verify_floor.o build/$(1)/librig.a build/$(1)/libspillway.a
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ $$(LIBS)
build/$(1)/noop-filter: build/$(1)/t/bench/noop_filter.o
	@echo "LD  $$@"
	@$$(CXX) $$(BASE_LDFLAGS) $$(CXXFLAGS) $(2) -o $$@ $$^ -l:libmilter.a
endef
$(eval $(call FLAVOUR,release,))
$(eval $(call FLAVOUR,asan,-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1))
$(eval $(call FLAVOUR,tsan,-fsanitize=thread -O1 -Wno-tsan))

all: $(PROGRAMS:%=build/release/%)  ## both daemons and spillwayctl, in build/release

# A test program that hangs must say so, not keep everybody waiting.
BOUNDED = timeout --kill-after=10 900

unit: build/release/spillway-inspector build/release/unit-tests build/release/inproc-tests build/release/fuzz-replay  ## GoogleTest: units, and the daemon in-process
	$(BOUNDED) build/release/unit-tests --gtest_brief=1
	$(BOUNDED) build/release/inproc-tests --gtest_brief=1
	$(BOUNDED) build/release/fuzz-replay t/fuzz

e2e: all build/release/dnsd build/release/scanner-filter  ## whole-system tests against a real Postfix
	prove --timer --exec /usr/bin/python3 t/e2e

check:  ## install what is needed and pass all tests
	scripts/bootstrap
	$(MAKE) all unit
	$(MAKE) build/man/spillway.toml.5
	scripts/check-includes
	scripts/check-sizes
	scripts/check-docs
	$(MAKE) e2e

demo:  ## install what is needed, run the gateway on real messages, show what it did (STAY=1 keeps it running)
	scripts/bootstrap
	$(MAKE) all build/release/dnsd
	scripts/demo $(if $(STAY),--stay)

replay:  ## the incident on a real Postfix, with and without Spillway: table, JSON and plot in build/replay
	scripts/bootstrap
	$(MAKE) all build/release/dnsd build/release/scanner-filter
	scripts/replay

sim: build/release/spillwayctl  ## the admission law on the judging scenarios
	t/sim/run t/sim/judge

conformance: build/release/spf-suite build/release/arc-suite  ## published suites in ../shared/suites (SUITES=dir)
	build/release/spf-suite $(or $(SUITES),../shared/suites)/spf/rfc7208-tests.yml
	build/release/arc-suite $(or $(SUITES),../shared/suites)/arc/arc-draft-validation-tests.yml \
	  $(or $(SUITES),../shared/suites)/arc/arc-draft-sign-tests.yml

asan: build/release/spillway-inspector build/asan/unit-tests build/asan/inproc-tests build/asan/fuzz-replay  ## unit and protocol tests under ASan and UBSan
	ASAN_OPTIONS=fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=t/lsan.supp $(BOUNDED) build/asan/unit-tests --gtest_brief=1
	$(BOUNDED) build/asan/inproc-tests --gtest_brief=1
	$(BOUNDED) build/asan/fuzz-replay t/fuzz

tsan: build/release/spillway-inspector build/tsan/unit-tests build/tsan/inproc-tests  ## unit and protocol tests under TSan
	TSAN_OPTIONS="suppressions=t/tsan.supp" $(BOUNDED) build/tsan/unit-tests --gtest_brief=1
	TSAN_OPTIONS="suppressions=t/tsan.supp" $(BOUNDED) build/tsan/inproc-tests --gtest_brief=1

bench: all $(TOOLS:%=build/release/%)  ## throughput beside a no-op filter and opendkim, and what a signature costs at least
	t/bench/compare
	t/bench/policy
	build/release/verify-floor

bench-peers: all build/release/milterload build/release/noop-filter build/release/dnsd  ## the same work beside opendkim + opendmarc and rspamd, installed for it
	scripts/bootstrap --peers
	t/bench/compare --peers

FORMATTED = $(SOURCES) $(MAINS) $(RIG) $(UNIT) $(INPROC) $(FUZZ) $(wildcard t/rig/*_main.cc t/bench/*.cc t/conformance/*.cc) \
  $(wildcard conf/*.h milter/*.h milter/*/*.h policy/*.h policy/*/*.h t/rig/*.h t/inproc/*.h)
format:  ## rewrite the sources in the house's style
	clang-format -i $(FORMATTED)

tidy:  ## clang-format and clang-tidy, both must be clean
	clang-format --dry-run -Werror $(FORMATTED)
	printf '%s\n' $(SOURCES) $(MAINS) | TIDY_FLAGS='$(subst ',,$(filter-out -Werror -fPIE,$(BASE_CXXFLAGS)))' \
	  xargs -P2 -n4 sh -c 'clang-tidy --quiet "$$@" -- $$TIDY_FLAGS 2>/dev/null' tidy

deb:  ## Debian package in dist/
	scripts/make-deb $(VERSION)

build/man/spillway.toml.5: conf/spillway.toml packaging/man/spillway.toml.5.in scripts/config-manual
	@mkdir -p $(@D)
	scripts/config-manual conf/spillway.toml packaging/man/spillway.toml.5.in > $@

install: all build/man/spillway.toml.5  ## DESTDIR, PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(SYSCONFDIR)/spillway \
	  $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/share/doc/spillway
	install -m 755 $(PROGRAMS:%=build/release/%) $(DESTDIR)$(PREFIX)/sbin
	install -m 644 packaging/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -d $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 build/man/spillway.toml.5 packaging/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 conf/rules.toml conf/postfix/main.cf.sample conf/sendmail/spillway.mc $(DESTDIR)$(PREFIX)/share/doc/spillway
	test -e $(DESTDIR)$(SYSCONFDIR)/spillway/spillway.toml || \
	  install -m 644 conf/spillway.toml $(DESTDIR)$(SYSCONFDIR)/spillway/spillway.toml
	for unit in spillway-milter spillway-policyd; do \
	  sed -e 's,@sbindir@,$(PREFIX)/sbin,g' -e 's,@sysconfdir@,$(SYSCONFDIR),g' packaging/systemd/$$unit.service.in \
	    > $(DESTDIR)$(UNITDIR)/$$unit.service; done

uninstall:  ## the configuration stays
	rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/sbin/%) $(DESTDIR)$(UNITDIR)/spillway-milter.service \
	  $(DESTDIR)$(UNITDIR)/spillway-policyd.service
	rm -f $(patsubst packaging/man/%,$(DESTDIR)$(PREFIX)/share/man/man8/%,$(wildcard packaging/man/*.8)) \
	  $(patsubst packaging/man/%,$(DESTDIR)$(PREFIX)/share/man/man5/%,$(wildcard packaging/man/*.5)) \
	  $(DESTDIR)$(PREFIX)/share/man/man5/spillway.toml.5
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/spillway

clean:  ## remove build/ and dist/
	rm -rf build dist

help:  ## this list
	@sed -n 's/^\([a-z0-9]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

-include $(shell find build -name '*.d' -type f -not -path 'build/deb/*' 2>/dev/null)
