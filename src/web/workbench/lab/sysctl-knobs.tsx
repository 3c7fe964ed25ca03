import type { Variant } from '../../../causes/scenario.ts';
import { ROLES } from '../../../lab/run.ts';
import { defaultSettings, setSysctl } from '../../../tcp/sysctl.ts';
import { SYSCTLS, type Sysctl } from '../../../tcp/sysctl-table.ts';
import { useWorkbenchWords } from '../words.ts';
import type { KnobsProps } from './knobs.tsx';

/** Those that the variant is about, those that were changed, and a way to all others. */
export const SysctlKnobs = ({ variant, lab, turn }: KnobsProps) => {
  const { lab: words } = useWorkbenchWords();
  const shown = shownFor(variant, lab.sysctls);
  const set = (name: string, value: string | undefined) => {
    const others = lab.sysctls.filter(([one]) => one !== name);
    turn({ sysctls: value === undefined ? others : [...others, [name, value]] });
  };
  return (
    <fieldset>
      <legend>{words.sysctls}</legend>
      <div class="sysctls">
        {shown.map((sysctl) => (
          <SysctlKnob
            key={sysctl.name}
            sysctl={sysctl}
            value={lab.sysctls.find(([name]) => name === sysctl.name)?.[1]}
            written={writtenIn(variant, sysctl)}
            set={(value) => set(sysctl.name, value)}
          />
        ))}
      </div>
      <label class="another">
        <span>{words.anotherSysctl}</span>
        <select
          value=""
          onChange={({ currentTarget }) => {
            const sysctl = SYSCTLS.find(({ name }) => name === currentTarget.value);
            if (sysctl !== undefined) set(sysctl.name, defaultText(sysctl));
          }}
        >
          <option value="">…</option>
          {SYSCTLS.filter((one) => !shown.includes(one)).map(({ name, says }) => (
            <option key={name} value={name} title={says}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
};

const shownFor = (
  variant: Variant,
  changed: readonly (readonly [string, string])[],
): readonly Sysctl[] => {
  const named = new Set([
    ...ROLES.flatMap((role) => Object.keys(variant.sysctls?.[role] ?? {})),
    ...variant.steps.flatMap((step) => (step.do === 'sysctl' ? [step.name] : [])),
    ...changed.map(([name]) => name),
  ]);
  return SYSCTLS.filter(({ name }) => named.has(name));
};

/** What the variant has, on whichever host it says so. */
const writtenIn = ({ sysctls }: Variant, sysctl: Sysctl): string => {
  const own = ROLES.flatMap((role) => sysctls?.[role]?.[sysctl.name] ?? [])[0];
  return own === undefined ? defaultText(sysctl) : String(own);
};

const defaultText = ({ initial }: Sysctl): string =>
  typeof initial === 'object' ? initial.join(' ') : String(initial);

interface SysctlKnobProps {
  readonly sysctl: Sysctl;
  /** Undefined: as written. */
  readonly value: string | undefined;
  readonly written: string;
  readonly set: (value: string | undefined) => void;
}

const SysctlKnob = ({ sysctl, value, written, set }: SysctlKnobProps) => {
  const { lab: words } = useWorkbenchWords();
  const { name, says, unit, choices } = sysctl;
  const shown = value ?? written;
  const trial = setSysctl(defaultSettings(), name, shown);
  const take = (text: string) => set(text === written ? undefined : text);
  return (
    <div class={`sysctl ${value === undefined ? '' : 'changed'}`}>
      <label>
        <span>
          <code>{name}</code>
          {unit === '' ? '' : ` (${unit})`}
        </span>
        {choices === undefined ? (
          <input
            type="text"
            inputMode="numeric"
            value={shown}
            aria-invalid={trial !== undefined}
            onChange={({ currentTarget }) => take(currentTarget.value.trim())}
          />
        ) : (
          <select value={shown} onChange={({ currentTarget }) => take(currentTarget.value)}>
            {choices.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        )}
      </label>
      <p class="note">
        {says}.{' '}
        {value !== undefined && (
          <button type="button" class="plain" onClick={() => set(undefined)}>
            {words.sysctlsHint}: {written}
          </button>
        )}
      </p>
    </div>
  );
};
