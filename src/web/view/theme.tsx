import { useState } from 'preact/hooks';
import { useWords } from './words.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** Light or dark, whatever the system has; for as long as the page is open. */
export const ThemeSwitch = () => {
  const { page } = useWords();
  const [theme, setTheme] = useState<(typeof THEMES)[number]>(
    () => THEMES.find((one) => one === document.documentElement.dataset['theme']) ?? 'auto',
  );
  const choose = (next: (typeof THEMES)[number]) => {
    setTheme(next);
    document.documentElement.dataset['theme'] = next;
  };
  return (
    <label class="theme">
      {page.theme}{' '}
      <select
        value={theme}
        onChange={({ currentTarget: { value } }) =>
          choose(THEMES.find((one) => one === value) ?? 'auto')
        }
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {page.themes[one]}
          </option>
        ))}
      </select>
    </label>
  );
};
