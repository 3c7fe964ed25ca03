import { WRONG } from './complaint.ts';
import type { ExplainOptions } from './explain.ts';
import { tell } from './output.ts';

/** What an error text can mean, without a capture; returns the exit code. */
export const explainText = async (text: string, _options: ExplainOptions): Promise<number> => {
  tell(`"${text}" is neither a file nor an error text that is known here`);
  return WRONG;
};
