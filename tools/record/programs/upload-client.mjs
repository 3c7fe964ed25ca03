// Uploads 400 kB and reports what becomes of it.
import { request } from 'node:http';
import { tell } from './tell.mjs';

const upload = request(process.argv[3], { method: 'POST', headers: { 'content-length': 400_000 } });
upload.on('error', (error) => tell('request', error));
upload.on('response', (response) => {
  tell('response', String(response.statusCode));
  response.on('error', (error) => tell('response', error));
  response.resume();
});
upload.end('u'.repeat(400_000));
