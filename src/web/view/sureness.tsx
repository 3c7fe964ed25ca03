import type { Confidence } from '../../forensics/verdict.ts';

/** How full the circle is says how sure the verdict is, whatever the colours. */
const FILLED: Readonly<Record<Confidence, string>> = {
  certain: 'M6 1a5 5 0 0 1 0 10a5 5 0 0 1 0-10Z',
  likely: 'M6 1a5 5 0 0 1 0 10Z',
  possible: '',
};

/** A verdict's confidence as a sign with its word. */
export const Sureness = ({ confidence, text }: { confidence: Confidence; text: string }) => (
  <span class={`sureness ${confidence}`}>
    <svg viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="5" />
      <path d={FILLED[confidence]} />
    </svg>
    {text}
  </span>
);
