// Answers every request with "hello". Prints its port, and ends with the harness that holds its standard input.
const http = require('node:http');

const server = http.createServer((request, response) => {
  response.setHeader('content-length', 5);
  response.end('hello');
});
server.keepAliveTimeout = 0; // connections rest between the warm-up and the measure
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
