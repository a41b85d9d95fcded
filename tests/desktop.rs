//! The real window on a virtual display, driven as a clerk would: by keyboard. Screenshots are kept in
//! `target/screenshots`.

use serde_json::{Value, json};
use sohoa_tests::screen::{Driver, Screen};
use sohoa_tests::{PASSPHRASE, Station, fixture, list, program};
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, TypingData};

/// How long anything on the screen may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Dropped in this order: a session whose server is gone ends at once, however the test ended.
struct Window {
    _server: Driver,
    screen: Screen,
    driver: WebDriver,
}

impl Window {
    async fn open(station: &Station, env: &[(&str, &str)]) -> Self {
        let screen = Screen::open();
        let dir = station.dir();
        let mut all = vec![("SOHOA_STATION", dir.to_str().unwrap())];
        all.extend_from_slice(env);
        let server = Driver::start(&screen, &station.home.path().join("home"), &all);
        let mut capabilities = Capabilities::new();
        let program = program("sohoa-desktop");
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": program, "args": [] })).unwrap();
        let driver = WebDriver::new(&server.url, capabilities).await.expect("the window opens");
        Self { driver, screen, _server: server }
    }

    /// Types into whatever has the keyboard.
    async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses `key` while `held` is down.
    async fn chord(&self, held: impl Into<char>, key: impl Into<char>) {
        let (held, key) = (held.into(), key.into());
        self.driver.action_chain().key_down(held).key_down(key).key_up(key).key_up(held).perform().await.unwrap();
    }

    async fn find(&self, css: &str) -> WebElement {
        until(css, || async { self.driver.find(By::Css(css)).await.ok() }).await
    }

    /// Waits until the text of the element at `css` contains `text`.
    async fn says(&self, css: &str, text: &str) {
        until(&format!("«{text}» in {css}"), || async {
            for element in self.driver.find_all(By::Css(css)).await.ok()? {
                // The driver's own idea of text leaves out cells whose overflow is hidden.
                if element.prop("innerText").await.is_ok_and(|t| t.is_some_and(|t| t.contains(text))) {
                    return Some(());
                }
            }
            None
        })
        .await;
    }

    /// Nothing is at `css` now.
    async fn has_none(&self, css: &str) {
        let there = self.driver.find_all(By::Css(css)).await.unwrap();
        assert!(there.is_empty(), "{css}: {:?}", there[0].prop("innerText").await);
    }

    /// Waits until the field of that name holds `value`.
    async fn field_is(&self, name: &str, value: &str) {
        let css = format!("[data-field='{name}']");
        until(&format!("{name} = {value}"), || async {
            let field = self.driver.find(By::Css(&css)).await.ok()?;
            (field.prop("value").await.ok()?? == value).then_some(())
        })
        .await;
    }

    async fn keep(&self, name: &str) {
        // What moves comes to rest first.
        tokio::time::sleep(Duration::from_millis(700)).await;
        let folder = program("sohoa").parent().unwrap().join("../screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        // The driver waits for the next paint, which may never come on a screen at rest.
        let repaint = "window.repaint ??= setInterval(() => document.body.style.opacity = document.body.style.opacity ? '' : 0.999, 50)";
        self.js(repaint).await;
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
        self.js("clearInterval(window.repaint); window.repaint = undefined; document.body.style.opacity = ''").await;
    }

    async fn js(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).await.unwrap().json().clone()
    }
}

/// Tries until there is something; panics after [`PATIENCE`].
async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut attempt: impl FnMut() -> F) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt().await {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "not seen: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn first_dossier() -> (String, PathBuf) {
    let index: Value = serde_json::from_slice(&std::fs::read(fixture("fixtures/dossiers.json")).unwrap()).unwrap();
    let code = list(&index["dossiers"])[0]["code"].as_str().unwrap().to_owned();
    let folder = fixture("fixtures/dossiers").join(&code);
    (code, folder)
}

