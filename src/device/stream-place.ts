/** Where a stream is: a path in the file system, or a TCP port of some host. */
export type StreamPlace =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

/** `/run/passt.sock`, `./vm.sock`, `localhost:5555`, `[::1]:5555`; undefined: neither of these. */
export const parsePlace = (text: string): StreamPlace | undefined => {
  if (text.includes('/')) return { path: text };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  return { host, port };
};

export const placeText = (place: StreamPlace): string => {
  if ('path' in place) return place.path;
  return place.host.includes(':') ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
};
