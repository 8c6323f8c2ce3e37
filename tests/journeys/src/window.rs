//! The real window, driven through WebDriver as a person would drive it.

use crate::desktop::Desktop;
use crate::eventually;
use crate::place::{artefact, binary};
use crate::process::{Running, free_port};
use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use thirtyfour::prelude::*;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// WebKit's driver takes a picture when the next frame was shown, and on a virtual display a page on which nothing moves
/// shows none for up to a minute. One pixel that nobody sees moves then.
const MOVE: &str = "if (!document.getElementById('moves')) {
    const pixel = document.createElement('i');
    pixel.id = 'moves';
    Object.assign(pixel.style, { position: 'fixed', right: 0, bottom: 0, width: '1px', height: '1px' });
    document.body.append(pixel);
    pixel.animate([{ opacity: 0.01 }, { opacity: 0.02 }], { duration: 200, iterations: Infinity });
}";

pub struct Window {
    pub driver: WebDriver,
    _webdriver: Running,
}

impl Window {
    /// Opens the console on a profile. `sign_in` is portal, e-mail and password of a first start.
    pub async fn open(desktop: &Desktop, profile: &Path, sign_in: Option<(&str, &str, &str)>) -> Self {
        std::fs::create_dir_all(profile).expect("a profile folder");
        let mut arguments = vec!["--profile".to_owned(), profile.display().to_string()];
        if let Some((portal, email, password)) = sign_in {
            let file = profile.join("sign-in.json");
            let content = json!({ "portal": portal, "email": email, "password": password });
            std::fs::write(&file, content.to_string()).expect("the sign-in file");
            arguments.extend(["--sign-in".to_owned(), file.display().to_string()]);
        }
        let port = free_port();
        let webdriver = Running::start(
            "WebKitWebDriver",
            desktop
                .command("WebKitWebDriver")
                .arg(format!("--port={port}"))
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let address = format!("http://127.0.0.1:{port}");
        let driver = eventually("WebKitWebDriver opens the console", PATIENCE, || async {
            let mut capabilities = Capabilities::new();
            capabilities
                .set("webkitgtk:browserOptions", json!({ "binary": binary("postern"), "args": arguments }))
                .expect("JSON");
            WebDriver::new(&address, capabilities).await.ok()
        })
        .await;
        Self { driver, _webdriver: webdriver }
    }

    pub async fn close(self) {
        // The console ends with its session; the driver with this value.
        let _ = self.driver.quit().await;
    }

    pub async fn find(&self, test_id: &str) -> WebElement {
        self.select(&format!("[data-testid='{test_id}']")).await
    }

    pub async fn select(&self, css: &str) -> WebElement {
        eventually(&format!("{css} is on the screen"), PATIENCE, || async {
            let element = self.driver.find(By::Css(css)).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
        .await
    }

    pub async fn is_there(&self, css: &str) -> bool {
        self.driver.find(By::Css(css)).await.is_ok()
    }

    /// Waits until it is not on the screen any more. What stands below moves then: look at it again before a click.
    pub async fn leaves(&self, css: &str) {
        eventually(&format!("{css} leaves the screen"), PATIENCE, || async {
            (!self.is_there(css).await).then_some(())
        })
        .await;
    }

    pub async fn click(&self, test_id: &str) {
        self.click_on(&format!("[data-testid='{test_id}']")).await;
    }

    pub async fn click_on(&self, css: &str) {
        eventually(&format!("{css} can be clicked"), PATIENCE, || async {
            self.select(css).await.click().await.ok()
        })
        .await;
    }

    pub async fn type_into(&self, test_id: &str, text: &str) {
        self.find(test_id).await.send_keys(text).await.expect("keys");
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.expect("a focused element");
        focused.send_keys(keys).await.expect("keys");
    }

    pub async fn text(&self, test_id: &str) -> String {
        self.find(test_id).await.text().await.unwrap_or_default()
    }

    /// Waits until the element says something that `wanted` accepts; what it said.
    pub async fn text_where(&self, test_id: &str, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        eventually(&format!("{test_id} says {what}"), PATIENCE, || async {
            let text = self.text(test_id).await;
            wanted(&text).then_some(text)
        })
        .await
    }

    /// Opens an item of the list in the reading pane. The list may be drawn anew while it is clicked on.
    pub async fn open_item(&self, reference: &str) {
        let row = format!("[data-testid='row'][data-ref='{reference}']");
        let pane = format!("[data-testid='item-pane'][data-ref='{reference}']");
        for _ in 0..8 {
            if self.select(&row).await.click().await.is_err() {
                continue;
            }
            if self.appears(&pane).await {
                return;
            }
            // Where the list is alone, a click marks a row, and a key opens it.
            self.press("o").await;
            if self.appears(&pane).await {
                return;
            }
        }
        panic!("{reference} does not open");
    }

    /// Whether it comes within a few seconds.
    pub async fn appears(&self, css: &str) -> bool {
        for _ in 0..40 {
            if self.is_there(css).await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        false
    }

    /// The references of the rows on the screen, from the top.
    pub async fn rows(&self) -> Vec<String> {
        let mut references = Vec::new();
        for row in self.driver.find_all(By::Css("[data-testid='row']")).await.unwrap_or_default() {
            if let Ok(Some(reference)) = row.attr("data-ref").await {
                references.push(reference);
            }
        }
        references
    }

    /// Makes the window so large that the page has this many pixels, and waits until it has laid itself out.
    pub async fn resize(&self, width: u32, height: u32) {
        self.driver.set_window_rect(0, 0, width, height).await.expect("another size");
        eventually(&format!("the page is {width} × {height}"), PATIENCE, || async {
            let size: (u32, u32) = self.ask("[innerWidth, innerHeight]").await;
            (size == (width, height)).then_some(())
        })
        .await;
        // Two frames: one to measure, one to paint.
        let wait = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        self.driver.execute_async(wait, Vec::new()).await.expect("two frames");
    }

    /// What a JavaScript expression gives.
    pub async fn ask<T: serde::de::DeserializeOwned>(&self, expression: &str) -> T {
        let given = self.driver.execute(format!("return {expression}"), Vec::new()).await.expect(expression);
        given.convert().expect(expression)
    }

    pub async fn screenshot(&self, name: &str) {
        self.driver.execute(MOVE, Vec::new()).await.expect("something that moves");
        let png = self.driver.screenshot_as_png().await.expect("a screenshot");
        std::fs::write(artefact(name), png).expect("the screenshot's file");
    }
}
