# Two commands do everything: `make demo` and `make test`. Both install what is missing first.

LVS_LAB := target/release/lvs-lab

# Where rustup puts cargo, in case the shell does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

.PHONY: demo test lint bench setup-demo setup-test build

demo: setup-demo build
	$(LVS_LAB) test nat dr tun fullnat ha

test: setup-test
	./.ci/test

lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

bench: setup-test build
	cargo bench --bench lab
	cargo bench --bench ha

build:
	cargo build --release

setup-demo:
	@./.ci/setup demo

setup-test:
	@./.ci/setup test
