//! The kitchen page in a browser. Needs Chromium: `scripts/kitchen-page` installs it, and runs these tests.

mod support;

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::Folder;
use support::chromium::Browser;
use support::program::Program;

/// A service that shows its kitchen, and a page that looks.
struct House {
    program: Program,
    browser: Browser,
    folder: Folder,
}

/// Keeps in `seen` where each ticket is seen, by what is on it; in `most` the most animations at once; and in `wasSilent`
/// whether the page has said that the chef says nothing.
const LOOK: &str = "
    window.seen = {};
    window.most = 0;
    window.wasSilent = false;
    const look = () => {
        for (const ticket of document.querySelectorAll('#picture .ticket:not([data-gone])')) {
            const places = (seen[ticket.querySelector('span').textContent + ticket.dataset.task] ??= []);
            const place = ticket.parentElement.dataset.place;
            if (!places.includes(place)) places.push(place);
        }
        most = Math.max(most, document.getAnimations().length);
        wasSilent ||= document.querySelector('#chef-station.silent') !== null;
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
";
const IS_LIVE: &str = "document.querySelector('#link').dataset.is === 'live'";
const IS_TAKEN: &str = "told.textContent.startsWith('20 orders are taken')";
const IS_READY: &str = "told.textContent.startsWith('All 20 orders are ready')";
const IS_BLAMED: &str =
    "/^POST .kitchen.block has blocked the chef for 1[.][0-9]+ s/.test(alarm.textContent)";

impl House {
    fn open() -> House {
        House::with(&[], &[])
    }

    /// With more on the service's command line, for somebody with these wishes.
    fn with(more: &[&str], wishes: &[(&str, &str)]) -> House {
        let folder = Folder::new();
        let program = Program::with(folder.db(), &[&["--kitchen"], more].concat());
        let mut browser = Browser::start();
        browser.prefer(wishes);
        let mut house = House {
            program,
            browser,
            folder,
        };
        house.look();
        house
    }

    fn look(&mut self) {
        let url = format!("http://{}/kitchen", self.program.address);
        self.browser.open(&url);
        self.browser.until("it hears from the chef", IS_LIVE);
        self.browser.run(LOOK);
    }

    fn click(&mut self, id: &str) {
        self.browser
            .run(&format!("document.getElementById('{id}').click()"));
    }

    #[track_caller]
    fn nobody_complains(&mut self) {
        assert_eq!(self.browser.complaints(), [] as [&str; 0]);
    }

    /// Where the tickets of orders were seen.
    fn journeys(&mut self) -> Vec<Vec<Value>> {
        let seen = self.browser.run("seen");
        let seen = seen.as_object().unwrap().iter();
        seen.filter(|(ticket, _)| ticket.starts_with("order "))
            .map(|(_, places)| places.as_array().unwrap().clone())
            .collect()
    }

    /// How wide the page is, beyond the window.
    fn overhang(&mut self) -> i64 {
        let overhang = "document.documentElement.scrollWidth - innerWidth";
        self.browser.run(overhang).as_i64().unwrap()
    }
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn twenty_orders_appear_move_and_finish() {
    let mut house = House::open();

    house.click("order");

    house.browser.until("they are taken", IS_TAKEN);
    house.browser.until("they are ready", IS_READY);
    let gone = "![...document.querySelectorAll('.ticket')].some((one) => one.textContent.startsWith('order '))";
    house.browser.until("their tickets are gone", gone);
    let journeys = house.journeys();
    assert_eq!(journeys.len(), 20);
    for places in &journeys {
        assert!(places.contains(&json!("timer")), "{places:?}");
        assert!(places.len() >= 2, "{places:?}");
    }
    let has = |place: &str| journeys.iter().any(|places| places.contains(&json!(place)));
    for place in ["queue", "chef", "database"] {
        assert!(has(place), "{place}: {journeys:?}");
    }
    assert!(house.browser.run("most").as_u64() > Some(0), "they fly");
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn whoever_blocks_the_chef_is_named_with_the_time() {
    let mut house = House::open();

    house.click("block");

    house.browser.until("the handler is named", IS_BLAMED);
    let alarm = house
        .browser
        .run("[alarm.role ?? alarm.getAttribute('role'), getComputedStyle(alarm).display]");
    assert_eq!(alarm, json!(["alert", "block"]), "it is read out, and seen");
    let listed = house
        .browser
        .run("document.querySelector('#stall-list li').textContent");
    let listed = listed.as_str().unwrap();
    for words in [
        "POST /kitchen/block",
        "1.0",
        "src/http/connections.rs",
        "its thread is S",
        "request ",
    ] {
        assert!(listed.contains(words), "{words:?} is not in {listed:?}");
    }
    let was_silent = house.browser.run("wasSilent");
    assert_eq!(
        was_silent,
        json!(true),
        "the page itself had no word meanwhile"
    );
    house.program.wait_for("POST /kitchen/block: task");
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn after_a_restart_it_comes_again_and_knows_nothing_of_before() {
    let mut house = House::with(&[], &[]);
    let before = house.browser.run("document.documentElement.dataset.run");
    house.click("order");
    house.browser.until("they are taken", IS_TAKEN);
    house.nobody_complains();

    house.program.kill();
    let is_lost = "document.querySelector('#link').dataset.is === 'lost'";
    house.browser.until("it says that nobody is there", is_lost);
    let address = house.program.address;
    house.program = Program::again(address, house.folder.db(), &["--kitchen"]);

    let is_new = format!("document.documentElement.dataset.run !== {before}");
    house.browser.until(
        "it hears of the new start",
        &format!("{IS_LIVE} && {is_new}"),
    );
    let old = format!(
        "[...document.querySelectorAll('.ticket')].filter((one) => one.dataset.run === {before}).length"
    );
    assert_eq!(house.browser.run(&old), json!(0));
    let kitchen = "[...document.querySelectorAll('.ticket')].some((one) => one.textContent.startsWith('kitchen'))";
    house.browser.until("it shows who is there now", kitchen);
    let complaints = house.browser.complaints().iter();
    let others: Vec<&String> = complaints
        .filter(|one| !one.contains("net::ERR_"))
        .collect();
    assert_eq!(others, [] as [&str; 0], "but that nobody was there");
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn by_keyboard_alone_orders_are_sent_and_the_focus_is_seen() {
    let mut house = House::open();

    house.browser.press("Tab");

    let focus =
        "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]";
    assert_eq!(house.browser.run(focus), json!(["order", "solid"]));
    house.browser.press("Enter");
    house.browser.until("they are taken", IS_TAKEN);
    house.browser.press("Tab");
    assert_eq!(house.browser.run(focus), json!(["block", "solid"]));
    house.browser.press("Enter");
    house.browser.until("the handler is named", IS_BLAMED);
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn who_wants_nothing_to_move_sees_no_animation_and_all_the_news() {
    let mut house = House::with(&[], &[("prefers-reduced-motion", "reduce")]);

    house.click("order");

    house.browser.until("they are ready", IS_READY);
    assert_eq!(house.browser.run("most"), json!(0));
    assert_eq!(house.journeys().len(), 20);
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn on_a_phone_nothing_hangs_over_the_side() {
    let mut house = House::open();
    house.browser.hide_scrollbars(); // as a phone does
    house.browser.resize(390, 844);
    assert_eq!(house.overhang(), 0);

    house
        .browser
        .run("document.querySelector('#words').open = true");
    house.click("order");
    house.browser.until("they are taken", IS_TAKEN);
    assert_eq!(house.overhang(), 0);
    house.click("block");
    house.browser.until("the handler is named", IS_BLAMED);

    assert_eq!(house.overhang(), 0);
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn in_words_each_task_is_told_with_what_it_waits_for() {
    let mut house = House::open();

    house
        .browser
        .run("document.querySelector('#words').open = true");

    let told = "/^kitchen: waits for .*a timer in .* ms|s.*spawned at .*main[.]rs/.test(document.querySelector('#task-list').textContent)";
    house.browser.until("the kitchen's task is told", told);
    house.click("order");
    let story = "/order [0-9a-f]{4} was polled for .*; it waits for the database [(]append event[)]/.test(log.textContent)";
    house.browser.until("an order's story is told", story);
    house.nobody_complains();
}

#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn where_a_token_is_needed_it_is_asked_for() {
    let folder = Folder::new();
    let file = folder.path().join("token");
    fs::write(&file, "open sesame").unwrap();
    let mut house = House::with(&[&format!("--token-file={}", file.display())], &[]);

    house.click("order");

    house
        .browser
        .until("it asks", "document.activeElement.id === 'token'");
    house.browser.write("open sesame");
    house.click("order");
    house.browser.until("they are taken", IS_TAKEN);
    house.click("block");
    house.browser.until("the handler is named", IS_BLAMED);
}

/// `scripts/kitchen-page --screenshot FILE`: the page after a stall, in the midst of twenty orders.
#[test]
#[ignore = "needs Chromium: scripts/kitchen-page"]
fn the_page_has_its_picture_taken() {
    let Ok(file) = std::env::var("KITCHEN_SCREENSHOT") else {
        return;
    };
    let number =
        |name: &str, other| std::env::var(name).map_or(other, |text| text.parse().unwrap());
    let (width, height) = (
        number("KITCHEN_WIDTH", 1280),
        number("KITCHEN_HEIGHT", 1180),
    );
    let scheme = std::env::var("KITCHEN_SCHEME").unwrap_or_else(|_| "light".to_owned());
    let mut house = House::with(&["--log=errors"], &[("prefers-color-scheme", &scheme)]);
    house.browser.resize(width, height);
    house.browser.hide_scrollbars();
    for _ in 0..2 {
        house.click("order");
        house.browser.until("they are taken", IS_TAKEN);
        house.browser.until("they are ready", IS_READY);
    }
    house.click("block");
    house.browser.until("the handler is named", IS_BLAMED);
    house.click("order");
    house.browser.until("they are taken", IS_TAKEN);
    let is_full = "
        (count('timer') < 12 && document.querySelector('#order').click(),
        count('timer') > 11 && count('chef') > 0 && count('queue') > 1 && count('queue') < 9)";
    let count = "window.count = (place) =>
        document.querySelectorAll(`[data-place=${place}] .ticket:not([data-gone])`).length";
    house.browser.run(count);
    house.browser.until("they are everywhere", is_full);
    let picture = house.browser.picture();
    decode(&picture, fs::File::create(file).unwrap());
}

/// The DevTools protocol has pictures in base64, and this is the one that is wanted as a file.
fn decode(text: &str, to: fs::File) {
    let mut base64 = Command::new("base64")
        .arg("--decode")
        .stdin(Stdio::piped())
        .stdout(to)
        .spawn()
        .unwrap();
    let mut input = base64.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(base64.wait().unwrap().success());
}
