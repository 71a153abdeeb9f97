// The sandwich service's two busiest routes on Fastify and better-sqlite3. scripts/load runs it beside the service:
// `node server.js DATABASE` opens a database that the service has made, prints its address, and serves until it is killed.
//
// Each library is used as its documentation advises: no logger, a schema for what is taken and for what is answered (Fastify
// compiles both), prepared statements, WAL. better-sqlite3 is synchronous: a query, and the sync of a commit, hold up the
// one thread, so each POST is a commit of its own. The answers are the service's. Left out are its request ids, metrics, deadlines
// and access log.
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const db = new Database(process.argv[2], { fileMustExist: true });
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');

const find = db.prepare(`SELECT id, name, ingredients, description, price_cents, version, created_at, updated_at
  FROM sandwiches WHERE id = ?`);
const insert = db.prepare(`INSERT INTO sandwiches (id, name, name_folded, ingredients, ingredients_folded, description,
  price_cents, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`);

const bodyLimit = 64 * 1024;
const draft = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 200 },
    ingredients: { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 100 }, default: [] },
    description: { type: 'string', maxLength: 2000 },
    price_cents: { type: 'integer', minimum: 0, maximum: 10_000_000 },
  },
};
const sandwich = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    ingredients: { type: 'array', items: { type: 'string' } },
    description: { type: 'string' },
    price_cents: { type: 'integer' },
    version: { type: 'integer' },
    created_at: { type: 'string' },
    updated_at: { type: 'string' },
  },
};
const params = { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } };

const app = Fastify({ logger: false, bodyLimit });

app.get('/sandwiches/:id', { schema: { params, response: { 200: sandwich } } }, (request, reply) => {
  const row = find.get(Buffer.from(request.params.id.replaceAll('-', ''), 'hex'));
  if (row === undefined) {
    reply.code(404).type('application/problem+json');
    return reply.send('{"type":"/problems/no-such-sandwich","title":"No such sandwich","status":404}');
  }
  const tag = `"${row.version}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache');
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  return reply.send(served(row));
});

app.post('/sandwiches', { schema: { body: draft, response: { 201: sandwich } } }, (request, reply) => {
  const { name, ingredients, description = null, price_cents = null } = request.body;
  const now = Date.now();
  const id = uuidv7(now);
  const list = JSON.stringify(ingredients);
  insert.run(id, name, name.toLowerCase(), list, list.toLowerCase(), description, price_cents, now, now);
  const row = { id, name, ingredients: list, description, price_cents, version: 1, created_at: now, updated_at: now };
  const made = served(row);
  reply.code(201).header('etag', '"1"').header('cache-control', 'no-store').header('location', `/sandwiches/${made.id}`);
  return reply.send(made);
});

// A row as it is answered: what is null is left out.
function served(row) {
  return {
    id: hyphenated(row.id.toString('hex')),
    name: row.name,
    ingredients: JSON.parse(row.ingredients),
    description: row.description ?? undefined,
    price_cents: row.price_cents ?? undefined,
    version: row.version,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}

function hyphenated(hex) {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// RFC 9562: 48 bits of time, the version, the variant, and chance.
function uuidv7(now) {
  const id = randomBytes(16);
  id.writeUIntBE(now, 0, 6);
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return id;
}

console.log(await app.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }));