#[tokio::test]
async fn a_clerks_morning_in_the_real_window() {
    let station = Station::new();
    let archive = station.home.path().join("lưu trữ");
    station.ok(&[
        "settings",
        "office=UBND phường Võ Cường",
        "office_code=H05.16",
        "fonds=H05.16",
        "clerk=Nguyễn Thị Lan",
    ]);
    let (code, folder) = first_dossier();
    let forms = station.dir().join("forms");
    std::fs::create_dir_all(&forms).unwrap();
    for file in ["tam-tru.toml", "tam-tru.jpg"] {
        std::fs::copy(fixture("fixtures/forms").join(file), forms.join(file)).unwrap();
    }
    let window = Window::open(&station, &[("SOHOA_PASSPHRASE", PASSPHRASE)]).await;

    // An empty desk says what to do.
    window.says("h2", "Chưa có hồ sơ nào").await;
    window.keep("1-empty").await;

    // A folder is chosen in the system's own dialogue; reading starts and ends by itself.
    window.chord(Key::Shift, Key::F2).await;
    let path = folder.to_str().unwrap();
    window.screen.choose("Chọn thư mục", path);
    window.find("progress").await;
    window.says("[data-code]", "Chờ duyệt").await;
    window.says("tbody th", &code).await;
    window.keep("2-desk").await;

    // The dossier opens with its page, words and fields.
    window.find("[data-code]").await.focus().await.unwrap();
    window.keys(Key::Enter).await;
    window.find("[data-ready='true']").await;
    until("words over the page", || async {
        window.driver.find_all(By::Css(".layer rect")).await.ok().filter(|r| r.len() > 20)
    })
    .await;
    until("thumbnails", || async {
        let loaded = "return [...document.querySelectorAll('.thumb img')].filter(i => i.naturalWidth > 0).length";
        window.js(loaded).await.as_u64().filter(|n| *n > 0)
    })
    .await;
    let name = window.find("[data-field='owner_name']").await;
    name.focus().await.unwrap();
    window.find(".layer .mark").await;
    window.keep("3-dossier").await;

    // A field is corrected; the station has the clerk's word.
    window.chord(Key::Control, 'a').await;
    window.keys("Trần Thị Bưởi").await;
    window.keys(Key::Enter).await;
    window.says("#origin-owner_name", "Cán bộ").await;
    let shown = station.ok(&["show", &code]);
    let document = list(&shown["documents"]).iter().find(|d| {
        list(&d["fields"])
            .iter()
            .any(|f| f["name"] == "owner_name" && f["value"] == "Trần Thị Bưởi" && f["source"] == "clerk")
    });
    assert!(document.is_some(), "{shown:#}");

    // A page is turned and turned back.
    window.chord(Key::Alt, Key::Right).await;
    until("the page read again the other way", || async {
        let shown = station.ok(&["show", &code]);
        (shown["documents"][0]["pages"][0]["orientation"] == 90 && shown["state"] == "review").then_some(())
    })
    .await;
    window.find("[data-testid='undo']:enabled").await.click().await.unwrap();
    until("the page as it was", || async {
        let shown = station.ok(&["show", &code]);
        (shown["documents"][0]["pages"][0]["orientation"] == 0 && shown["state"] == "review").then_some(())
    })
    .await;
    // What the clerk said outlives the reading.
    window.field_is("owner_name", "Trần Thị Bưởi").await;

    // Confirm all, seal. Each is waited for: a key pressed while one is being confirmed says nothing.
    let documents = list(&shown["documents"]).len();
    for left in (0..documents).rev() {
        window.find("[data-testid='confirm']:enabled").await;
        window.chord(Key::Control, Key::Enter).await;
        let seen = if left > 0 { format!("Còn {left} giấy tờ") } else { "Đã duyệt".into() };
        window.says(".top", &seen).await;
    }
    window.keys(Key::F8).await;
    window.says(".top", "Đã đóng").await;

    // Search without marks finds what has them, and shows where.
    window.keys(Key::F3).await;
    window.keys("cong hoa xa hoi").await;
    window.says("[role=option] mark", "CỘNG").await;
    window.find(".layer .mark").await;
    window.keep("4-search").await;

    // Nowhere to send to yet: settings take the folder.
    window.keys(Key::F9).await;
    window.says(".ready", "Chưa chọn nơi nhận lô").await;
    window.find(".ready button.primary").await.click().await.unwrap();
    let target = window.find("[data-testid='archive']").await;
    target.send_keys(archive.to_str().unwrap()).await.unwrap();
    window.keep("5-settings").await;
    window.find("[data-testid='save']").await.click().await.unwrap();
    window.says(".notice", "Đã lưu cài đặt").await;
    window.has_none("[role='alert']").await;

    // The office's own form is tried there.
    window.find("[data-testid='try-tam-tru']").await.click().await.unwrap();
    window.says("[data-testid='forms'] [role='status']", "6/6 trường đúng").await;
    window.keep("5-forms").await;

    // Send; the receipt comes back.
    window.keys(Key::F9).await;
    window.says(".ready", "1 hồ sơ sẵn sàng gửi").await;
    window.keys(Key::F9).await;
    window.says(".batches", "Đã tiếp nhận").await;
    window.keep("6-receipt").await;
    assert_eq!(station.ok(&["show", &code])["state"], "accepted");
    assert!(archive.is_dir());

    // In the dark.
    window.js("document.documentElement.dataset.theme = 'dark'").await;
    window.keys(Key::F4).await;
    window.find("[data-code]").await.focus().await.unwrap();
    window.keys(Key::Enter).await;
    window.find("[data-ready='true']").await;
    window.keep("7-dark").await;

    assert_eq!(station.ok(&["verify", "--deep"])["ok"], true);
    window.driver.quit().await.unwrap();
}

