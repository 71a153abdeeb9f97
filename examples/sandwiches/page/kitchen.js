// The kitchen page: listens to the service, and has the rest drawn.

import { State, span } from "./state.js";
import { Picture } from "./picture.js";
import { Timeline } from "./timeline.js";
import { Words } from "./words.js";
import { Guests } from "./guests.js";

const SILENCE = 450; // milliseconds without a word, of a chef that speaks ten times a second
const AGAIN = 2000; // until the next try, when the service has said no
const ALARM = 12_000; // that the alarm is seen

const at = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const state = new State();
const picture = new Picture(state, at("picture"));
const timeline = new Timeline(state, at("timeline"));
const words = new Words(state, at("words"));
const guests = new Guests(state, at("guests"));

let source = null;
let again = null;
let chef = 0;
let knownStalls = null; // those that were told; `null` until the first list has come
let alarmUntil = 0;

function connect() {
  clearTimeout(again);
  source?.close();
  link("waiting", "connecting …");
  const here = (source = new EventSource(`events?chef=${chef}`));
  const on = (name, act) => here.addEventListener(name, ({ data }) => here === source && act(JSON.parse(data)));
  on("hello", greet);
  on("snapshot", (told) => state.snapshot(told));
  on("news", (told) => {
    link("live", "live");
    state.news(told);
    if (told.stalls) alarm(told.stalls);
  });
  here.onerror = () => {
    if (here !== source) return;
    link("lost", "no connection, trying again …");
    // The browser tries again by itself, unless it was told no.
    if (here.readyState === EventSource.CLOSED) again = setTimeout(connect, AGAIN);
  };
}

function greet(hello) {
  const isNew = state.hello(hello);
  knownStalls = null;
  picture.reset();
  timeline.reset();
  if (isNew) guests.reset();
  document.documentElement.dataset.run = hello.run;
  at("limit").textContent = `${hello.stall} ms`;
  at("chef-number").textContent = hello.chefs > 1 ? `${hello.chef + 1} of ${hello.chefs}` : "";
  choose(hello);
}

// With more than one chef, which is looked at.
function choose({ chef, chefs }) {
  const select = at("chef");
  at("which").hidden = chefs < 2;
  if (select.options.length === chefs) return;
  select.replaceChildren(...Array.from({ length: chefs }, (_, number) => new Option(number + 1, number)));
  select.value = chef;
}

at("chef").addEventListener("change", ({ target }) => {
  chef = Number(target.value);
  connect();
});

// A page that nobody sees asks for nothing.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(again);
    source?.close();
    source = null;
  } else if (!source) connect();
});

function link(is, text) {
  const pill = at("link");
  if (pill.dataset.is === is) return;
  pill.dataset.is = is;
  pill.textContent = text;
}

// Tells of a stall that is new, and once more when its length is known.
function alarm(stalls) {
  const told = (stall) => `${stall.t}-${stall.took}`;
  const fresh = knownStalls && stalls.find((stall) => !knownStalls.has(told(stall)));
  knownStalls = new Set(stalls.map(told));
  list(stalls);
  if (!fresh) return;
  at("alarm").textContent = `${who(fresh)} ${howLong(fresh)}. Everybody else had to wait.`;
  at("alarm").dataset.on = "";
  alarmUntil = performance.now() + ALARM;
}

function who(stall) {
  return stall.what ?? stall.name ?? (stall.task ? `task ${stall.task}` : "the future of block_on");
}

function howLong(stall) {
  return stall.took ? `has blocked the chef for ${span(stall.took)}` : `blocks the chef, for ${span(stall.seen)} so far`;
}

function list(stalls) {
  at("stalls-none").hidden = stalls.length > 0;
  at("stall-list").replaceChildren(...stalls.map(entry));
}

function entry(stall) {
  const item = document.createElement("li");
  const line = (tag, text) => (item.appendChild(document.createElement(tag)).textContent = text);
  line("strong", who(stall));
  line("span", howLong(stall));
  const spawned = stall.place && `task ${stall.task}, spawned at ${stall.place}`;
  const request = stall.request && `request ${stall.request}`;
  line("small", [spawned, stall.thread, request].filter(Boolean).join("; "));
  return item;
}

const FIGURES = [
  ["Busy", () => `${(state.share().busy * 100).toFixed(state.share().busy < 0.1 ? 1 : 0)} %`, "of the last second"],
  ["Loop lag", (now) => span(now.lag_p50), (now) => `p99 ${span(now.lag_p99)}, max ${span(now.lag_max)}`],
  ["Polls", () => `${Math.round(state.share().polls)} / s`, (now) => `${now.polls} in ${now.turns} turns`],
  ["Tasks", (now) => now.alive, (now) => `${now.spawned - now.alive} have ended`],
  ["In the queue", (now) => now.queue, "at this moment"],
  ["Wakes", (now) => now.wakes_here, (now) => `and ${now.wakes_elsewhere} from other threads`],
  ["Timers", (now) => now.timers, (now) => `${now.sources} sockets and the like`],
  ["Blocking pool", (now) => now.blocking_threads - now.blocking_idle, (now) => `of ${now.blocking_threads} threads, ${now.blocking_queue} in line`],
];

const cells = FIGURES.map(([name]) => {
  const group = at("figures").appendChild(document.createElement("div"));
  const part = (tag, className) => {
    const node = group.appendChild(document.createElement(tag));
    node.className = className;
    return node;
  };
  part("dt", "").textContent = name;
  return [part("dd", "value"), part("dd", "fine")];
});

function figures() {
  if (!state.figures) return;
  const write = (node, said) => {
    const text = `${typeof said === "function" ? said(state.figures) : said}`;
    if (node.textContent !== text) node.textContent = text;
  };
  FIGURES.forEach(([, value, more], index) => {
    write(cells[index][0], value);
    write(cells[index][1], more);
  });
  const { busy } = state.share();
  at("share-bar").style.width = `${Math.round(busy * 100)}%`;
  at("share").textContent = `busy ${(busy * 100).toFixed(1)} % of the last second`;
}

// What the chef does, in a line.
function chefLine(now) {
  const silence = state.heard === null ? 0 : now - state.heard;
  const isSilent = source !== null && silence > SILENCE && at("link").dataset.is === "live";
  at("chef-station").classList.toggle("silent", isSilent);
  const { current, last } = picture;
  write("chef-does", isSilent ? `says nothing for ${(silence / 1000).toFixed(1)} s: something blocks it` : current ? `polls ${current.label}` : "sleeps until something comes");
  if (last) write("chef-last", `polled last: ${last.label}, for ${span(last.took)}`);
}

function write(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

let drawn = 0;
let slow = 0;
let second = 0;
function frame(time) {
  requestAnimationFrame(frame);
  picture.frame(time);
  chefLine(performance.now());
  if (!calm.matches && time > drawn) {
    drawn = time + state.polls.length / 200; // a service at work has many, and drawing them takes time
    timeline.draw();
  }
  if (time > slow) {
    slow = time + 250;
    if (calm.matches) timeline.draw();
    picture.count(state.now());
    figures();
    words.write();
    guests.look();
    if (alarmUntil && performance.now() > alarmUntil) {
      alarmUntil = 0;
      delete at("alarm").dataset.on;
    }
  }
  if (time > second) {
    second = time + 1000;
    write("time-words", timeline.words());
    const missed = state.missed > 0 ? `This page has missed ${state.missed} notes: the chef does not wait for it. ` : "";
    if (missed) write("time-words", missed + timeline.words());
  }
}

connect();
requestAnimationFrame(frame);
