import type { ReportData } from './data.ts';

/** Where a page that is otherwise whole gets what it shows. */
const PLACES = {
  language: 'RESETLAB-LANGUAGE',
  title: 'RESETLAB-TITLE',
  data: 'RESETLAB-DATA',
} as const;

/**
 * One file with everything in it: the page as it was built, and the data. Nothing of the data is
 * ever markup: the title is escaped, and JSON cannot end its element without a `<`.
 */
export const reportDocument = (page: string, data: ReportData): string => {
  for (const place of Object.values(PLACES)) {
    if (page.split(place).length !== 2) throw new Error(`the page must hold ${place} just once`);
  }
  // Functions, since in a replacement text `$&` would mean something.
  return page
    .replace(PLACES.language, () => (data.language === 'zh' ? 'zh-CN' : 'en'))
    .replace(PLACES.title, () => escaped(data.title))
    .replace(PLACES.data, () => JSON.stringify(data).replaceAll('<', '\\u003c'));
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
