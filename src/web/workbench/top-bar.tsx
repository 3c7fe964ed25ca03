import type { Language } from '../../causes/text.ts';
import { ThemeSwitch } from '../view/theme.tsx';
import type { Address } from './address.ts';
import { useWorkbenchWords } from './words.ts';

interface TopBarProps {
  readonly view: Address['view'];
  readonly language: Language;
  readonly choose: (language: Language) => void;
  /** Lets go of the capture that is open, if one is. */
  readonly close: (() => void) | undefined;
}

const LANGUAGES = { en: 'English', zh: '中文' } as const;

/** The ways to everything, and how it is shown. */
export const TopBar = ({ view, language, choose, close }: TopBarProps) => {
  const { nav, navigation, languageLabel, reading } = useWorkbenchWords();
  const another = view === 'capture' ? close : undefined;
  const link = (href: string, text: string, isHere: boolean, onClick?: () => void) => (
    <a href={href} aria-current={isHere ? 'page' : undefined} onClick={onClick}>
      {text}
    </a>
  );
  return (
    <div class="top">
      <nav aria-label={navigation}>
        <span class="mark">resetlab</span>
        {link(
          '#',
          another === undefined ? nav.capture : reading.another,
          view === 'capture',
          another,
        )}
        {link('#lab', nav.lab, view === 'lab' || view === 'scenarios')}
        {link('#claims', nav.claims, view === 'claims')}
      </nav>
      <div class="choices">
        <label class="theme">
          {languageLabel}{' '}
          <select
            value={language}
            onChange={({ currentTarget }) => choose(currentTarget.value === 'zh' ? 'zh' : 'en')}
          >
            {Object.entries(LANGUAGES).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <ThemeSwitch />
      </div>
    </div>
  );
};
