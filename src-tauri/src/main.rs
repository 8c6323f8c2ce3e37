//! The desktop console.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    spare_the_renderer();
    postern_app::run(postern_app::Arguments::parse())
}

/// Under software rendering WebKitGTK draws twice as fast without DMA buffers. Whoever set the variable knows better.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn spare_the_renderer() {
    const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(NAME).is_none() {
        // SAFETY: the process has one thread yet.
        unsafe { std::env::set_var(NAME, "1") };
    }
}
