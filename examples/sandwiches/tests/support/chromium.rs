//! A browser: Chromium without a window, spoken to by its DevTools protocol.
//!
//! Nothing here waits for a time: [`Browser::until`] has the page itself look, at each frame.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, WebSocket};

use super::{Folder, PATIENCE};

/// As few of its habits as possible: no sandbox in a container, nothing fetched in the background.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
];

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    /// To the browser. Requests have a number, and so have their answers.
    socket: WebSocket<TcpStream>,
    sent: u64,
    /// The page's; none for the browser itself.
    session: Option<String>,
    /// What the page has complained about so far.
    complaints: Vec<String>,
    /// Its profile, new for each.
    _profile: Folder,
}

impl Browser {
    pub(crate) fn start() -> Browser {
        let profile = Folder::new();
        let program = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let mut child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Chromium is there: scripts/kitchen-page installs it");
        let url = address(&mut child);
        let mut browser = Browser {
            socket: connect(&url),
            child,
            sent: 0,
            session: None,
            complaints: Vec::new(),
            _profile: profile,
        };
        browser.attach();
        browser
    }

    /// To a page, which has the size of a desktop's.
    fn attach(&mut self) {
        let page = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let which = json!({"targetId": page["targetId"], "flatten": true});
        let attached = self.call("Target.attachToTarget", which);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        self.resize(1280, 900);
    }

    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    pub(crate) fn hide_scrollbars(&mut self) {
        self.call("Emulation.setScrollbarsHidden", json!({"hidden": true}));
    }

    /// Sets what the page is told of its user, such as `prefers-reduced-motion`.
    pub(crate) fn prefer(&mut self, wishes: &[(&str, &str)]) {
        let features = wishes
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        let features: Vec<Value> = features.collect();
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    pub(crate) fn open(&mut self, url: &str) {
        let opened = self.call("Page.navigate", json!({"url": url}));
        assert_eq!(opened.get("errorText"), None, "{opened}");
        self.until("the page is loaded", "document.readyState === 'complete'");
    }

    /// Runs a script in the page; a promise is awaited.
    #[track_caller]
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let how = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        let mut outcome = self.call("Runtime.evaluate", how);
        let failure = outcome.get("exceptionDetails");
        assert!(failure.is_none(), "{script}: {}", failure.unwrap());
        outcome["result"]["value"].take()
    }

    /// Waits until it is so. The page looks at each frame.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: &str) {
        let millis = PATIENCE.as_millis();
        let script = format!(
            "new Promise((found) => {{
                const begun = performance.now();
                const look = () => {{
                    if ({is_so}) found(true);
                    else if (performance.now() - begun > {millis}) found(false);
                    else requestAnimationFrame(look);
                }};
                look();
            }})"
        );
        let found = self.run(&script);
        assert_eq!(found, json!(true), "not within {PATIENCE:?}: {what}");
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            other => panic!("no such key is known here: {other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let key = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", key);
        }
    }

    /// Types a text.
    pub(crate) fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// What the window shows, as a PNG in base64.
    pub(crate) fn picture(&mut self) -> String {
        let picture = self.call("Page.captureScreenshot", json!({"format": "png"}));
        picture["data"].as_str().unwrap().to_owned()
    }

    /// What the page has complained about: errors and warnings on its console, and exceptions.
    pub(crate) fn complaints(&mut self) -> &[String] {
        self.call("Runtime.evaluate", json!({"expression": "0"})); // behind what is on its way
        &self.complaints
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut request = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        let request = Message::text(request.to_string());
        self.socket.send(request).expect("the browser listens");
        loop {
            let mut told = self.receive();
            if told["id"] == self.sent {
                assert_eq!(told.get("error"), None, "{method}");
                return told["result"].take();
            }
            self.complaints.extend(complaint(&told));
        }
    }

    #[track_caller]
    fn receive(&mut self) -> Value {
        loop {
            let message = self.socket.read().expect("the browser answers");
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// If that is what this event is.
fn complaint(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" if params["type"] != "log" => Some(params.to_string()),
        "Log.entryAdded" => {
            let entry = &params["entry"];
            Some(format!(
                "{}: {} {}",
                entry["level"], entry["text"], entry["url"]
            ))
        }
        _ => None,
    }
}

/// Where it listens: it says so on standard error, and the rest of what it says is read by a thread, or it would block one day.
fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("DevTools listening on ")?.to_owned()));
    std::thread::spawn(move || lines.map_while(Result::ok).count());
    said.expect("Chromium starts")
}

fn connect(url: &str) -> WebSocket<TcpStream> {
    let host = url
        .strip_prefix("ws://")
        .and_then(|rest| rest.split('/').next());
    let stream = TcpStream::connect(host.unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE * 2)).unwrap();
    let large = WebSocketConfig::default()
        .max_message_size(None)
        .max_frame_size(None);
    let connected = tungstenite::client::client_with_config(url, stream, Some(large));
    connected.expect("the browser listens").0
}
