// Accepts connections and reads nothing from them.
import { createServer } from 'node:net';
import { untilEnd } from './tell.mjs';

createServer({ pauseOnConnect: true }, () => {}).listen(8080, process.argv[2], () =>
  console.log('ready'),
);
untilEnd();
