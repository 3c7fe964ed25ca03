import { useWords } from './words.ts';

const STEP = 1.25;
const LARGEST = 1.6;
const SMALLEST = 0.6;

interface LadderBarProps {
  readonly absolute: boolean;
  readonly setAbsolute: (absolute: boolean) => void;
  readonly scale: number;
  readonly setScale: (scale: number) => void;
  readonly canFold: boolean;
  readonly isUnfolded: boolean;
  readonly unfoldAll: (all: boolean) => void;
}

/** How the ladder is drawn: numbers, size, folding. */
export const LadderBar = (props: LadderBarProps) => {
  const { absolute, setAbsolute, scale, setScale, canFold, isUnfolded, unfoldAll } = props;
  const { page } = useWords();
  return (
    <div class="bar">
      <span class="choice" role="group" aria-label={page.numbers}>
        <span class="label">{page.numbers}</span>
        <button type="button" aria-pressed={!absolute} onClick={() => setAbsolute(false)}>
          {page.relative}
        </button>
        <button type="button" aria-pressed={absolute} onClick={() => setAbsolute(true)}>
          {page.absolute}
        </button>
      </span>
      <span class="choice" role="group" aria-label={page.zoom}>
        <span class="label">{page.zoom}</span>
        <button
          type="button"
          aria-label={page.zoomOut}
          disabled={scale / STEP < SMALLEST}
          onClick={() => setScale(scale / STEP)}
        >
          −
        </button>
        <button
          type="button"
          aria-label={page.zoomIn}
          disabled={scale * STEP > LARGEST}
          onClick={() => setScale(scale * STEP)}
        >
          +
        </button>
      </span>
      {canFold && (
        <button type="button" class="button" onClick={() => unfoldAll(!isUnfolded)}>
          {isUnfolded ? page.foldAll : page.unfoldAll}
        </button>
      )}
    </div>
  );
};
