// The guests: what the two buttons send. Real requests, to the service's own API.

const ORDERS = 20;

export class Guests {
  constructor(state, root) {
    this.state = state;
    this.told = root.querySelector("#told");
    this.key = root.querySelector("#key");
    this.token = root.querySelector("#token");
    this.open = new Map(); // orders that are not ready, by the name of their task; whether it was seen
    this.sent = 0;
    const buttons = { order: () => this.order(), block: () => this.block() };
    for (const [id, act] of Object.entries(buttons)) {
      const button = root.querySelector(`#${id}`);
      button.addEventListener("click", () => this.busy(button, act));
    }
    this.key.addEventListener("submit", (event) => event.preventDefault());
  }

  // One at a time; and whatever goes wrong is said. It keeps the focus, which a disabled button would lose.
  async busy(button, act) {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    try {
      await act();
    } catch (error) {
      this.say(error instanceof Refused ? error.message : "The service does not answer.");
    } finally {
      button.ariaDisabled = "false";
    }
  }

  async order() {
    const sandwich = await this.sandwich();
    this.say(`Sending ${ORDERS} orders …`);
    const one = () => this.post("/orders", { sandwich });
    const orders = await Promise.all(Array.from({ length: ORDERS }, one));
    for (const { id } of orders) this.open.set(`order ${id}`, false);
    this.sent += orders.length;
    this.say(`${orders.length} orders are taken. Each is cooked by a task of its own.`);
  }

  // The first on the menu; if there is none, one is made.
  async sandwich() {
    const menu = await fetch("/sandwiches?limit=1");
    if (!menu.ok) throw new Refused(menu.status, await problem(menu));
    const [first] = (await menu.json()).sandwiches;
    return (first ?? (await this.post("/sandwiches", { name: "BLT", ingredients: ["bacon", "lettuce", "tomato"] }))).id;
  }

  async block() {
    this.say("The chef is asked to do nothing else for a second …");
    await this.post("/kitchen/block");
    this.say("The chef is back.");
  }

  async post(path, body) {
    const headers = body ? { "content-type": "application/json" } : {};
    if (this.token.value) headers.authorization = `Bearer ${this.token.value}`;
    const answer = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    if (answer.status === 401) {
      this.key.hidden = false;
      this.token.focus();
      throw new Refused(401, "This service wants its token for that.");
    }
    throw new Refused(answer.status, await problem(answer));
  }

  // Looks whether orders are ready: their tasks have ended then.
  look() {
    if (this.open.size === 0) return;
    const names = new Set([...this.state.tasks.values()].map((task) => task.name));
    for (const [name, wasSeen] of this.open) {
      if (names.has(name)) this.open.set(name, true);
      else if (wasSeen) this.open.delete(name);
    }
    if (this.open.size === 0) {
      this.say(`All ${this.sent} orders are ready. Lunch time.`);
      this.sent = 0;
    }
  }

  // After a restart their tasks are others.
  reset() {
    this.open.clear();
    this.sent = 0;
  }

  say(words) {
    this.told.textContent = words;
  }
}

class Refused extends Error {
  constructor(status, words) {
    super(`${words} (${status})`);
  }
}

async function problem(answer) {
  try {
    const { title, detail } = await answer.json();
    return `${title}: ${detail}`;
  } catch {
    return "The service refuses.";
  }
}
