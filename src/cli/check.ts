import { CATALOGUE } from '../causes/catalogue.ts';
import { isCauseId, type CauseId } from '../causes/ids.ts';
import { openCapture } from '../reading/capture-source.ts';
import { isComplaint, type Complaint } from '../reading/complaint.ts';
import { isDamaged } from '../reading/damage.ts';
import { investigateWhole } from '../reading/investigate.ts';
import { check, checkReport, type CheckedCapture, type CheckFormat } from '../report/check.ts';
import { problemText } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { DONE, FOUND, INTERRUPTED, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { languageOf } from './terminal.ts';
import { unknownCause } from './unknown-cause.ts';

export interface CheckOptions {
  readonly allow: readonly string[];
  readonly format: CheckFormat;
  readonly lang?: string;
}

/** `resetlab check`: what CI asks for; returns the exit code. */
export const checkCaptures = async (
  files: readonly string[],
  options: CheckOptions,
): Promise<number> => {
  const allowed = allowedCauses(options.allow);
  if (isComplaint(allowed)) {
    tell(allowed.complaint);
    return WRONG;
  }
  const words = wordsIn(languageOf(options.lang));
  const output = new Output();
  const operator = atTerminal();
  const checked: CheckedCapture[] = [];
  let wrong = false;
  for (const file of files) {
    const source = openCapture(file);
    if (isComplaint(source)) {
      tell(source.complaint);
      wrong = true;
      continue;
    }
    const capture = check(await investigateWhole(source, operator), allowed, CATALOGUE);
    for (const problem of capture.problems) tell(`${file}: ${problemText(problem, words)}`);
    checked.push(capture);
    if (operator.interrupt.asked) break;
  }
  await output.write(checkReport(checked, options.format, CATALOGUE, words));
  await output.flush();
  if (operator.interrupt.asked) {
    tell(words.interrupted);
    return INTERRUPTED;
  }
  return wrong ? WRONG : exitCode(checked);
};

/** An input that could not be read whole proves nothing, so it weighs more than a finding. */
const exitCode = (checked: readonly CheckedCapture[]): number => {
  if (checked.some(({ problems }) => isDamaged(problems))) return WRONG;
  return checked.some(({ found }) => found.length > 0) ? FOUND : DONE;
};

const allowedCauses = (lists: readonly string[]): Set<CauseId> | Complaint => {
  const allowed = new Set<CauseId>();
  for (const id of lists.flatMap((list) => list.split(',')).map((word) => word.trim())) {
    if (id === '') continue;
    if (!isCauseId(id)) return unknownCause(id);
    allowed.add(id);
  }
  return allowed;
};
