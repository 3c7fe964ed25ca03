import { useState } from 'preact/hooks';
import { useWorkbenchWords } from './words.ts';

interface WelcomeProps {
  /** The address names a place in a capture that is not here. */
  readonly isGone: boolean;
  readonly open: (file: File) => void;
}

/** Where everything begins: a capture, or the laboratory. */
export const Welcome = ({ isGone, open }: WelcomeProps) => {
  const { welcome } = useWorkbenchWords();
  const [isOver, setOver] = useState(false);
  return (
    <>
      <h1>{welcome.title}</h1>
      <p class="lead">{welcome.lead}</p>
      {isGone && <p class="problem">{welcome.gone}</p>}
      <label
        class={`drop ${isOver ? 'over' : ''}`}
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
      >
        <b>{welcome.drop}</b>
        <span>{welcome.choose}</span>
        <input
          type="file"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) open(file);
          }}
        />
        <small>{welcome.formats}</small>
      </label>
      <p class="stays">{welcome.stays}</p>
      <div class="ways">
        <a href="#lab">
          <b>{welcome.lab}</b>
          <span>{welcome.labText}</span>
        </a>
        <a href="#claims">
          <b>{welcome.claims}</b>
          <span>{welcome.claimsText}</span>
        </a>
      </div>
    </>
  );
};
