//! The `lvs-lab` program: everything happens in the library.

fn main() -> std::process::ExitCode {
    lvs_lab::cli::main()
}
