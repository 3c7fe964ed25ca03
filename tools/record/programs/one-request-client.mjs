// One GET, and what came of it.
import { get } from 'node:http';
import { tell } from './tell.mjs';

get(process.argv[3], (response) => {
  tell('response', String(response.statusCode));
  response.resume();
}).on('error', (error) => tell('GET /', error));
