//! Package names by purpose and family, and the reading of the package managers' answers.

use super::Family;

/// What the packages are for. Each purpose includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Build and run the portal.
    Portal,
    /// Build and show the console's window.
    Console,
    /// Show the window on a virtual display, with a session bus and a secret store.
    HeadlessConsole,
    /// Drive the window from tests: WebDriver, notifications, a window manager. PostgreSQL is left out for as long as
    /// no test uses it.
    Tests,
}

impl Purpose {
    pub fn has_window(self) -> bool {
        self >= Self::Console
    }
}

type Names = &'static [&'static str];

const DEBIAN: [(Purpose, Names); 4] = [
    (Purpose::Portal, &["build-essential", "pkg-config", "ca-certificates"]),
    (
        Purpose::Console,
        &[
            "libwebkit2gtk-4.1-dev",
            "libgtk-3-dev",
            "librsvg2-dev",
            "libayatana-appindicator3-dev",
            "libdbus-1-dev",
        ],
    ),
    (
        Purpose::HeadlessConsole,
        // Names are written in many scripts: the second font knows those that the first does not.
        &[
            "xvfb",
            "dbus",
            "dbus-x11",
            "gnome-keyring",
            "at-spi2-core",
            "imagemagick",
            "fonts-dejavu-core",
            "fonts-droid-fallback",
        ],
    ),
    // `dunstctl history` asks with busctl, which is systemd's.
    (
        Purpose::Tests,
        &["webkit2gtk-driver", "dunst", "systemd", "libsecret-tools", "openbox", "xauth", "xdotool"],
    ),
];

const FEDORA: [(Purpose, Names); 4] = [
    (Purpose::Portal, &["gcc", "gcc-c++", "make", "pkgconf-pkg-config", "ca-certificates"]),
    (
        Purpose::Console,
        &[
            "webkit2gtk4.1-devel",
            "gtk3-devel",
            "librsvg2-devel",
            "libayatana-appindicator-gtk3-devel",
            "dbus-devel",
        ],
    ),
    (
        Purpose::HeadlessConsole,
        &[
            "xorg-x11-server-Xvfb",
            "dbus-daemon",
            "gnome-keyring",
            "at-spi2-core",
            "ImageMagick",
            "dejavu-sans-fonts",
        ],
    ),
    (Purpose::Tests, &["webkitgtk6.0", "dunst", "libsecret", "openbox", "xorg-x11-xauth", "xdotool"]),
];

const ARCH: [(Purpose, Names); 4] = [
    (Purpose::Portal, &["base-devel", "ca-certificates"]),
    (Purpose::Console, &["webkit2gtk-4.1", "gtk3", "librsvg", "libayatana-appindicator", "dbus"]),
    (
        Purpose::HeadlessConsole,
        &["xorg-server-xvfb", "gnome-keyring", "at-spi2-core", "imagemagick", "ttf-dejavu"],
    ),
    (Purpose::Tests, &["dunst", "libsecret", "openbox", "xorg-xauth", "xdotool"]),
];

/// The packages that `purpose` needs; empty where packages are not looked for by name.
pub fn wanted(family: Family, purpose: Purpose) -> Vec<&'static str> {
    let table = match family {
        Family::Debian => &DEBIAN,
        Family::Fedora => &FEDORA,
        Family::Arch => &ARCH,
        Family::OtherLinux | Family::MacOs | Family::Windows => return Vec::new(),
    };
    table.iter().filter(|(least, _)| *least <= purpose).flat_map(|(_, names)| names.iter().copied()).collect()
}

/// `dpkg-query` prints `name status` per package that it has heard of, and nothing for the others.
pub fn not_installed_of_dpkg(wanted: &[&str], answer: &str) -> Vec<String> {
    let installed: Vec<&str> = answer.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().filter(|name| !installed.contains(name)).map(|name| (*name).to_owned()).collect()
}

/// `rpm --query --whatprovides` prints `no package provides NAME` for the missing ones.
pub fn not_installed_of_rpm(answer: &str) -> Vec<String> {
    answer.lines().filter_map(|line| line.strip_prefix("no package provides ")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{Family, Purpose, not_installed_of_dpkg, not_installed_of_rpm, wanted};

    #[test]
    fn the_portal_needs_no_window_packages() {
        let portal = wanted(Family::Debian, Purpose::Portal);
        assert!(portal.contains(&"build-essential"));
        assert!(!portal.iter().any(|name| name.contains("webkit") || name.contains("gtk")));
    }

    #[test]
    fn each_purpose_includes_the_ones_before_it() {
        for family in [Family::Debian, Family::Fedora, Family::Arch] {
            let console = wanted(family, Purpose::Console);
            let tests = wanted(family, Purpose::Tests);
            assert!(console.iter().all(|name| tests.contains(name)));
            assert!(tests.len() > console.len());
        }
    }

    #[test]
    fn packages_that_dpkg_removed_or_never_knew_are_missing() {
        let answer = "gcc installed\nxvfb config-files\ndunst not-installed\n";
        assert_eq!(
            not_installed_of_dpkg(&["gcc", "xvfb", "dunst", "openbox"], answer),
            ["xvfb", "dunst", "openbox"]
        );
    }

    #[test]
    fn a_package_whose_name_begins_like_an_installed_one_is_missing() {
        assert_eq!(not_installed_of_dpkg(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }

    #[test]
    fn rpm_says_what_nobody_provides() {
        assert_eq!(not_installed_of_rpm("gcc\nno package provides dunst\n"), ["dunst"]);
    }
}
