// Reads the request, thinks a little, and hangs up without an answer.
import { createServer } from 'node:http';
import { tell, untilEnd } from './tell.mjs';

const server = createServer((request) => {
  setTimeout(() => {
    request.socket.end();
    tell('socket.end', 'no response was written');
  }, 50);
});
server.listen(8080, process.argv[2], () => console.log('ready'));
untilEnd();
