import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../../causes/text.ts';
import { pageWordsIn, type PageWords } from '../../report/html/page-words.ts';
import { wordsIn, type Words } from '../../report/words.ts';

/** All that a component may say: what reports share, and what only the page has. */
export interface ViewWords {
  readonly words: Words;
  readonly page: PageWords;
}

export const viewWordsIn = (language: Language): ViewWords => ({
  words: wordsIn(language),
  page: pageWordsIn(language),
});

export const WordsContext = createContext<ViewWords>(viewWordsIn('en'));

export const useWords = (): ViewWords => useContext(WordsContext);
