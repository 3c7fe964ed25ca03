// Answers every upload with 413, after so many milliseconds, and destroys the request.
import { createServer } from 'node:http';
import { tell, untilEnd } from './tell.mjs';

const server = createServer((request, response) => {
  request.on('error', (error) => tell('request', error));
  setTimeout(() => {
    response.writeHead(413, { connection: 'close', 'content-length': 10 });
    response.end('too large\n', () => {
      tell('response.end', 'sent 413');
      request.destroy();
    });
  }, Number(process.argv[3]));
});
server.listen(8080, process.argv[2], () => console.log('ready'));
untilEnd();
