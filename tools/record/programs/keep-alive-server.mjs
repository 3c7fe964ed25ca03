// An ordinary server whose idle connections live for as many milliseconds as the argument says.
import { createServer } from 'node:http';
import { tell, untilEnd } from './tell.mjs';

const server = createServer((request, response) => {
  tell('request', request.url);
  response.end('ok');
});
server.keepAliveTimeout = Number(process.argv[3]);
server.keepAliveTimeoutBuffer = 0;
server.listen(8080, process.argv[2], () => console.log('ready'));
untilEnd();
