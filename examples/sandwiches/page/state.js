// The state: what the page knows of the kitchen, by the notes that it was sent.
// Fed by kitchen.js with what comes over the wire; read by all that is drawn.

// What each kind of wait is called. Where a task waits for several things, the first kind of these is where it stands.
export const KINDS = ["database", "socket", "timer", "channel", "task", "other"];

// How long a moment stays on the timeline.
export const SPAN = 10_000_000;

const LINES = 40; // of the story in words
const TASKS = 2000; // that are kept; a service at work may have more

export class State {
  constructor() {
    this.run = null;
    this.reset();
  }

  // Forgets all: another start of the service, or another chef.
  reset() {
    this.tasks = new Map();
    this.polls = []; // of the last seconds, in their order: what the timeline shows
    this.lives = []; // tasks that have ended of late
    this.toShow = []; // polls that the picture has not shown yet
    this.story = [];
    this.stalls = [];
    this.figures = null;
    this.before = null; // the figures of a second ago
    this.past = [];
    this.missed = 0;
    this.leftOut = 0;
    this.heard = null; // when something came last, by the browser's clock
    this.offset = null;
    this.version = 0;
  }

  hello(hello) {
    const isNew = hello.run !== this.run || hello.chef !== this.chef;
    this.reset();
    Object.assign(this, hello);
    return isNew;
  }

  // All tasks as they stand now: after the greeting, and after something was missed.
  snapshot({ now, tasks, left_out }) {
    this.hear(now);
    const known = this.tasks;
    this.tasks = new Map();
    this.toShow = [];
    this.leftOut = left_out;
    for (const told of tasks) {
      const task = known.get(told.task) ?? newTask(told.task, now);
      Object.assign(task, {
        name: told.name,
        place: told.place,
        polls: told.polls,
        busy: told.busy,
      });
      this.setGuest(task, told.what, told.request);
      task.waits = told.state === "waiting" ? told.waits : [];
      task.at = told.state === "ready" ? "queue" : placeOf(task.waits, null);
      this.tasks.set(task.id, task);
    }
    for (const [id, task] of known) if (!this.tasks.has(id)) this.lives.push({ ...task, end: now });
    this.version += 1;
  }

  news({ now, missed, notes, figures, stalls }) {
    this.hear(now);
    this.missed += missed;
    this.notes(notes);
    if (figures) this.count(now, figures);
    if (stalls) this.stalls = stalls;
    const old = now - SPAN - 2_000_000;
    const firstYoung = this.polls.findIndex((poll) => poll.t + poll.took > old);
    this.polls.splice(0, firstYoung < 0 ? this.polls.length : firstYoung);
    this.lives = this.lives.filter((task) => task.end > old).slice(-200);
    this.version += 1;
  }

  notes(notes) {
    for (const note of notes) {
      const task = this.tasks.get(note.task);
      if (note.k === "spawn") this.spawned(note);
      else if (task) this[note.k]?.(task, note);
    }
  }

  spawned(note) {
    if (this.tasks.has(note.task) || this.tasks.size >= TASKS) return;
    const task = newTask(note.task, note.t);
    Object.assign(task, { name: note.name, place: note.place, at: "queue" });
    this.setGuest(task, null, null);
    this.tasks.set(task.id, task);
    this.tell(note.t, task, "is new, and stands in the queue");
  }

  poll(task, note) {
    const poll = { ...note, id: task.id, isOwn: task.isOwn, label: task.inPoll ?? task.label };
    task.inPoll = null;
    task.polls += 1;
    task.busy += note.took;
    task.waits = note.waits ?? [];
    task.call = note.call;
    task.seen = note.t;
    poll.to = note.waits ? placeOf(note.waits, note.call) : "queue";
    this.polls.push(poll);
    // The page's own polls come ten times a second: in the picture it stays where it is.
    if (task.isOwn) task.at = poll.to;
    else {
      this.toShow.push(poll);
      this.tell(note.t, poll, `was polled for ${span(note.took)}${afterwards(note, this.now())}`);
    }
  }

