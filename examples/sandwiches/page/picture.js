// The picture: tickets that go from the queue to the chef, and from there to what they wait for.
// Polls come from the state in their order; each is shown for a moment, for less if many wait to be shown.

const MOMENT = 220; // milliseconds that a poll is shown, at most
const PATIENCE = 500; // the more wait to be shown, the quicker it goes: this long for each factor of e
const QUICK = 90; // a poll that is shown for less is held up by the chef, and its ticket flies past
const MOST = 120; // that are shown one by one; of more, the first are skipped
const EASING = "cubic-bezier(.3,.7,.3,1)";
const ROOM = { queue: 18, chef: 1, timer: 24, database: 8, socket: 8, channel: 4, task: 4, other: 8 };
const LITTLE_ROOM = { ...ROOM, queue: 9, timer: 12, database: 6, socket: 6 };

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 600px)");

export class Picture {
  constructor(state, root) {
    this.state = state;
    this.root = root;
    this.places = new Map([...root.querySelectorAll("[data-place]")].map((list) => [list.dataset.place, list]));
    this.pass = root.querySelector("#pass");
    // After another layout nobody flies from where it was in the old one.
    addEventListener("resize", () => {
      for (const ticket of this.tickets.values()) ticket.spot = null;
    });
    this.reset();
  }

  reset() {
    for (const list of this.places.values()) list.replaceChildren();
    this.tickets = new Map(); // by task
    this.shown = null; // the poll that is shown
    this.last = null; // the one before
    this.until = 0;
    this.order = 0; // counts moves: who has come first stands first
    this.seen = -1; // the state's version that was drawn
  }

  // What the chef polls in the picture now, if anything.
  get current() {
    return this.shown;
  }

  frame(time) {
    const isNew = this.seen !== this.state.version;
    this.seen = this.state.version;
    if (isNew) this.meet();
    const moved = calm.matches ? this.jump() : this.play(time);
    if (isNew || moved) this.arrange();
  }

  // Tickets for tasks that are new, and none for those that are not there any more.
  meet() {
    const { tasks, toShow } = this.state;
    for (const task of tasks.values()) {
      if (!this.tickets.has(task.id)) this.tickets.set(task.id, this.ticket(task));
      const ticket = this.tickets.get(task.id);
      if (ticket.task !== task) ticket.task = task;
      if (task.isOwn || ticket.at === null) this.put(ticket, task.at);
    }
    const leaves = new Set(toShow.filter((one) => one.gone).map((one) => one.id));
    for (const [id, ticket] of this.tickets) {
      if (!tasks.has(id) && !leaves.has(id) && this.shown?.id !== id) this.drop(ticket);
    }
    if (toShow.length === 0 && !this.shown) {
      for (const ticket of this.tickets.values()) this.put(ticket, ticket.task.at);
    }
  }

  // All at once, without a move.
  jump() {
    const polls = this.state.toShow.splice(0);
    for (const one of polls) this.settle(one);
    const last = polls.findLast((one) => !one.gone);
    if (last) this.last = last;
    this.shown = null;
    return polls.length > 0;
  }

  // One after the other.
  play(time) {
    const { toShow } = this.state;
    let moved = false;
    while (toShow.length > MOST) {
      this.finish();
      this.settle(toShow.shift());
      moved = true;
    }
    while (time >= this.until && (this.shown || toShow.length > 0)) {
      moved = true;
      this.finish();
      const next = toShow.shift();
      if (!next) break;
      if (next.gone) {
        this.settle(next);
        continue;
      }
      const moment = Math.min(MOMENT, PATIENCE / (toShow.length + 1));
      this.shown = next;
      this.isQuick = moment < QUICK;
      this.until = Math.max(this.until, time - 50) + moment;
    }
    return moved;
  }

  // The poll that is shown is over.
  finish() {
    if (!this.shown) return;
    this.last = this.shown;
    this.shown = null;
    this.settle(this.last, this.isQuick);
  }

  // The ticket goes where the poll has left it.
  settle(one, byTheChef = false) {
    const ticket = this.tickets.get(one.id);
    if (!ticket) return;
    if (one.gone) return this.drop(ticket);
    ticket.passes = byTheChef;
    this.put(ticket, one.to);
  }

  put(ticket, place) {
    if (ticket.at === place) return;
    ticket.at = place;
    ticket.order = ++this.order;
  }

  drop(ticket) {
    this.tickets.delete(ticket.task.id);
    if (calm.matches || !ticket.node.isConnected) return ticket.node.remove();
    const gone = ticket.node.animate([{ opacity: 1 }, { opacity: 0, transform: "scale(.8)" }], { duration: 220 });
    ticket.node.dataset.gone = "";
    gone.onfinish = () => ticket.node.remove();
  }

  ticket(task) {
    const node = document.createElement("li");
    node.className = "ticket";
    node.dataset.task = task.id;
    node.dataset.run = this.state.run;
    node.style.setProperty("--hue", hue(task.id));
    const label = node.appendChild(document.createElement("span"));
    const due = node.appendChild(document.createElement("small"));
    return { node, label, due, task, at: null, order: 0, spot: null, passes: false };
  }

