//! A desktop of its own: a virtual display, a session bus, a keyring with its Secret Service, a notification daemon.

use crate::place::Place;
use crate::process::Running;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Desktop {
    display: String,
    bus: String,
    home: PathBuf,
    // In the order in which they end.
    _dunst: Option<Running>,
    _keyring: Option<Running>,
    _bus: Running,
    _xvfb: Option<Running>,
}

impl Desktop {
    /// Everything that a person's desktop has.
    pub fn start(place: &Place) -> Self {
        let (xvfb, number) = Running::start_until_line(
            "Xvfb",
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
                .stderr(Stdio::null()),
            "",
            Duration::from_secs(20),
        );
        let mut desktop = Self::on_display(place, format!(":{number}"), Some(xvfb));
        desktop._dunst = Some(desktop.dunst(place));
        desktop
    }

    /// A session bus and a keyring: what programs in a terminal need.
    pub fn without_display(place: &Place) -> Self {
        Self::on_display(place, String::new(), None)
    }

    fn on_display(place: &Place, display: String, xvfb: Option<Running>) -> Self {
        let home = place.folder("home");
        let (bus_process, bus) = Running::start_until_line(
            "dbus-daemon",
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address=1"])
                .env("HOME", &home)
                .env("DISPLAY", &display)
                .stderr(Stdio::null()),
            "",
            Duration::from_secs(20),
        );
        let mut desktop =
            Self { display, bus, home, _dunst: None, _keyring: None, _bus: bus_process, _xvfb: xvfb };
        desktop._keyring = Some(desktop.keyring(place));
        desktop
    }

    /// A command that runs on this desktop and finds nothing of the one outside.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("HOME", &self.home)
            .env("XDG_DATA_HOME", self.home.join(".local/share"))
            .env("XDG_CONFIG_HOME", self.home.join(".config"))
            .env("XDG_CACHE_HOME", self.home.join(".cache"))
            .env("XDG_RUNTIME_DIR", &self.home)
            .env_remove("WAYLAND_DISPLAY")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("LC_ALL", "C.UTF-8");
        command
    }

    pub fn home(&self) -> &std::path::Path {
        &self.home
    }

    fn keyring(&self, place: &Place) -> Running {
        let control = place.folder("keyring");
        let mut command = self.command("gnome-keyring-daemon");
        command
            .args(["--foreground", "--unlock", "--components=secrets"])
            .arg(format!("--control-directory={}", control.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("gnome-keyring-daemon");
        child.stdin.take().expect("a pipe").write_all(b"journey\n").expect("a password");
        let running = Running::adopt("gnome-keyring-daemon", child);
        self.wait_for_name("org.freedesktop.secrets");
        running
    }

    fn dunst(&self, place: &Place) -> Running {
        let config = place.path("dunstrc");
        std::fs::write(&config, "[global]\n  history_length = 100\n  monitor = 0\n").expect("dunstrc");
        let running = Running::start(
            "dunst",
            self.command("dunst").arg("-conf").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()),
        );
        self.wait_for_name("org.freedesktop.Notifications");
        running
    }

    fn wait_for_name(&self, name: &str) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            let asked = self
                .command("dbus-send")
                .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
                .arg("org.freedesktop.DBus.NameHasOwner")
                .arg(format!("string:{name}"))
                .output()
                .expect("dbus-send");
            if String::from_utf8_lossy(&asked.stdout).contains("boolean true") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{name} did not come up on the session bus");
    }

    /// The notifications that were closed, newest first; what is still on the screen is not among them.
    pub fn notifications(&self) -> Vec<Notification> {
        let output = self.command("dunstctl").arg("history").output().expect("dunstctl");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "dunstctl history: {said}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("dunstctl's JSON");
        json["data"][0]
            .as_array()
            .map(|entries| entries.iter().map(Notification::read).collect())
            .unwrap_or_default()
    }

    /// How many notifications are on the screen now.
    pub fn displayed(&self) -> u32 {
        let output = self.command("dunstctl").args(["count", "displayed"]).output().expect("dunstctl");
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0)
    }

    /// Puts what is on the screen into the history.
    pub fn close_all(&self) {
        let closed = self.command("dunstctl").arg("close-all").status();
        assert!(closed.is_ok_and(|status| status.success()), "dunstctl close-all");
    }

    /// Chooses the action of the notification on the screen, as a click would.
    pub fn choose_default_action(&self) {
        let chosen = self.command("dunstctl").args(["action", "0"]).status();
        assert!(chosen.is_ok_and(|status| status.success()), "dunstctl action");
    }

    /// A picture of the whole display.
    pub fn screenshot(&self, name: &str) {
        let path = crate::place::artefact(name);
        let taken = self.command("import").args(["-window", "root"]).arg(&path).status();
        assert!(taken.is_ok_and(|status| status.success()), "import could not write {}", path.display());
    }
}

#[derive(Clone, Debug)]
pub struct Notification {
    pub app: String,
    pub summary: String,
    pub body: String,
}

impl Notification {
    fn read(entry: &serde_json::Value) -> Self {
        let text = |key: &str| entry[key]["data"].as_str().unwrap_or_default().to_owned();
        Self { app: text("appname"), summary: text("summary"), body: text("body") }
    }
}
