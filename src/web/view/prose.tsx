import { useState } from 'preact/hooks';
import { useWords } from './words.ts';

/** A text with its `commands` set apart; where they are to be run, each can be copied. */
export const Prose = ({ text, copyable = false }: { text: string; copyable?: boolean }) => (
  <>
    {text.split(/(`[^`]+`)/).map((part, index) => {
      if (!part.startsWith('`') || part.length < 3) return part;
      const code = part.slice(1, -1);
      return (
        <span key={index}>
          <code>{code}</code>
          {copyable && <CopyButton text={code} />}
        </span>
      );
    })}
  </>
);

const SHOWN_MS = 1500;

/** Puts a text on the clipboard, where the browser has one for this page. */
export const CopyButton = ({ text }: { text: string }) => {
  const { page } = useWords();
  const [copied, setCopied] = useState(false);
  if (typeof navigator === 'undefined' || navigator.clipboard === undefined) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button
      type="button"
      class="copy"
      onClick={() => void copy()}
      aria-label={`${page.copy}: ${text}`}
    >
      {copied ? page.copied : page.copy}
    </button>
  );
};
