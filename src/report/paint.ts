/** What a piece of text is for; whoever prints decides whether, and how, that is coloured. */
export type Tone =
  | 'heading'
  | 'label'
  | 'harm'
  | 'doubt'
  | 'calm'
  | 'faint'
  | 'certain'
  | 'likely'
  | 'possible';

/** Colours one line. Never given a line break, nor text that is still to be measured. */
export type Paint = (tone: Tone, line: string) => string;

/** For pipes, files and people who set NO_COLOR. */
export const unpainted: Paint = (_tone, line) => line;
