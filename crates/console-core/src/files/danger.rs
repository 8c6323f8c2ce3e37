//! Files that the system would run instead of showing.

/// What systems run, or hand to something that runs it, when it is opened.
const RUN: &[&str] = &[
    "apk",
    "app",
    "appimage",
    "appref-ms",
    "bat",
    "bash",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "exe",
    "fish",
    "gadget",
    "hta",
    "inf",
    "ins",
    "iso",
    "jar",
    "js",
    "jse",
    "jnlp",
    "lnk",
    "msc",
    "msh",
    "msi",
    "msp",
    "mst",
    "pif",
    "pkg",
    "pl",
    "ps1",
    "ps1xml",
    "ps2",
    "psc1",
    "py",
    "pyc",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sct",
    "sh",
    "shb",
    "shs",
    "so",
    "terminal",
    "tool",
    "url",
    "vb",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xbap",
    "xll",
    "zsh",
];

/// How programs begin, whatever they are called: Windows, Linux, macOS (both ways round), scripts.
const BEGINS: &[&[u8]] =
    &[b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!"];

/// Whether opening a file of this name, which begins like this, could run something.
pub(super) fn could_run(name: &str, head: &[u8]) -> bool {
    // Windows takes dots and blanks at the end of a name away.
    let name = name.trim_end_matches([' ', '.']).to_lowercase();
    let by_name = name.rsplit_once('.').is_some_and(|(_, ending)| RUN.contains(&ending));
    by_name || BEGINS.iter().any(|begin| head.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::could_run;

    #[test]
    fn programs_are_known_by_their_names_and_by_how_they_begin() {
        for name in ["setup.exe", "Invoice.PDF.Scr", "run.sh", "a.desktop", "x.exe. ", "tool.AppImage"] {
            assert!(could_run(name, b""), "{name}");
        }
        assert!(could_run("report.pdf", b"MZ\x90\0"));
        assert!(could_run("report", b"#!/bin/sh"));
        for name in ["report.pdf", "exe", "plan.docx", "photo.jpeg", "notes.txt", "data.csv"] {
            assert!(!could_run(name, b"%PDF-1.7"), "{name}");
        }
    }
}
