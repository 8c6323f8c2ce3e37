//! How far it is: a bar on a terminal, plain lines elsewhere. Always on the error stream.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};

pub struct Progress {
    of: u64,
    bar: Option<ProgressBar>,
    /// Tenths that were told.
    told: u64,
}

impl Progress {
    pub fn new(of: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
            if let Ok(style) =
                ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} items, {eta} left")
            {
                bar.set_style(style);
            }
            bar
        });
        Self { of, bar, told: 0 }
    }

    pub fn reached(&mut self, done: u64) {
        match &self.bar {
            Some(bar) => bar.set_position(done),
            None => {
                let tenth = done * 10 / self.of.max(1);
                if tenth > self.told {
                    self.told = tenth;
                    // Nobody may be reading: then there is nobody to tell.
                    let _ = writeln!(std::io::stderr(), "{done} of {} items", self.of);
                }
            }
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
