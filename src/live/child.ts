import { Application } from './application.ts';
import { loadLibc } from './libc.ts';
import { type Answer, Lines, type Order } from './protocol.ts';

/**
 * The process of a host: started inside its namespace, it makes the calls that it is told to, so
 * that a signal which kills it is real. It ends with its standard input.
 */

const answer = (line: Answer): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

const libc = await loadLibc();
if (typeof libc === 'string') throw new Error(libc);
const application = new Application(libc, (news) => answer({ news }));

const obey = async (order: Order): Promise<void> => {
  const { id } = order;
  try {
    answer({ id, ...(await application.carryOut(order)) });
  } catch (error) {
    answer({ id, failed: (error as Error).message });
  }
};

const lines = new Lines();
process.stdin.setEncoding('utf8');
process.stdin.on('data', (piece: string) => {
  for (const line of lines.push(piece)) void obey(JSON.parse(line) as Order);
});
// Whoever gave the orders is gone: so are we, and a descriptor still open shall not keep us.
process.stdin.on('end', () => process.exit(0));
