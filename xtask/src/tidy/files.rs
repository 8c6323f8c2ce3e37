//! How long a file may be. Tests and generated files are not counted.

#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    Fine,
    ThinkAgain(usize),
    TooLong(usize),
}

const THINK_AGAIN: usize = 500;
const TOO_LONG: usize = 800;
const WRITTEN: [&str; 7] = [".rs", ".ts", ".js", ".mjs", ".svelte", ".css", ".html"];

pub fn check_length(file: &str, source: &str) -> Length {
    if !WRITTEN.iter().any(|ending| file.ends_with(ending)) || is_test(file) || is_generated(file) {
        return Length::Fine;
    }
    match lines_of_code(file, source) {
        lines if lines > TOO_LONG => Length::TooLong(lines),
        lines if lines > THINK_AGAIN => Length::ThinkAgain(lines),
        _ => Length::Fine,
    }
}

/// All lines, but for a Rust file's own test module at its end.
fn lines_of_code(file: &str, source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let end = if file.ends_with(".rs") {
        lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod tests {"))
    } else {
        None
    };
    end.unwrap_or(lines.len())
}

fn is_test(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    file.starts_with("tests/")
        || file.contains("/tests/")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name == "tests.rs"
        || name.ends_with("_tests.rs")
}

fn is_generated(file: &str) -> bool {
    file.contains("/generated/") || file.starts_with("gen/")
}

#[cfg(test)]
mod tests {
    use super::{Length, check_length};

    fn lines(count: usize) -> String {
        "x\n".repeat(count)
    }

    #[test]
    fn long_files_are_warned_about_and_longer_ones_refused() {
        assert_eq!(check_length("crates/a/src/b.rs", &lines(500)), Length::Fine);
        assert_eq!(check_length("crates/a/src/b.rs", &lines(501)), Length::ThinkAgain(501));
        assert_eq!(check_length("ui/src/App.svelte", &lines(801)), Length::TooLong(801));
    }

    #[test]
    fn tests_generated_files_and_data_may_be_long() {
        for file in [
            "crates/a/tests/b.rs",
            "tests/journeys/tests/x.rs",
            "ui/src/q.test.ts",
            "ui/src/lib/generated/A.ts",
            "Cargo.lock",
        ] {
            assert_eq!(check_length(file, &lines(5000)), Length::Fine, "{file}");
        }
    }

    #[test]
    fn a_test_module_at_the_end_is_not_counted() {
        let source = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(400), lines(900));
        assert_eq!(check_length("crates/a/src/b.rs", &source), Length::Fine);
    }
}
