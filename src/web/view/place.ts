/** What of a report is looked at: part of the page's address, so that it can be sent to somebody. */
export interface Place {
  readonly connection: number | undefined;
  readonly frame: number | undefined;
}

/** Shows a place of the report, and brings it into view unless `stay` is set. */
export type Go = (place: Place, stay?: boolean) => void;

export const placeText = ({ connection, frame }: Place): string => {
  if (connection === undefined) return '';
  return frame === undefined ? `c${connection}` : `c${connection}f${frame}`;
};

/** A place as `placeText` writes it; anything else is the beginning. */
export const placeIn = (text: string): Place => {
  const match = /^#?c(\d+)(?:f(\d+))?$/.exec(text);
  const number = (digits: string | undefined) =>
    digits === undefined ? undefined : Number(digits);
  return { connection: number(match?.[1]), frame: number(match?.[2]) };
};