  came(task, note) {
    this.setGuest(task, note.what, note.request);
    task.inPoll = task.label; // it may be answered in the same poll
    if (!task.isOwn) this.tell(note.t, task, `works for request ${note.request}`);
  }

  left(task, note) {
    if (!task.isOwn) this.tell(note.t, task, "has answered it");
    task.inPoll ??= task.label;
    this.setGuest(task, null, null);
  }

  end(task, note) {
    this.tasks.delete(task.id);
    task.end = note.t;
    this.lives.push(task);
    this.toShow.push({ id: task.id, gone: true });
    if (!task.isOwn) this.tell(note.t, task, "has ended");
  }

  setGuest(task, what, request) {
    task.what = what;
    task.request = request;
    task.isOwn = what === "GET /kitchen/events";
    task.label = labelOf(task);
    if (what) task.lastLabel = task.label;
  }

  count(now, figures) {
    this.figures = figures;
    this.past.push({ now, ...figures });
    while (this.past.length > 2 && this.past[1].now <= now - 1_000_000) this.past.shift();
    this.before = this.past[0];
  }

  // How much of the last second the chef has worked, and how many polls it has made in it.
  share() {
    if (!this.before) return { busy: 0, polls: 0 };
    const last = this.past.at(-1);
    const time = last.now - this.before.now;
    if (time <= 0) return { busy: 0, polls: 0 };
    return {
      busy: Math.min(1, (last.busy - this.before.busy) / time),
      polls: ((last.polls - this.before.polls) * 1e6) / time,
    };
  }

  tell(t, task, words) {
    this.story.push({ t, words: `${task.label} ${words}` });
    if (this.story.length > LINES) this.story.shift();
  }

  hear(now) {
    this.heard = performance.now();
    const offset = this.heard * 1000 - now;
    // The fastest message is the least late one; a clock may drift, so others count a little.
    this.offset = this.offset === null ? offset : Math.min(offset, this.offset + 200);
  }

  // The service's clock, in microseconds.
  now() {
    return this.offset === null ? 0 : performance.now() * 1000 - this.offset;
  }
}

function newTask(id, born) {
  return { id, born, polls: 0, busy: 0, waits: [], call: null, at: "queue", what: null, label: `task ${id}`, seen: born };
}

// Short enough for a ticket.
function labelOf(task) {
  if (task.isOwn) return "this page";
  if (task.what) return task.what;
  if (task.name?.startsWith("order ")) return `order ${task.name.slice(-4)}`;
  if (task.name) return task.name;
  if (/http.connections\.rs/.test(task.place ?? "")) return `guest ${task.id}`;
  return `task ${task.id}`;
}

function placeOf(waits, call) {
  if (call) return "database";
  const kinds = new Set(waits.map((wait) => wait.for));
  return KINDS.find((kind) => kinds.has(kind)) ?? "other";
}

function afterwards(note, now) {
  if (!note.waits) return "";
  return `; it waits for ${inWords(note.waits, note.call, now)}`;
}

// What a task waits for, as a list.
export function inWords(waits, call, now) {
  if (call) return `the database (${call.replaceAll("_", " ")})`;
  if (waits.length === 0) return "something that does not say its name";
  const words = waits.map((wait) =>
    wait.for === "timer" ? `a timer in ${span(Math.max(0, wait.due - now))}` : wait.words,
  );
  return [...new Set(words)].join(", or ");
}

// Microseconds, to be read.
export function span(micros) {
  if (micros < 1) return "under 1 µs";
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 100_000) return `${(micros / 1000).toFixed(1)} ms`;
  if (micros < 1_000_000) return `${Math.round(micros / 1000)} ms`;
  return `${(micros / 1e6).toFixed(2)} s`;
}