  // Where each ticket is seen: the chef has the one that is shown, and the queue those that stood behind it.
  place(ticket, behind) {
    if (ticket.task.id === this.shown?.id && !this.isQuick) return "chef";
    return behind.has(ticket.task.id) ? "queue" : ticket.at;
  }

  behind() {
    const behind = new Set();
    for (const one of this.state.toShow) {
      if (behind.size >= (this.shown?.behind ?? 0)) break;
      if (!one.gone) behind.add(one.id);
    }
    return behind;
  }

  // Puts every ticket into the list of its place, and lets those fly that have moved.
  arrange() {
    const behind = this.behind();
    const guests = new Map([...this.places.keys()].map((place) => [place, []]));
    for (const ticket of this.tickets.values()) {
      this.write(ticket);
      guests.get(this.place(ticket, behind) ?? "other").push(ticket);
    }
    for (const [place, tickets] of guests) this.fill(place, tickets);
    this.holdUp();
    const waits = [...guests].filter(([place]) => place !== "queue" && place !== "chef");
    this.total(waits.reduce((sum, [, tickets]) => sum + tickets.length, 0));
    this.fly();
  }

  write({ node, label, task }) {
    const words = task.label;
    if (label.textContent !== words) {
      label.textContent = words;
      node.title = [task.name, task.what, task.place && `spawned at ${task.place}`].filter(Boolean).join("; ");
    }
    node.classList.toggle("own", Boolean(task.isOwn));
    node.classList.toggle("idle", !task.what && label.textContent.startsWith("guest"));
  }

  fill(place, tickets) {
    const list = this.places.get(place);
    const room = (narrow.matches ? LITTLE_ROOM : ROOM)[place];
    tickets.sort((one, other) => one.order - other.order);
    const seen = tickets.slice(0, room);
    for (const ticket of tickets.slice(room)) ticket.node.remove();
    seen.forEach(({ node }, index) => {
      const there = list.children[index];
      if (there !== node) list.insertBefore(node, there ?? null);
    });
    const more = tickets.length - seen.length;
    list.dataset.more = more > 0 ? `and ${more} more` : "";
    list.dataset.count = tickets.length;
    const count = list.parentElement.querySelector(".count");
    if (count && place !== "chef" && count.textContent !== `${tickets.length}`) count.textContent = tickets.length;
  }

  // What the chef holds up for a moment, while its ticket stands elsewhere.
  holdUp() {
    const list = this.places.get("chef");
    this.hand?.remove();
    this.hand = null;
    if (!this.shown || !this.isQuick) return;
    const { node } = this.ticket({ id: this.shown.id });
    node.firstChild.textContent = this.shown.label;
    this.hand = list.appendChild(node);
  }

  total(waits) {
    const count = this.root.querySelector("#wait-count");
    if (count.textContent !== `${waits}`) count.textContent = waits;
  }

  // Into the queue they come quietly, past the chef they fly; who stays in a place moves up without a word.
  fly() {
    const visible = [...this.tickets.values()].filter(({ node }) => node.isConnected);
    const spots = visible.map(({ node }) => ({ x: node.offsetLeft, y: node.offsetTop }));
    visible.forEach((ticket, index) => {
      const before = ticket.spot;
      const now = (ticket.spot = { ...spots[index], place: ticket.node.parentElement.dataset.place });
      if (calm.matches || before?.place === now.place) return;
      if (!before || now.place === "queue") ticket.node.animate({ opacity: [0, 1] }, { duration: 160 });
      else this.flyFrom(before, now, ticket);
      ticket.passes = false;
    });
    for (const ticket of this.tickets.values()) if (!ticket.node.isConnected) ticket.spot = null;
  }

  flyFrom(before, now, { node, passes }) {
    for (const flight of node.getAnimations()) flight.cancel();
    const from = `translate(${before.x - now.x}px, ${before.y - now.y}px)`;
    const steps = passes ? [from, this.overThePass(now), "none"] : [from, "none"];
    const duration = passes ? 450 : 220;
    node.animate(steps.map((transform) => ({ transform, zIndex: 2 })), { duration, easing: EASING });
  }

  overThePass(spot) {
    const { pass } = this;
    const x = pass.offsetLeft + pass.offsetWidth / 2 - 40 - spot.x;
    const y = pass.offsetTop + pass.offsetHeight - 30 - spot.y;
    return `translate(${x}px, ${y}px)`;
  }

  // How long each timer has to go.
  count(now) {
    for (const { node, due, task, at } of this.tickets.values()) {
      const timer = at === "timer" && !task.isOwn && node.isConnected && task.waits.find((wait) => wait.for === "timer");
      const words = timer ? `${Math.max(0, (timer.due - now) / 1e6).toFixed(1)} s` : "";
      if (due.textContent !== words) due.textContent = words;
    }
  }
}

// Far apart for tasks that follow one another.
export function hue(id) {
  return Math.round((id * 137.508) % 360);
}
