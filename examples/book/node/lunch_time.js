// Lunch time in Node: the same kitchen as src/bin/toque_lunch_time.rs, and the same lines.

// ANCHOR: kitchen
class Database {
  constructor(answer) {
    this.answer = answer;
  }

  async search() {
    return await this.answer;
  }
}

async function sandwich(database) {
  console.log("searching for sandwich");
  const found = await database.search(); // the thread goes on with other guests
  console.log(found);
}

async function menu() {
  console.log("the menu, meanwhile");
}

async function main() {
  let answer;
  const database = new Database(new Promise((resolve) => (answer = resolve)));
  const hungry = sandwich(database);
  await menu();
  answer("lunch time");
  await hungry;
}

main();
// ANCHOR_END: kitchen