#[tokio::test]
async fn a_new_station_asks_for_a_passphrase_and_an_old_one_for_the_same() {
    let station = Station::new();
    let window = Window::open(&station, &[]).await;
    window.says("h1", "Lập trạm số hóa").await;
    window.keep("door").await;
    window.keys("mot mat khau dai").await;
    window.keys(Key::Tab).await;
    window.keys("mot mat khau dai").await;
    window.keys(Key::Enter).await;
    window.says("h2", "Chưa có hồ sơ nào").await;
    window.driver.quit().await.unwrap();

    let window = Window::open(&station, &[]).await;
    window.says("h1", "Mở trạm").await;
    window.keys("sai mat khau").await;
    window.keys(Key::Enter).await;
    window.says("[role=alert]", "khẩu").await;
    let field = window.find("input[type=password]").await;
    field.clear().await.unwrap();
    field.send_keys("mot mat khau dai").await.unwrap();
    window.keys(Key::Enter).await;
    window.says("h2", "Chưa có hồ sơ nào").await;
    window.driver.quit().await.unwrap();
}

#[tokio::test]
async fn the_window_may_do_what_it_needs_and_nothing_else() {
    let station = Station::new();
    station.ok(&["list"]);
    let window = Window::open(&station, &[("SOHOA_PASSPHRASE", PASSPHRASE)]).await;
    window.says("h2", "Chưa có hồ sơ nào").await;

    let ask = |command: &str, arguments: &str| {
        format!(
            "window.__TAURI_INTERNALS__.invoke('{command}', {arguments}).then(v => done(['ok', v]), e => done(['no', e]))"
        )
    };
    let run = async |script: String| {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        window.driver.execute_async(script, vec![]).await.unwrap().json().clone()
    };
    // An error comes as code, message, hint.
    let missing = run(ask("dossier", "{ code: 'H05.16-260210-9999' }")).await;
    assert_eq!((&missing[0], &missing[1]["code"]), (&"no".into(), &"not_found".into()), "{missing}");
    // What no capability names is refused.
    for command in ["plugin:event|emit", "plugin:app|version", "plugin:window|close", "plugin:dialog|message"] {
        let refused = run(ask(command, "{}")).await;
        assert_eq!(refused[0], "no", "{command}: {refused}");
        assert!(refused[1].as_str().is_some_and(|why| why.contains("not allowed")), "{command}: {refused}");
    }
    // No script from elsewhere runs, no address outside the window is asked.
    let inline = "
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return window.ran === true";
    assert_eq!(window.js(inline).await, false);
    let outside = run("fetch('http://127.0.0.1:9/').then(() => done('asked'), e => done(String(e)))".into()).await;
    assert_ne!(outside, "asked");
    // Pages are named by number, never by path.
    for path in ["../station.json", "0/image", "x/thumb", "1/../../station.json"] {
        let found = run(format!(
            "const i = new Image(); i.onload = () => done('seen'); i.onerror = () => done('refused'); i.src = 'page://localhost/{path}'"
        ))
        .await;
        assert_eq!(found, "refused", "{path}");
    }
    window.driver.quit().await.unwrap();
}
