/** The languages of every word that a person reads. */
export type Language = 'en' | 'zh';

/** A sentence in every language; English is the reference. */
export type Text = Readonly<Record<Language, string>>;

export const text = (en: string, zh: string): Text => ({ en, zh });
