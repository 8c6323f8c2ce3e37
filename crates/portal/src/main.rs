//! `postern-portal`: the hosted half of Postern.

use std::process::ExitCode;

fn main() -> ExitCode {
    postern_portal::cli::main()
}
