import type { Language } from '../../causes/text.ts';

const KEY = 'resetlab-language';

/** As it was chosen here before, else as the browser has it. */
export const preferredLanguage = (): Language => {
  const chosen = remembered();
  if (chosen === 'en' || chosen === 'zh') return chosen;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
};

export const rememberLanguage = (language: Language): void => {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser may keep nothing for a page; then the choice lasts as long as the page does.
  }
};

const remembered = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // The same.
    return null;
  }
};
